package io.github.mnistebm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdamTest {

    private final RandomSource random = RandomSource.of(1);

    /** More than fits in a part of the loop, more than one thread takes, and not a multiple of either. */
    private static final int SIZE = 300_001;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void agreesWithTheAlgorithmInDoublePrecision(boolean inLoops) {
        double[] parameter = new double[SIZE];
        double[] mean = new double[SIZE];
        double[] variance = new double[SIZE];
        float[] gradient = new float[SIZE];
        Random random = new Random(1);
        try (NDManager manager = NDManager.newBaseManager();
                NDArray parameters = manager.zeros(new Shape(SIZE));
                Adam adam = new Adam(parameters, inLoops)) {
            for (int t = 1; t <= 3; t++) {
                for (int i = 0; i < SIZE; i++) {
                    gradient[i] = (float) random.nextGaussian();
                    mean[i] = 0.9 * mean[i] + 0.1 * gradient[i];
                    variance[i] = 0.999 * variance[i] + 0.001 * gradient[i] * gradient[i];
                    parameter[i] -= 0.1
                            * (mean[i] / (1 - Math.pow(0.9, t)))
                            / (Math.sqrt(variance[i] / (1 - Math.pow(0.999, t))) + 1e-8);
                }
                adam.update(inTwoParts(manager.create(gradient)), 0.1);
                assertThat(largestDifference(parameters, parameter)).isLessThan(1e-5);
            }
            assertThat(largestDifference(adam.moments().get("adam.mean"), mean)).isLessThan(1e-6);
            assertThat(largestDifference(adam.moments().get("adam.variance"), variance))
                    .isLessThan(1e-7);
        }
    }

    /** The first of them a matrix, as the gradient of a layer's weights is. */
    private static List<NDArray> inTwoParts(NDArray gradient) {
        return List.of(
                gradient.get("0:1000").duplicate().reshape(10, 100),
                gradient.get("1000:").duplicate());
    }

    private static double largestDifference(NDArray found, double[] expected) {
        float[] values = found.toFloatArray();
        assertThat(values).hasSize(expected.length);
        double largest = 0;
        for (int i = 0; i < values.length; i++) {
            double difference = Math.abs(values[i] - expected[i]);
            // NaN is larger than any number.
            largest = difference <= largest ? largest : difference;
        }
        return largest;
    }

    /** The first step is the learning rate against the sign of the gradient, unless that is about ε. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itsEpsilonKeepsStepsOfHardlyAGradientSmall(boolean inLoops) {
        try (NDManager manager = NDManager.newBaseManager();
                NDArray parameters = manager.ones(new Shape(4));
                Adam adam = new Adam(parameters, inLoops)) {
            adam.update(List.of(manager.create(new float[] {100, -1e-3f, 1e-8f, 0})), 0.1);
            assertThat(parameters.toFloatArray()).containsExactly(new float[] {0.9f, 1.1f, 0.95f, 1}, within(1e-5f));
        }
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void goesOnFromTheMomentsOfAnother(boolean inLoops, boolean otherInLoops) {
        try (NDManager manager = NDManager.newBaseManager();
                NDArray parameters = manager.zeros(new Shape(SIZE));
                NDArray resumed = manager.zeros(new Shape(SIZE));
                Adam adam = new Adam(parameters, inLoops);
                Adam other = new Adam(resumed, otherInLoops)) {
            adam.update(List.of(random.normal(manager, new Shape(SIZE))), 0.1);
            Map<String, NDArray> moments = other.moments();
            adam.moments().forEach((name, moment) -> Tensors.copy(moment, moments.get(name)));
            Tensors.copy(parameters, resumed);
            other.resumeAfter(1);
            NDArray next = random.normal(manager, new Shape(SIZE));
            adam.update(List.of(next), 0.1);
            other.update(List.of(next), 0.1);
            if (inLoops == otherInLoops) {
                assertThat(resumed.toFloatArray()).isEqualTo(parameters.toFloatArray());
            } else {
                double[] expected = parameters.toType(DataType.FLOAT64, true).toDoubleArray();
                assertThat(largestDifference(resumed, expected)).isLessThan(1e-6);
            }
        }
    }

    @Test
    void freesItsMomentsButNotTheParameters() {
        try (NDManager manager = NDManager.newBaseManager();
                NDArray parameters = manager.zeros(new Shape(3))) {
            Adam adam = new Adam(parameters);
            Map<String, NDArray> moments = adam.moments();
            adam.close();
            assertThat(moments).hasSize(2);
            assertThat(moments.values())
                    .allSatisfy(moment -> assertThat(moment.isReleased()).isTrue());
            assertThat(parameters.isReleased()).isFalse();
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
