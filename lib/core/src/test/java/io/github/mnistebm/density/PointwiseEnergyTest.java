package io.github.mnistebm.density;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;

class PointwiseEnergyTest {

    /** E = x²/2 + 3 y, whose gradient is added to. */
    private static final EnergyFunction ENERGY = EnergyFunction.of(2, (state, gradient) -> {
        gradient[0] += state[0];
        gradient[1] += 3;
        return state[0] * state[0] / 2 + 3 * state[1];
    });

    @Test
    void aBatchHasTheEnergyAndTheGradientOfEachState() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray states = manager.create(new float[][] {{2, 1}, {-4, 0}, {0, -1}});
            EnergyAndGradient both = ENERGY.energyAndGradient(states);
            assertThat(both.energy().toFloatArray()).containsExactly(5, 8, -3);
            assertThat(both.gradient().toFloatArray()).containsExactly(2, 3, -4, 3, 0, 3);
            assertThat(ENERGY.energy(states).toFloatArray()).containsExactly(5, 8, -3);
        }
    }

    @Test
    void theLoopsComputeTheSameOnTheLanesInUse() {
        HostEnergy loops = ENERGY.onHost().orElseThrow();
        float[][] positions = {{2, -4, 0, 99}, {1, 0, -1, 99}};
        float[] energies = new float[4];
        float[][] gradients = new float[2][4];
        HostEnergy.Evaluator evaluator = loops.evaluator(4);
        evaluator.energyAndGradient(3, positions, energies, gradients);
        assertThat(energies).containsExactly(5, 8, -3, 0);
        assertThat(gradients[0]).containsExactly(2, -4, 0, 0);
        assertThat(gradients[1]).containsExactly(3, 3, 3, 0);
        float[] alone = new float[4];
        evaluator.energy(3, positions, alone);
        assertThat(alone).containsExactly(energies);
    }

    @Test
    void theDimensionMustBePositive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EnergyFunction.of(0, (state, gradient) -> 0))
                .withMessage("dimension: must be at least 1, found 0");
    }
}
