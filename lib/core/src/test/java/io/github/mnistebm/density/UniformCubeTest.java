package io.github.mnistebm.density;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.Test;

class UniformCubeTest {

    private final UniformCube cube = new UniformCube(3);

    /** A cube of edge 2 has the volume 2³. */
    @Test
    void itsDensityIsThatOfTheVolume() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray states = manager.create(new float[][] {{0, 0, 0}, {0.5f, -1, 1}});
            EnergyAndGradient at = cube.energyAndGradient(states);
            assertThat(at.energy().toFloatArray())
                    .containsExactly(new float[] {(float) Math.log(8), (float) Math.log(8)}, within(1e-6f));
            assertThat(at.gradient().toFloatArray()).containsOnly(0).hasSize(6);
            assertThat(cube.energy(states).toFloatArray()).isEqualTo(at.energy().toFloatArray());
        }
    }

    /** A uniform number in ±1 has the variance 1/3, and its square has the variance 4/45. */
    @Test
    void itsDrawsFillTheCube() {
        int n = 10_000;
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray draws = cube.sample(manager, n, RandomSource.of(1));
            assertThat(draws.getShape()).isEqualTo(new Shape(n, 3));
            assertThat(draws.abs().max().getFloat()).isBetween(0.999f, 1f);
            assertThat((double) draws.mean().getFloat()).isCloseTo(0, within(4.5 / Math.sqrt(3.0 * 3 * n)));
            assertThat((double) draws.square().mean().getFloat())
                    .isCloseTo(1 / 3.0, within(4.5 * Math.sqrt(4 / 45.0 / (3 * n))));
        }
    }

    @Test
    void itIsTheSameAtEveryTemperature() {
        assertThat(cube.tempered(0.5)).isSameAs(cube);
        assertThatIllegalArgumentException().isThrownBy(() -> cube.tempered(Double.NaN));
    }

    @Test
    void itHasADimension() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UniformCube(0))
                .withMessage("dimension: must be at least 1, found 0");
    }
}
