package io.github.mnistebm.diagnostics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.numbers.gamma.InverseErf;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Median;
import org.apache.commons.statistics.descriptive.Quantile;
import org.apache.commons.statistics.descriptive.Variance;

/**
 * The convergence of chains and the worth of their draws, for one quantity (Vehtari, Gelman, Simpson, Carpenter &amp;
 * Bürkner 2021, "Rank-normalization, folding, and localization: an improved R-hat for assessing convergence of MCMC").
 *
 * @param rHat the larger of the rank-normalized split R-hat and that of the folded draws; 1 where the chains agree
 * @param bulkEffectiveSampleSize the number of independent draws that give a mean of the same error
 * @param tailEffectiveSampleSize the same for the 5 % and the 95 % quantile, whichever is less
 */
public record ChainDiagnostics(double rHat, double bulkEffectiveSampleSize, double tailEffectiveSampleSize) {

    /** Above this, chains should run longer (Vehtari et al. 2021, section 4). */
    public static final double CONVERGED = 1.01;

    /** With an effective sample size below this, R-hat and the size itself are unreliable (Vehtari et al. 2021, section 4). */
    public static final double LEAST_SAMPLE_SIZE = 400;

    private static final int LEAST_DRAWS = 4;
    /** The quantile that interpolates between order statistics as numpy does by default. */
    private static final Quantile QUANTILE =
            Quantile.withDefaults().withCopy(true).with(Quantile.EstimationMethod.HF7);

    /**
     * Diagnoses chains.
     *
     * @param draws a row a chain, at least one chain of at least {@value #LEAST_DRAWS} draws, all of the same number
     * @return the diagnostics; NaN where draws are not finite
     * @throws IllegalArgumentException if there are too few draws, or the chains differ in length
     */
    public static ChainDiagnostics of(double[][] draws) {
        if (draws.length == 0 || draws[0].length < LEAST_DRAWS) {
            throw new IllegalArgumentException("draws: expected at least one chain of at least " + LEAST_DRAWS
                    + " draws, found " + draws.length + " of " + (draws.length == 0 ? 0 : draws[0].length));
        }
        for (double[] chain : draws) {
            if (chain.length != draws[0].length) {
                throw new IllegalArgumentException(
                        "draws: expected chains of " + draws[0].length + " draws, found one of " + chain.length);
            }
        }
        if (!Arrays.stream(draws).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite)) {
            return new ChainDiagnostics(Double.NaN, Double.NaN, Double.NaN);
        }
        double[][] split = split(draws);
        double[] all = flatten(draws);
        double median = Median.withDefaults().evaluate(flatten(split));
        double[][] ranked = rankNormalized(split);
        double rHat =
                Math.max(splitRHat(ranked), splitRHat(rankNormalized(map(split, value -> Math.abs(value - median)))));
        return new ChainDiagnostics(
                rHat,
                effectiveSampleSize(ranked),
                Math.min(quantileSampleSize(split, all, 0.05), quantileSampleSize(split, all, 0.95)));
    }

    /**
     * Takes one quantity of draws, to be diagnosed.
     *
     * @param draws numbers, {@code [draws * chains * width]}
     * @param chains the number of chains
     * @param width the number of quantities
     * @param quantity the index of the quantity, from 0
     * @return a row a chain, {@code [chains][draws]}
     */
    public static double[][] byChain(float[] draws, int chains, int width, int quantity) {
        double[][] values = new double[chains][draws.length / chains / width];
        for (int chain = 0; chain < chains; chain++) {
            for (int draw = 0; draw < values[chain].length; draw++) {
                values[chain][draw] = draws[(draw * chains + chain) * width + quantity];
            }
        }
        return values;
    }

    private static double quantileSampleSize(double[][] split, double[] all, double probability) {
        double quantile = QUANTILE.evaluate(all, probability);
        return effectiveSampleSize(map(split, value -> value <= quantile ? 1 : 0));
    }

    /** Halves each chain, so that one that drifts disagrees with itself. */
    private static double[][] split(double[][] draws) {
        int length = draws[0].length;
        int half = length / 2;
        double[][] halves = new double[2 * draws.length][];
        for (int chain = 0; chain < draws.length; chain++) {
            halves[2 * chain] = Arrays.copyOf(draws[chain], half);
            halves[2 * chain + 1] = Arrays.copyOfRange(draws[chain], length - half, length);
        }
        return halves;
    }

    /** Normal scores of the ranks over all chains, ties at their mean rank (equation 14). */
    private static double[][] rankNormalized(double[][] chains) {
        double[] values = flatten(chains);
        int[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] scores = new double[values.length];
        for (int first = 0; first < order.length; ) {
            int last = first;
            while (last + 1 < order.length && values[order[last + 1]] == values[order[first]]) {
                last++;
            }
            double rank = (first + last) / 2.0 + 1;
            double score = normalQuantile((rank - 0.375) / (values.length + 0.25));
            for (int i = first; i <= last; i++) {
                scores[order[i]] = score;
            }
            first = last + 1;
        }
        int length = chains[0].length;
        double[][] normalized = new double[chains.length][];
        for (int chain = 0; chain < chains.length; chain++) {
            normalized[chain] = Arrays.copyOfRange(scores, chain * length, (chain + 1) * length);
        }
        return normalized;
    }

    private static double normalQuantile(double probability) {
        return Math.sqrt(2) * InverseErf.value(2 * probability - 1);
    }

    private static double variance(double[] values) {
        return Variance.of(values).getAsDouble();
    }

    private static double[] means(double[][] chains) {
        return Arrays.stream(chains)
                .mapToDouble(chain -> Mean.of(chain).getAsDouble())
                .toArray();
    }

    /** Equations 1 to 4. */
    private static double splitRHat(double[][] chains) {
        int n = chains[0].length;
        double[] means = means(chains);
        double within = Arrays.stream(chains)
                .mapToDouble(ChainDiagnostics::variance)
                .average()
                .orElseThrow();
        double between = n * variance(means);
        return within == 0 ? (between == 0 ? 1 : Double.POSITIVE_INFINITY) : Math.sqrt((between / within + n - 1) / n);
    }

    /** Computes the effective sample size of two chains or more: section 3.2, with Geyer's initial monotone sequence (Geyer 1992). */
    private static double effectiveSampleSize(double[][] chains) {
        int n = chains[0].length;
        double total = (double) chains.length * n;
        double[] means = means(chains);
        double within = autocovariance(chains, means, 0) * n / (n - 1.0);
        double plus = within * (n - 1) / n + variance(means);
        if (plus == 0) {
            return total;
        }
        double[] correlations = new double[n];
        double even = 1;
        correlations[0] = even;
        double odd = 1 - (within - autocovariance(chains, means, 1)) / plus;
        correlations[1] = odd;
        int lag = 1;
        while (lag < n - 3 && even + odd > 0) {
            even = 1 - (within - autocovariance(chains, means, lag + 1)) / plus;
            odd = 1 - (within - autocovariance(chains, means, lag + 2)) / plus;
            if (even + odd >= 0) {
                correlations[lag + 1] = even;
                correlations[lag + 2] = odd;
            }
            lag += 2;
        }
        int last = lag - 2;
        if (even > 0) {
            correlations[last + 1] = even;
        }
        for (int t = 1; t <= last - 2; t += 2) {
            double before = correlations[t - 1] + correlations[t];
            if (correlations[t + 1] + correlations[t + 2] > before) {
                correlations[t + 1] = before / 2;
                correlations[t + 2] = before / 2;
            }
        }
        double time = -1 + 2 * Arrays.stream(correlations, 0, last + 1).sum() + correlations[last + 1];
        return total / Math.max(time, 1 / Math.log10(total));
    }

    /** The mean over the chains, each divided by n. */
    private static double autocovariance(double[][] chains, double[] means, int lag) {
        double sum = 0;
        for (int chain = 0; chain < chains.length; chain++) {
            double[] values = chains[chain];
            double mean = means[chain];
            for (int i = 0; i + lag < values.length; i++) {
                sum += (values[i] - mean) * (values[i + lag] - mean);
            }
        }
        return sum / chains[0].length / chains.length;
    }

    private static double[][] map(double[][] chains, DoubleUnaryOperator map) {
        return Arrays.stream(chains)
                .map(chain -> Arrays.stream(chain).map(map).toArray())
                .toArray(double[][]::new);
    }

    private static double[] flatten(double[][] chains) {
        return Arrays.stream(chains).flatMapToDouble(Arrays::stream).toArray();
    }
}
