package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class CovarianceEstimateTest {

    /** Three states of covariance [[1, 1.5], [1.5, 3]], the mean of which is far from 0. */
    private static final float[] STATES = {1001, 10, 1002, 10, 1003, 13};

    /** 3/(3 + 5) Σ̂ + 10⁻³ · 5/(3 + 5) I. */
    private static double shrunk(double covariance, double diagonal) {
        return 3 / 8.0 * covariance + 5e-3 / 8 * diagonal;
    }

    private static void assertMetric(boolean dense, double[] expected, Consumer<CovarianceEstimate> adding) {
        CovarianceEstimate estimate = new CovarianceEstimate(2, dense);
        adding.accept(estimate);
        try (NDManager manager = NDManager.newBaseManager();
                Coordinates coordinates = estimate.metric().on(manager)) {
            // Rows of Aᵀ; their products are A Aᵀ.
            float[] a = coordinates.toStates(manager.eye(2)).toFloatArray();
            double[] products = {
                a[0] * a[0] + a[2] * a[2], a[0] * a[1] + a[2] * a[3], a[1] * a[1] + a[3] * a[3],
            };
            assertThat(products).containsExactly(expected, within(1e-6));
        }
    }

    @Test
    void isTheShrunkCovariance() {
        assertMetric(true, new double[] {shrunk(1, 1), shrunk(1.5, 0), shrunk(3, 1)}, estimate -> {
            estimate.add(new float[] {1001, 10, 1002, 10});
            estimate.add(new float[] {1003, 13});
        });
    }

    @Test
    void ofADiagonalMetricIsTheDiagonal() {
        assertMetric(false, new double[] {shrunk(1, 1), 0, shrunk(3, 1)}, estimate -> estimate.add(STATES));
    }

    @Test
    void leavesOutStatesThatAreNotFinite() {
        assertMetric(true, new double[] {shrunk(1, 1), shrunk(1.5, 0), shrunk(3, 1)}, estimate -> {
            estimate.add(new float[] {Float.NaN, 1, 3, Float.POSITIVE_INFINITY});
            estimate.add(STATES);
        });
    }

    @Test
    void forgetsWhatItSawBefore() {
        assertMetric(true, new double[] {shrunk(1, 1), shrunk(1.5, 0), shrunk(3, 1)}, estimate -> {
            estimate.add(new float[] {0, 7, 5, 3});
            estimate.clear();
            estimate.add(STATES);
        });
    }

    @Test
    void ofOneStateIsThePriorAlone() {
        assertMetric(true, new double[] {5e-3 / 6, 0, 5e-3 / 6}, estimate -> estimate.add(new float[] {4, 5}));
    }
}
