package io.github.mnistebm.diagnostics;

import java.util.Arrays;

/**
 * The shape k of the generalized Pareto distribution that fits the largest of some importance weights. It says how heavy their tail is:
 * weights have a finite variance below k = 1/2. Up to {@value #RELIABLE}, estimates by them are reliable (Vehtari, Simpson, Gelman, Yao
 * &amp; Gabry 2024, "Pareto smoothed importance sampling", sections 3 and 4).
 */
public final class ParetoShape {

    /** The k above which importance sampling is unreliable, however large the number of draws. */
    public static final double RELIABLE = 0.7;

    /** Fewer weights than this have no tail to speak of. */
    private static final int LEAST_TAIL = 5;

    /** The number of observations that the prior of k, at 1/2, is worth. */
    private static final double PRIOR_WEIGHT = 10;

    private static final double PRIOR_SHAPE = 0.5;

    private ParetoShape() {}

    /**
     * Estimates k from the largest weights, min(n / 5, 3 √n) of them.
     *
     * @param logWeights the logarithms of the n weights, up to a common constant; −∞ for a weight of 0
     * @return k; NaN if the tail has fewer than {@value #LEAST_TAIL} weights or a weight is not finite; −∞ if all weights of the tail are
     *     the same
     */
    public static double of(double[] logWeights) {
        int n = logWeights.length;
        int tail = (int) Math.ceil(Math.min(0.2 * n, 3 * Math.sqrt(n)));
        if (tail < LEAST_TAIL || tail >= n) {
            return Double.NaN;
        }
        double[] sorted = logWeights.clone();
        Arrays.sort(sorted);
        double largest = sorted[n - 1];
        if (!Double.isFinite(largest)) {
            return Double.NaN;
        }
        double threshold = Math.exp(sorted[n - tail - 1] - largest);
        double[] excesses = new double[tail];
        for (int i = 0; i < tail; i++) {
            excesses[i] = Math.exp(sorted[n - tail + i] - largest) - threshold;
        }
        return excesses[tail - 1] > 0 ? fit(excesses) : Double.NEGATIVE_INFINITY;
    }

    /**
     * Fits the distribution by the posterior mean of θ = −k / σ on a grid (Zhang &amp; Stephens 2009, "A new and efficient estimation
     * method for the generalized Pareto distribution", section 3), with the weak prior of k of Vehtari et al. 2024, appendix C.
     */
    private static double fit(double[] excesses) {
        int n = excesses.length;
        int points = 30 + (int) Math.sqrt(n);
        // The least excesses may be 0 where weights are equal.
        double quartile = Math.max(excesses[(int) (n / 4.0 + 0.5) - 1], Double.MIN_NORMAL);
        double[] theta = new double[points];
        double[] logLikelihood = new double[points];
        for (int j = 0; j < points; j++) {
            theta[j] = 1 / excesses[n - 1] + (1 - Math.sqrt(points / (j + 0.5))) / (3 * quartile);
            double shape = shape(excesses, theta[j]);
            logLikelihood[j] = n * (Math.log(-theta[j] / shape) - shape - 1);
        }
        double mean = 0;
        for (int j = 0; j < points; j++) {
            double inverse = 0;
            for (double other : logLikelihood) {
                inverse += Math.exp(other - logLikelihood[j]);
            }
            mean += theta[j] / inverse;
        }
        return (shape(excesses, mean) * n + PRIOR_SHAPE * PRIOR_WEIGHT) / (n + PRIOR_WEIGHT);
    }

    /** The most likely k for θ. */
    private static double shape(double[] excesses, double theta) {
        double sum = 0;
        for (double excess : excesses) {
            sum += Math.log1p(-theta * excess);
        }
        return sum / excesses.length;
    }
}
