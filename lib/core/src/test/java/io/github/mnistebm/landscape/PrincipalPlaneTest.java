package io.github.mnistebm.landscape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PrincipalPlaneTest {

    private static NDManager manager;

    @BeforeAll
    static void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    private static NDArray points(float[]... rows) {
        return manager.create(rows);
    }

    /** The corners of a rhombus about (1, 2, 3): 4 along the third coordinate, 2 along the first, ½ along the second. */
    private static final float[][] RHOMBUS = {
        {1, 2, 7}, {1, 2, -1}, {3, 2, 3}, {-1, 2, 3}, {1, 2.5f, 3}, {1, 1.5f, 3},
    };

    @Test
    void theAxesAreThoseOfTheGreatestSpread() {
        PrincipalPlane plane = PrincipalPlane.of(points(RHOMBUS));
        assertThat(plane.share()).isCloseTo((16.0 + 4) / (16 + 4 + 0.25), within(1e-6));
        assertThat(plane.project(points(new float[] {1, 2, 7}, new float[] {3, 2, 3}, new float[] {1, 9, 3}))
                        .toFloatArray())
                .containsExactly(new float[] {4, 0, 0, 2, 0, 0}, within(1e-5f));
    }

    @Test
    void aPointOfThePlaneComesBackFromItsState() {
        PrincipalPlane plane = PrincipalPlane.of(points(RHOMBUS));
        NDArray states = plane.lift(points(new float[] {-1, 0.5f}, new float[] {0, 0}));
        assertThat(states.toFloatArray()).containsExactly(new float[] {1.5f, 2, 2, 1, 2, 3}, within(1e-5f));
        assertThat(plane.project(states).toFloatArray()).containsExactly(new float[] {-1, 0.5f, 0, 0}, within(1e-5f));
    }

    @Test
    void thePlaneOfClassesKeepsTheDirectionsInWhichTheirMeansDiffer() {
        // The classes differ along the second and the fourth coordinate only.
        float[][] rows = new float[20][4];
        byte[] labels = new byte[20];
        for (int i = 0; i < 20; i++) {
            int label = i / 2;
            labels[i] = (byte) label;
            rows[i] = new float[] {i % 2 == 0 ? 5 : -5, label, 0, label % 2};
        }
        float[] coordinates =
                PrincipalPlane.of(points(rows), labels).project(points(rows)).toFloatArray();
        for (int i = 0; i < 40; i += 4) {
            assertThat(coordinates[i]).isCloseTo(coordinates[i + 2], within(1e-5f));
            assertThat(coordinates[i + 1]).isCloseTo(coordinates[i + 3], within(1e-5f));
        }
        assertThat(Math.hypot(coordinates[36] - coordinates[0], coordinates[37] - coordinates[1]))
                .isCloseTo(Math.hypot(9, 1), within(1e-4));
    }

    @Test
    void withTwoClassesItIsThePlaneOfThePoints() {
        PrincipalPlane plane = PrincipalPlane.of(points(RHOMBUS), new byte[] {0, 0, 0, 1, 1, 1});
        assertThat(plane.share()).isEqualTo(PrincipalPlane.of(points(RHOMBUS)).share());
    }

    @Test
    void pointsOnALineAndTooFewAreReported() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrincipalPlane.of(points(new float[] {0, 0}, new float[] {1, 1}, new float[] {2, 2})))
                .withMessageContaining("found them on a line");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrincipalPlane.of(manager.zeros(new Shape(2, 5))))
                .withMessage("points: expected shape (n, d) with n >= 3 and d >= 2, found (2, 5)");
    }
}
