package io.github.mnistebm.landscape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.Test;

class FreeEnergyTest {

    private static final int DRAWS = 20_000;

    /** Points on the axes of three coordinates, of which the plane shows the first two. */
    private static final float[][] CORNERS = {{9, 0, 0}, {-9, 0, 0}, {0, 3, 0}, {0, -3, 0}};

    @Test
    void thatOfANormalDistributionIsAParabolaInEachCoordinate() {
        try (NDManager manager = NDManager.newBaseManager()) {
            PrincipalPlane plane = PrincipalPlane.of(manager.create(CORNERS));
            NDArray deviations = manager.create(new float[] {3, 1, 50});
            NDArray draws =
                    RandomSource.of(1).normal(manager, new Shape(DRAWS, 3)).mul(deviations);
            int side = 81;
            FreeEnergy energy = FreeEnergy.of(plane, draws, side);
            int middle = side / 2;
            double spacing = 2 * energy.halfWidth() / (side - 1);
            double centre = energy.values()[middle * side + middle];
            // The kernel widens both variances by n to the power of −1/3.
            double widening = 1 + Math.pow(DRAWS, -1.0 / 3);
            for (int steps : new int[] {-4, -2, 2, 4}) {
                double x = steps * spacing;
                // A density of some thousand draws, to either side, has an error of a few percent.
                assertThat(energy.values()[middle * side + middle + steps] - centre)
                        .isCloseTo(x * x / 2 / 9 / widening, within(0.1));
                assertThat(energy.values()[(middle + steps) * side + middle] - centre)
                        .isCloseTo(x * x / 2 / widening, within(0.1));
            }
        }
    }

    @Test
    void allDrawsLieWithinTheSquare() {
        try (NDManager manager = NDManager.newBaseManager()) {
            PrincipalPlane plane = PrincipalPlane.of(manager.create(CORNERS));
            FreeEnergy energy =
                    FreeEnergy.of(plane, manager.create(new float[][] {{1, 0, 0}, {0, 1, 0}, {-5, -1, 7}}), 3);
            assertThat(energy.halfWidth()).isBetween(5.01, 6.0);
            assertThat(energy.values()).hasSize(9);
        }
    }

    @Test
    void aSquareHasTwoValuesASideAtLeast() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray corners = manager.create(CORNERS);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> FreeEnergy.of(PrincipalPlane.of(corners), corners, 1))
                    .withMessage("side: must be at least 2, found 1");
        }
    }
}
