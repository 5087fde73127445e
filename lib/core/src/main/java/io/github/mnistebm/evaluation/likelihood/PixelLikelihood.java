package io.github.mnistebm.evaluation.likelihood;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.diagnostics.LogMean;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.stream.Stream;

/**
 * Estimates −log p(x) of observations x, with latents u of the density p(u) = exp(−f(u)) q(u) / Z,
 *
 * <pre>p(x) = ∫ p(x | u) p(u) du ≈ mean over uₖ ~ r(u | x) of p(x | uₖ) p(uₖ) / r(uₖ | x),</pre>
 *
 * <p>by importance sampling (Burda, Grosse &amp; Salakhutdinov 2016, "Importance weighted autoencoders", equation 8) from a proposal r
 * that is fitted to each x: its {@linkplain LaplaceApproximation Laplace approximation}, widened. All densities are those of u. Where a
 * decoder first maps u to other coordinates, as latents that are not white, no change of volume enters.
 *
 * <p>Several distributions of latents share the draws: r is the mixture, in equal shares, of a proposal for each (Veach &amp; Guibas 1995,
 * "Optimally combining sampling techniques", balance heuristic), so that a difference between two of them has less error than each.
 *
 * <p>The estimate of p(x) is unbiased, and that of −log p(x) therefore on average too high, by about half the squared relative error of
 * the mean weight: with many draws by little. Only the estimate of Z, by importance sampling from q, errs to the other side.
 */
public final class PixelLikelihood {

    private static final int NORMALIZER_DRAWS = 200_000;

    /** Latents at once. */
    private static final int ROWS_AT_ONCE = 2048;

    /** The curvatures need two gradients a dimension for each. */
    private static final int OBSERVATIONS_AT_ONCE = 16;

    private final ObservationModel observations;
    private final TiltedEnergy energy;
    private final List<EnergyFunction> priors;

    /**
     * Creates an estimator.
     *
     * @param observations p(x | u)
     * @param energy f and q
     * @param normal −log of the density of a further distribution of latents, normalized, for comparison; null for none
     */
    public PixelLikelihood(ObservationModel observations, TiltedEnergy energy, EnergyFunction normal) {
        this.observations = observations;
        this.energy = energy;
        this.priors = Stream.of(energy, energy.reference(), normal)
                .filter(prior -> prior != null)
                .toList();
    }

    /**
     * Estimates the mean of −log p(x).
     *
     * @param data x, {@code [n, …]} with n &gt; 1, of any data type
     * @param starts latents near the mode of each posterior distribution, such as those of an encoder, {@code [n, d]}
     * @param draws the least number of draws an observation, at least 2; the number is a multiple of that of the distributions
     * @param random the source of randomness
     * @param progress the consumer of the share of the observations that is done
     * @return the estimate
     * @throws IllegalArgumentException if there are too few observations or draws
     */
    public NatsPerImage estimate(
            NDArray data, NDArray starts, int draws, RandomSource random, DoubleConsumer progress) {
        int n = (int) data.getShape().get(0);
        if (n < 2 || draws < 2) {
            throw new IllegalArgumentException(
                    "log-likelihood: expected at least 2 observations and 2 draws, found " + n + " and " + draws);
        }
        LogMean normalizer = LogLikelihood.normalizer(energy, data.getManager(), NORMALIZER_DRAWS, random);
        LogMean[][] means = new LogMean[n][];
        for (int from = 0; from < n; from += OBSERVATIONS_AT_ONCE) {
            NDIndex rows = new NDIndex().addSliceDim(from, Math.min(n, from + OBSERVATIONS_AT_ONCE));
            int first = from;
            Scope.run(() -> {
                double[][][] logWeights =
                        logWeights(data.get(rows).toType(DataType.FLOAT32, false), starts.get(rows), draws, random);
                for (int i = 0; i < logWeights.length; i++) {
                    means[first + i] =
                            Arrays.stream(logWeights[i]).map(LogMean::of).toArray(LogMean[]::new);
                }
            });
            progress.accept(Math.min(1, (from + OBSERVATIONS_AT_ONCE) / (double) n));
        }
        return NatsPerImage.of(
                column(means, 0), column(means, 1), priors.size() > 2 ? column(means, 2) : null, normalizer);
    }

    private static List<LogMean> column(LogMean[][] means, int prior) {
        return Arrays.stream(means).map(row -> row[prior]).toList();
    }

    /** Draws latents of some observations, and computes the logarithms of their weights, {@code [n][priors][draws]}. */
    private double[][][] logWeights(NDArray data, NDArray starts, int draws, RandomSource random) {
        int n = (int) data.getShape().get(0);
        EnergyFunction given = observations.given(data);
        List<PosteriorProposal> proposals = LaplaceApproximation.fit(given, priors, starts, random).stream()
                .map(PosteriorProposal::new)
                .toList();
        int parts = proposals.size();
        int each = (draws + parts - 1) / parts;
        double[][][] logWeights = new double[n][parts][parts * each];
        int atOnce = Math.max(1, ROWS_AT_ONCE / (n * parts));
        for (int from = 0; from < each; from += atOnce) {
            Cancellation.check();
            int count = Math.min(atOnce, each - from);
            int start = from;
            Scope.run(() -> weigh(given, proposals, count, random, logWeights, start * parts));
        }
        return logWeights;
    }

    /** Draws {@code count} latents an observation from each proposal. */
    private void weigh(
            EnergyFunction given,
            List<PosteriorProposal> proposals,
            int count,
            RandomSource random,
            double[][][] logWeights,
            int start) {
        long n = logWeights.length;
        long d = energy.dimension();
        NDList drawn = new NDList();
        proposals.forEach(proposal -> drawn.add(proposal.sample(count, random).reshape(n, count, d)));
        NDArray latents = NDArrays.concat(drawn, 1).reshape(-1, d);
        double[] common = doubles(given.energy(latents));
        double[] proposed = proposals.get(0).logDensities(latents);
        for (PosteriorProposal proposal : proposals.subList(1, proposals.size())) {
            double[] more = proposal.logDensities(latents);
            Arrays.setAll(proposed, row -> PosteriorProposal.logSum(proposed[row], more[row]));
        }
        int draws = common.length / (int) n;
        double logShares = Math.log(proposals.size());
        for (int prior = 0; prior < priors.size(); prior++) {
            double[] energies = doubles(priors.get(prior).energy(latents));
            for (int row = 0; row < energies.length; row++) {
                logWeights[row / draws][prior][start + row % draws] =
                        logShares - common[row] - energies[row] - proposed[row];
            }
        }
    }

    private static double[] doubles(NDArray array) {
        return array.toType(DataType.FLOAT64, false).toDoubleArray();
    }
}
