package io.github.mnistebm.density;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.Test;

class StandardNormalTest {

    private final RandomSource random = RandomSource.of(1);

    @Test
    void itsEnergyIsTheNegativeLogDensity() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray states = manager.create(new float[][] {{0, 0}, {3, 4}});
            float[] energies = new StandardNormal(2).energy(states).toFloatArray();
            assertThat((double) energies[0]).isCloseTo(Math.log(2 * Math.PI), within(1e-6));
            assertThat((double) energies[1]).isCloseTo(Math.log(2 * Math.PI) + 12.5, within(1e-5));
        }
    }

    @Test
    void itsGradientIsTheState() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray states = manager.create(new float[][] {{1, -2}});
            assertThat(new StandardNormal(2)
                            .energyAndGradient(states)
                            .gradient()
                            .toFloatArray())
                    .containsExactly(1, -2);
        }
    }

    @Test
    void itsSamplesHaveMeanZeroAndVarianceOne() {
        int n = 100_000;
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray samples = new StandardNormal(1).sample(manager, n, random);
            assertThat((double) samples.mean().getFloat()).isCloseTo(0, within(4.5 / Math.sqrt(n)));
            assertThat((double) samples.square().mean().getFloat()).isCloseTo(1, within(4.5 * Math.sqrt(2.0 / n)));
        }
    }

    @Test
    void rejectsADimensionBelowOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StandardNormal(0))
                .withMessage("dimension: must be at least 1, found 0");
    }
}
