package io.github.mnistebm.sampling;

/** The parts of a kernel that burn-in adapts. */
public enum Adaptation {
    /**
     * The step size, by the recursion of Robbins and Monro, see {@link StepSizeAdaptation}. Nothing is read back from the device. Use
     * it where all chains start at places of similar steepness: a chain that cannot move hardly changes the mean, and stays.
     */
    STEP_SIZE,

    /**
     * The step size, by dual averaging (Hoffman &amp; Gelman 2014, section 3.2.1). At first it adapts to the harmonic mean of the chains'
     * acceptances, so that none stays behind.
     */
    DUAL_AVERAGING,

    /**
     * The step size by dual averaging, and the scale of each coordinate by its variance, in windows of doubling length (Stan Reference
     * Manual, "Automatic parameter tuning").
     */
    DIAGONAL_METRIC,

    /** As {@link #DIAGONAL_METRIC}, with all covariances. For few coordinates, or many chains: d² numbers are estimated. */
    DENSE_METRIC;

    /** Returns whether a metric is estimated. */
    boolean hasMetric() {
        return this == DIAGONAL_METRIC || this == DENSE_METRIC;
    }
}
