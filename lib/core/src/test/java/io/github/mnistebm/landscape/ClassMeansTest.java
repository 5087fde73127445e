package io.github.mnistebm.landscape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;

class ClassMeansTest {

    @Test
    void theMeansAreThoseOfTheClassesThatHavePoints() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray points = manager.create(new float[][] {{1, 10}, {7, 0}, {3, 20}, {5, 30}});
            ClassMeans means = ClassMeans.of(points, new byte[] {4, (byte) 200, 4, 4});
            assertThat(means.classes()).containsExactly(4, 200);
            assertThat(means.in(manager).toFloatArray()).containsExactly(3, 20, 7, 0);
        }
    }

    @Test
    void aLabelForEachPointIsExpected() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray points = manager.create(new float[][] {{1, 10}, {7, 0}});
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ClassMeans.of(points, new byte[3]))
                    .withMessage("class means: expected points of shape (3, d), found (2, 2)");
        }
    }
}
