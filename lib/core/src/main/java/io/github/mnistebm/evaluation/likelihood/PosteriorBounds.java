package io.github.mnistebm.evaluation.likelihood;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.diagnostics.LogMean;
import io.github.mnistebm.evaluation.likelihood.NatsPerImage.Estimate;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The mean of −log p(x) of few observations x between bounds, by annealed importance sampling of each p(x) = ∫ p(x | u) p(u) du. Chains
 * from the {@linkplain LaplaceApproximation Laplace approximation} of the posterior to the posterior itself give an estimate that is on
 * average too high, and chains back from draws of the posterior one that is on average too low (Wu et al. 2017, "On the quantitative
 * analysis of decoder-based generative models", section 4), as far as the draws are such: they are draws of the approximation, resampled
 * by their importance weights.
 *
 * @param images the number of observations
 * @param chains the number of chains an observation, in each direction
 * @param temperatures the number of steps of a chain
 * @param direct the estimate by importance sampling from the approximation, for comparison
 * @param above the estimate that is on average too high
 * @param below the estimate that is on average too low
 * @param width {@code above} less {@code below}, image by image
 */
public record PosteriorBounds(
        int images, int chains, int temperatures, Estimate direct, Estimate above, Estimate below, Estimate width) {

    /** Half of the optimum for a standard normal distribution of forty dimensions. */
    private static final double STEP_SIZE = 0.2;

    /** The number of draws of an approximation that are resampled. */
    private static final int DRAWS = 1000;

    /**
     * Estimates the bounds. All observations are processed at once.
     *
     * @param observations p(x | u)
     * @param energy −log p(u), up to log Z
     * @param logNormalizer log Z
     * @param data x, {@code [n, …]} with n &gt; 1, of any data type
     * @param starts latents near the mode of each posterior distribution, {@code [n, d]}
     * @param chains the number of chains an observation, at least 2
     * @param temperatures the number of steps of a chain, at least 1
     * @param random the source of randomness
     * @return the bounds
     * @throws IllegalArgumentException if there are too few observations, chains or temperatures
     */
    public static PosteriorBounds of(
            ObservationModel observations,
            EnergyFunction energy,
            double logNormalizer,
            NDArray data,
            NDArray starts,
            int chains,
            int temperatures,
            RandomSource random) {
        int n = (int) data.getShape().get(0);
        if (n < 2 || chains < 2) {
            throw new IllegalArgumentException(
                    "bounds: expected at least 2 observations and 2 chains, found " + n + " and " + chains);
        }
        return Scope.compute(() -> {
            EnergyFunction likelihood = observations.given(data.toType(DataType.FLOAT32, false));
            LaplaceApproximation posterior = LaplaceApproximation.fit(likelihood, List.of(energy), starts, random)
                    .get(0);
            EnergyFunction joint = likelihood.plus(energy);
            StandardNormal normal = new StandardNormal(energy.dimension());
            AnnealedImportanceSampling annealed = new AnnealedImportanceSampling(
                    new TiltedEnergy(new Tilt(posterior.inCoordinates(joint), normal), normal),
                    temperatures,
                    STEP_SIZE);
            PosteriorProposal proposal = new PosteriorProposal(posterior);
            NDArray draws = proposal.sample(DRAWS, random);
            double[] weights =
                    joint.energy(draws).toType(DataType.FLOAT64, false).toDoubleArray();
            double[] proposed = proposal.logDensities(draws);
            Arrays.setAll(weights, i -> -weights[i] - proposed[i]);
            NDArray chosen = starts.getManager().create(resampled(weights, n, chains, random.forLoops()));
            NDArray ends = posterior.coordinates(draws).get(new NDIndex().addIndices("{}", chosen));
            double[] forwards = annealed.logWeights(
                    normal.sample(starts.getManager(), (long) n * chains, random), true, random, step -> {});
            double[] backwards = annealed.logWeights(ends, false, random, step -> {});
            Arrays.setAll(backwards, i -> -backwards[i]);
            List<LogMean> above = means(forwards, n);
            List<LogMean> below =
                    means(backwards, n).stream().map(LogMean::inverse).toList();
            return new PosteriorBounds(
                    n,
                    chains,
                    temperatures,
                    Estimate.of(means(weights, n), logNormalizer),
                    Estimate.of(above, logNormalizer),
                    Estimate.of(below, logNormalizer),
                    Estimate.of(
                            IntStream.range(0, n)
                                    .mapToDouble(i ->
                                            below.get(i).value() - above.get(i).value())
                                    .toArray(),
                            null));
        });
    }

    /** The mean of each observation's weights, which follow each other. */
    private static List<LogMean> means(double[] logWeights, int observations) {
        int each = logWeights.length / observations;
        return IntStream.range(0, observations)
                .mapToObj(i -> LogMean.of(Arrays.copyOfRange(logWeights, i * each, (i + 1) * each)))
                .toList();
    }

    /** The rows of draws, each observation's by the weights of its own. */
    private static long[] resampled(double[] logWeights, int observations, int count, SplittableRandom random) {
        long[] rows = new long[observations * count];
        int each = logWeights.length / observations;
        for (int i = 0; i < observations; i++) {
            double[] sums = Arrays.copyOfRange(logWeights, i * each, (i + 1) * each);
            double largest = Arrays.stream(sums).max().orElseThrow();
            Arrays.setAll(sums, k -> Math.exp(sums[k] - largest));
            Arrays.parallelPrefix(sums, Double::sum);
            for (int k = 0; k < count; k++) {
                int found = Arrays.binarySearch(sums, random.nextDouble() * sums[each - 1]);
                rows[i * count + k] = (long) i * each + Math.min(each - 1, found < 0 ? -found - 1 : found + 1);
            }
        }
        return rows;
    }

    /**
     * The tilt that makes a target of the standard normal distribution.
     *
     * @param target the target's energy
     * @param normal the distribution
     */
    private record Tilt(EnergyFunction target, StandardNormal normal) implements EnergyFunction {

        @Override
        public int dimension() {
            return normal.dimension();
        }

        @Override
        public NDArray energy(NDArray states) {
            return target.energy(states).subi(normal.energy(states));
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            EnergyAndGradient at = target.energyAndGradient(states);
            return new EnergyAndGradient(
                    at.energy().sub(normal.energy(states)), at.gradient().sub(states));
        }
    }
}
