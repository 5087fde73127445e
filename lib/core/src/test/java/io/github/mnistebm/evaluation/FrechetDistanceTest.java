package io.github.mnistebm.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.Test;

class FrechetDistanceTest {

    private final RandomSource random = RandomSource.of(1);

    /** Four points with mean m and covariance diag(a, b): m ± √(3a/2) e₁, m ± √(3b/2) e₂. */
    private static NDArray points(NDManager manager, double x, double y, double a, double b) {
        float p = (float) Math.sqrt(1.5 * a);
        float q = (float) Math.sqrt(1.5 * b);
        float u = (float) x;
        float v = (float) y;
        return manager.create(new float[][] {{u + p, v}, {u - p, v}, {u, v + q}, {u, v - q}});
    }

    @Test
    void ofDiagonalCovariancesHasAClosedForm() {
        try (NDManager manager = NDManager.newBaseManager()) {
            double found = FrechetDistance.between(points(manager, 0, 0, 1, 4), points(manager, 3, 4, 9, 1));
            // ‖(3, 4)‖² + (1 − 3)² + (2 − 1)²
            assertThat(found).isCloseTo(25 + 4 + 1, within(1e-4));
        }
    }

    @Test
    void ofASetToItselfIsZero() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray features = random.normal(manager, new Shape(200, 8));
            assertThat(FrechetDistance.between(features, features)).isCloseTo(0, within(1e-6));
        }
    }

    @Test
    void isSymmetric() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray a = random.normal(manager, new Shape(200, 4));
            NDArray b = random.uniform(manager, 0, 2, new Shape(300, 4));
            assertThat(FrechetDistance.between(a, b)).isCloseTo(FrechetDistance.between(b, a), within(1e-9));
        }
    }

    @Test
    void featuresThatAreNotFiniteAreRefused() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray finite = random.normal(manager, new Shape(20, 2));
            NDArray notFinite = points(manager, Double.NaN, 0, 1, 1);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> FrechetDistance.between(finite, notFinite))
                    .withMessage("features: the covariance has no eigendecomposition; are all finite?");
        }
    }
}
