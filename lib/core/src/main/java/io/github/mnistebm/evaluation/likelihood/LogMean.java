package io.github.mnistebm.evaluation.likelihood;

import java.util.Arrays;

/**
 * The logarithm of the mean of importance weights.
 *
 * @param value log mean of exp(log weights)
 * @param standardError the standard error of the mean weight, relative to it, which is that of its logarithm where it is small
 * @param effectiveSampleSize (Σ wᵢ)² / Σ wᵢ² (Kong 1992)
 * @param draws the number of weights
 */
record LogMean(double value, double standardError, double effectiveSampleSize, int draws) {

    static LogMean of(double[] logWeights) {
        double largest = Arrays.stream(logWeights).max().orElseThrow();
        double sum = 0;
        double squares = 0;
        for (double logWeight : logWeights) {
            double weight = Math.exp(logWeight - largest);
            sum += weight;
            squares += weight * weight;
        }
        int draws = logWeights.length;
        double effective = sum * sum / squares;
        return new LogMean(
                largest + Math.log(sum / draws), Math.sqrt(Math.max(0, 1 / effective - 1.0 / draws)), effective, draws);
    }

    /** Returns the logarithm of one divided by the mean. */
    LogMean inverse() {
        return new LogMean(-value, standardError, effectiveSampleSize, draws);
    }
}
