package io.github.mnistebm.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.sampling.ChainState;
import io.github.mnistebm.sampling.Transition;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import org.junit.jupiter.api.Test;

class ShortRunLangevinTest {

    /** The gradient of the standard normal's energy at u is u. */
    private static final StandardNormal TARGET = new StandardNormal(4);

    @Test
    void withoutNoiseItDescendsTheClippedGradientWithinTheCube() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray start = manager.create(new float[][] {{0.1f, -0.2f, 0.9f, 3}});
            Transition step = new ShortRunLangevin(TARGET, 0, 0.5)
                    .step(ChainState.at(TARGET, start), Tensors.scalar(manager, 0.1), 0, RandomSource.of(1));
            // 0.9 and 3 have gradients beyond 0.5; 3 − 0.05 is outside of the cube.
            assertThat(step.state().positions().toFloatArray())
                    .containsExactly(new float[] {0.09f, -0.18f, 0.85f, 1}, within(1e-6f));
            assertThat(step.state().gradient()).isEqualTo(step.state().positions());
            assertThat(step.acceptanceProbability().toFloatArray()).containsExactly(1);
        }
    }

    @Test
    void itsNoiseDoesNotDependOnTheStepSize() {
        double noise = 0.01;
        int chains = 5000;
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray start = manager.zeros(new Shape(chains, 4));
            for (double stepSize : new double[] {1e-3, 10}) {
                Transition step = new ShortRunLangevin(TARGET, noise, 0.5)
                        .step(ChainState.at(TARGET, start), Tensors.scalar(manager, stepSize), 0, RandomSource.of(1));
                double variance = step.state().positions().square().mean().getFloat();
                // The variance of the square of a standard normal number is 2.
                assertThat(variance / noise / noise).isCloseTo(1, within(4.5 * Math.sqrt(2 / (4.0 * chains))));
            }
        }
    }

    @Test
    void rejectsValuesOutOfRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ShortRunLangevin(TARGET, Double.NaN, 1))
                .withMessage("noise: must be at least 0 and finite, found NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ShortRunLangevin(TARGET, 0.1, 0))
                .withMessage("gradient bound: must be positive, found 0.0");
    }
}
