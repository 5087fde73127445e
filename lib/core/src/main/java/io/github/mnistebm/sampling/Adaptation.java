package io.github.mnistebm.sampling;

/** The parts of a kernel that burn-in adapts. */
public enum Adaptation {
    /** The step size, by {@linkplain StepSizeAdaptation the recursion of Robbins and Monro}. Nothing is read back from the device. */
    STEP_SIZE,

    /** The step size, by {@linkplain DualAveraging dual averaging}. */
    DUAL_AVERAGING,

    /**
     * The step size by dual averaging, and the scale of each coordinate by its variance, in {@linkplain WindowedAdaptation windows} of
     * doubling length.
     */
    DIAGONAL_METRIC,

    /** As {@link #DIAGONAL_METRIC}, with all covariances. For few coordinates, or many chains: d² numbers are estimated. */
    DENSE_METRIC;

    /** Returns whether a metric is estimated. */
    boolean hasMetric() {
        return this == DIAGONAL_METRIC || this == DENSE_METRIC;
    }
}
