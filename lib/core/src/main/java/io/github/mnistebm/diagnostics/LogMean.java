package io.github.mnistebm.diagnostics;

import java.util.Arrays;

/**
 * The logarithm of the mean of importance weights, and what the weights are worth.
 *
 * @param value log mean of exp(log weights)
 * @param standardError the standard error of the mean weight, relative to it, which is that of its logarithm where it is small
 * @param effectiveSampleSize (Σ wᵢ)² / Σ wᵢ² (Kong 1992)
 * @param draws the number of weights
 */
public record LogMean(double value, double standardError, double effectiveSampleSize, int draws) {

    /**
     * Computes the mean.
     *
     * @param logWeights the logarithms of the weights, at least one; minus infinity for a weight of 0
     * @return the mean
     */
    public static LogMean of(double[] logWeights) {
        double largest = Arrays.stream(logWeights).max().orElseThrow();
        double sum = 0;
        double squares = 0;
        for (double logWeight : logWeights) {
            double weight = logWeight == Double.NEGATIVE_INFINITY ? 0 : Math.exp(logWeight - largest);
            sum += weight;
            squares += weight * weight;
        }
        int draws = logWeights.length;
        double effective = sum * sum / squares;
        return new LogMean(
                largest + Math.log(sum / draws), Math.sqrt(Math.max(0, 1 / effective - 1.0 / draws)), effective, draws);
    }

    /**
     * Returns the logarithm of one divided by the mean.
     *
     * @return the same relative error and sample size, the value with the other sign
     */
    public LogMean inverse() {
        return new LogMean(-value, standardError, effectiveSampleSize, draws);
    }
}
