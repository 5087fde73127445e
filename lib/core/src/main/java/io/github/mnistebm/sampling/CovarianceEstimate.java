package io.github.mnistebm.sampling;

/**
 * Running estimates of covariances (Welford 1962), shrunk towards a small multiple of the unit matrix as Stan does (Stan Reference Manual,
 * "HMC algorithm parameters"): for n states, n/(n + 5) Σ̂ + 10⁻³ · 5/(n + 5) I.
 */
final class CovarianceEstimate {

    private static final double PRIOR_STATES = 5;
    private static final double PRIOR_VARIANCE = 1e-3;

    private final boolean dense;
    private final int dimension;
    private double[] mean;
    /** Σ (u − ū)(u − ū)ᵀ, its lower triangle; of a diagonal estimate the only row. */
    private double[][] products;

    private long states;

    CovarianceEstimate(int dimension, boolean dense) {
        this.dimension = dimension;
        this.dense = dense;
        clear();
    }

    /** Forgets all states. */
    void clear() {
        mean = new double[dimension];
        products = new double[dense ? dimension : 1][dimension];
        states = 0;
    }

    /** Adds states, {@code [n * d]}, but for those that are not finite. */
    void add(float[] positions) {
        double[] before = new double[dimension];
        for (int from = 0; from < positions.length; from += dimension) {
            if (isFinite(positions, from)) {
                states++;
                for (int i = 0; i < dimension; i++) {
                    before[i] = positions[from + i] - mean[i];
                    mean[i] += before[i] / states;
                }
                addProducts(positions, from, before);
            }
        }
    }

    private boolean isFinite(float[] positions, int from) {
        for (int i = 0; i < dimension; i++) {
            if (!Float.isFinite(positions[from + i])) {
                return false;
            }
        }
        return true;
    }

    private void addProducts(float[] positions, int from, double[] before) {
        for (int i = 0; i < dimension; i++) {
            double after = positions[from + i] - mean[i];
            if (dense) {
                for (int j = 0; j <= i; j++) {
                    products[i][j] += after * before[j];
                }
            } else {
                products[0][i] += after * before[i];
            }
        }
    }

    /** Returns the metric of the states since the last call of {@link #clear}, at least two. */
    Metric metric() {
        double weight = states / (states + PRIOR_STATES) / Math.max(1, states - 1);
        double added = PRIOR_VARIANCE * PRIOR_STATES / (states + PRIOR_STATES);
        if (!dense) {
            double[] variances = new double[dimension];
            for (int i = 0; i < dimension; i++) {
                variances[i] = weight * products[0][i] + added;
            }
            return Metric.diagonal(variances);
        }
        double[][] covariance = new double[dimension][dimension];
        for (int i = 0; i < dimension; i++) {
            for (int j = 0; j <= i; j++) {
                covariance[i][j] = weight * products[i][j] + (i == j ? added : 0);
                covariance[j][i] = covariance[i][j];
            }
        }
        return Metric.dense(covariance);
    }
}
