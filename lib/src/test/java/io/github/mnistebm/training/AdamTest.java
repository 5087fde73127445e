package io.github.mnistebm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdamTest {

    private final RandomSource random = RandomSource.of(1);

    /** More than fits in a part of the loop, more than one thread takes, and not a multiple of either. */
    private static final int SIZE = 600_001;

    @Test
    void agreesWithTheAlgorithmInDoublePrecision() {
        double[] parameter = new double[SIZE];
        double[] mean = new double[SIZE];
        double[] variance = new double[SIZE];
        float[] gradient = new float[SIZE];
        Random random = new Random(1);
        try (NDManager manager = NDManager.newBaseManager();
                NDArray parameters = manager.zeros(new Shape(SIZE));
                Adam adam = new Adam(parameters)) {
            for (int t = 1; t <= 3; t++) {
                for (int i = 0; i < SIZE; i++) {
                    gradient[i] = (float) random.nextGaussian();
                    mean[i] = 0.9 * mean[i] + 0.1 * gradient[i];
                    variance[i] = 0.999 * variance[i] + 0.001 * gradient[i] * gradient[i];
                    parameter[i] -= 0.1
                            * (mean[i] / (1 - Math.pow(0.9, t)))
                            / (Math.sqrt(variance[i] / (1 - Math.pow(0.999, t))) + 1e-8);
                }
                NDArray whole = manager.create(gradient);
                adam.update(
                        List.of(
                                whole.get("0:1000").duplicate(),
                                whole.get("1000:").duplicate()),
                        0.1);
                float[] found = parameters.toFloatArray();
                for (int i = 0; i < SIZE; i++) {
                    assertThat((double) found[i]).isCloseTo(parameter[i], within(1e-5));
                }
            }
        }
    }

    @Test
    void goesOnFromTheMomentsOfAnother() {
        try (NDManager manager = NDManager.newBaseManager();
                NDArray parameters = manager.zeros(new Shape(SIZE));
                NDArray resumed = manager.zeros(new Shape(SIZE));
                Adam adam = new Adam(parameters);
                Adam other = new Adam(resumed)) {
            adam.update(List.of(random.normal(manager, new Shape(SIZE))), 0.1);
            Map<String, NDArray> moments = other.moments();
            adam.moments().forEach((name, moment) -> Tensors.copy(moment, moments.get(name)));
            Tensors.copy(parameters, resumed);
            other.resumeAfter(1);
            NDArray next = random.normal(manager, new Shape(SIZE));
            adam.update(List.of(next), 0.1);
            other.update(List.of(next), 0.1);
            assertThat(resumed.toFloatArray()).isEqualTo(parameters.toFloatArray());
        }
    }

    @Test
    void refusesAGradientOfAnotherSize() {
        try (NDManager manager = NDManager.newBaseManager();
                NDArray parameters = manager.ones(new Shape(3));
                Adam adam = new Adam(parameters)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> adam.update(List.of(manager.ones(new Shape(2))), 0.1))
                    .withMessage("gradient: expected 3 values, found 2");
        }
    }
}
