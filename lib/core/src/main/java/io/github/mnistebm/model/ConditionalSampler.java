package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.condition.Condition;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.diagnostics.LogMean;
import io.github.mnistebm.sampling.LangevinAlgorithm;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.Sampler;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.SequentialMonteCarlo;
import io.github.mnistebm.sampling.SystematicResampling;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Draws images that meet a condition. Chains of the Metropolis-adjusted Langevin algorithm with jumps sample p(u | condition), and the
 * acceptance of both kinds of steps knows the condition. They start at that distribution: at draws of the reference measure, resampled by
 * their weights, or, where fewer than one image in fifty meets the condition or the weights are too uneven, at particles of sequential Monte
 * Carlo. Several threads may draw at once: the same seed gives the same images.
 *
 * @param model the model; not closed
 * @param condition the condition
 * @param config the length of the chains and their step size; thinning has no effect
 * @param chains the number of chains that run at once; at least 1
 */
public record ConditionalSampler(DigitModel model, Condition condition, SamplerConfig config, int chains) {

    /** The share of images below which chains start at particles of sequential Monte Carlo. */
    public static final double RARE = 0.02;

    /** Draws of the reference measure that the share is estimated from. */
    private static final int POOL = 100_000;

    private static final int DRAWS_AT_ONCE = 10_000;

    /** Effective draws of the pool, below which chains would share their starts. */
    private static final int WORTH = 1000;

    /** Populations of sequential Monte Carlo, whose differences tell the error of the share. */
    private static final int POPULATIONS = 8;

    private static final int LEAST_PARTICLES = 64;
    private static final int MOVES = 10;

    /** A share below which the networks are asked for what no training image has shown. */
    private static final double UNHEARD_OF = 1e-5;

    /**
     * The share of the model's images that meet a condition.
     *
     * @param value p(condition), from 0 to 1
     * @param error its standard error
     */
    public record Share(double value, double error) {

        /**
         * Describes the share.
         *
         * @return words such as {@code 12.3 % ± 0.3 of this model's images} or {@code 1 in 340 (± 6 %) of this model's images}
         */
        @Override
        public String toString() {
            return value >= RARE
                    ? String.format(Locale.ROOT, "%.1f %% ± %.1f of this model's images", 100 * value, 100 * error)
                    : String.format(
                            Locale.ROOT,
                            "1 in %,.0f (± %.0f %%) of this model's images",
                            1 / value,
                            100 * error / value);
        }
    }

    /**
     * A summary of a drawing.
     *
     * @param share the share of the model's images that meet the condition
     * @param sequential whether the chains started at particles of sequential Monte Carlo
     * @param acceptanceRate mean acceptance probability of Langevin steps after burn-in
     * @param jumpAcceptanceRate the same of jumps, NaN if there were none
     * @param stepSize mean over the rounds of the step size after burn-in
     * @param steps the steps of each chain, burn-in included
     */
    public record Summary(
            Share share,
            boolean sequential,
            double acceptanceRate,
            double jumpAcceptanceRate,
            double stepSize,
            int steps) {

        /**
         * Returns a warning if the images may not be as asked for.
         *
         * @return the fault; empty if there is none
         */
        public Optional<String> warning() {
            return share.value() >= UNHEARD_OF
                    ? Optional.empty()
                    : Optional.of("the model hardly draws such images: " + share
                            + ". What the networks tell of them is a guess");
        }
    }

    /** Receives drawn latents and images. */
    @FunctionalInterface
    public interface Sink {

        /**
         * Takes the next images.
         *
         * @param latents u, {@code [n, d]}; freed after this call
         * @param images the most probable image of each latent, unsigned bytes 0 and 1, {@code [n, 784]}; freed after this call
         * @param means the probability of each pixel to be white, {@code [n, 784]}; freed after this call
         * @throws IOException if they cannot be put where they belong
         */
        void accept(NDArray latents, NDArray images, NDArray means) throws IOException;
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if {@code chains} is not positive
     */
    public ConditionalSampler {
        if (chains < 1) {
            throw new IllegalArgumentException("chains: must be at least 1, found " + chains);
        }
    }

    /**
     * Creates a sampler with the defaults of {@link DigitSampler#of}.
     *
     * @param model the model; not closed
     * @param condition the condition
     * @return the sampler
     */
    public static ConditionalSampler of(DigitModel model, Condition condition) {
        return new ConditionalSampler(model, condition, DigitSampler.of(model).config(), DigitSampler.DEFAULT_CHAINS);
    }

    /**
     * Returns the number of chain steps that a drawing takes, to show progress by.
     *
     * @param images the number of images
     * @return images times the steps of a chain, burn-in included
     */
    public long work(long images) {
        return images * (config.burnIn() + config.steps());
    }

    /**
     * Estimates the share of the model's images that meet the condition, from draws of the reference measure weighted by exp(−f). Of rare
     * conditions, {@link #draw} gives a better one.
     *
     * @param seed the seed of the random numbers
     * @return the share
     * @throws IllegalStateException if the model lacks the networks that the condition takes
     */
    public Share share(int seed) {
        return Scope.compute(() -> pool(RandomSource.of(seed)).share());
    }

    /**
     * Draws images.
     *
     * @param images the number of images; at least 1
     * @param seed the seed of the random numbers
     * @param sink takes the images, round by round
     * @param progress the consumer of the number of chain steps done, out of {@link #work}
     * @return a summary
     * @throws IOException if the sink throws it
     * @throws IllegalArgumentException if {@code images} is not positive
     * @throws IllegalStateException if the model lacks the networks that the condition takes
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public Summary draw(long images, int seed, Sink sink, LongConsumer progress) throws IOException {
        if (images < 1) {
            throw new IllegalArgumentException("images: must be at least 1, found " + images);
        }
        RandomSource random = RandomSource.of(seed);
        Pool pool = Scope.compute(() -> pool(random));
        boolean sequential = !(pool.share().value() >= RARE && pool.effectiveSampleSize() >= WORTH);
        double evidence = 0;
        double squares = 0;
        int populations = 0;
        double acceptance = 0;
        double jumpAcceptance = 0;
        double stepSize = 0;
        int length = config.burnIn() + config.steps();
        for (long done = 0; done < images; done += chains) {
            int round = (int) Math.min(chains, images - done);
            long before = done;
            try (NDScope scope = new NDScope();
                    NDManager manager = model.manager().newSubManager()) {
                scope.suppressNotUsedWarning();
                TiltedEnergy energy = model.given(condition);
                NDArray start;
                if (sequential) {
                    Particles particles = particles(manager, energy, round, random);
                    for (float logEvidence : particles.logEvidence()) {
                        double ratio = Math.exp(logEvidence - pool.logMeanWeight());
                        evidence += ratio;
                        squares += ratio * ratio;
                        populations++;
                    }
                    start = particles.start();
                } else {
                    start = ChainStart.TARGET
                            .states(manager, energy, round, random)
                            .positions();
                }
                SampleRun run = Sampler.of(LangevinAlgorithm.MALA.kernelWithJumps(energy), config)
                        .run(start, random, step -> progress.accept(work(before) + (long) round * step));
                NDArray means = model.decode(run.last());
                sink.accept(run.last(), Binarization.ofMeans(means), means);
                acceptance += run.meanAcceptanceRate() * round / images;
                jumpAcceptance += run.jumpAcceptanceRate() * round / images;
                stepSize += run.stepSize() * round / images;
            }
        }
        Share share = sequential ? pool.better(evidence, squares, populations) : pool.share();
        return new Summary(share, sequential, acceptance, jumpAcceptance, stepSize, length);
    }

    /**
     * Weighted draws of the reference measure.
     *
     * @param share the estimate of the share
     * @param logMeanWeight the logarithm of the mean of exp(−f), which estimates ∫ q exp(−f)
     * @param relativeError the standard error of that mean over itself
     * @param effectiveSampleSize the number of equally weighted draws given the condition that the draws are worth
     */
    private record Pool(Share share, double logMeanWeight, double relativeError, double effectiveSampleSize) {

        /** Estimates the share from the evidences of populations too, each over the mean weight, and returns the better estimate. */
        Share better(double sum, double squares, int populations) {
            double mean = sum / populations;
            double variance = Math.max(0, squares / populations - mean * mean) / (populations - 1);
            Share found = new Share(mean, Math.hypot(Math.sqrt(variance), relativeError * mean));
            return share.value() >= RARE && share.error() <= found.error() ? share : found;
        }
    }

    private Pool pool(RandomSource random) {
        EnergyFunction asked = model.energyOf(condition);
        double[] logWeights = new double[POOL];
        double[] logProbabilities = new double[POOL];
        for (int from = 0; from < POOL; from += DRAWS_AT_ONCE) {
            Cancellation.check();
            int first = from;
            Scope.run(() -> {
                NDArray draws = model.reference().sample(model.manager(), DRAWS_AT_ONCE, random);
                copyNegated(model.energy().tilt().energy(draws), logWeights, first);
                copyNegated(asked.energy(draws), logProbabilities, first);
            });
        }
        double[] logBoth = new double[POOL];
        Arrays.setAll(logBoth, i -> logWeights[i] + logProbabilities[i]);
        LogMean all = LogMean.of(logWeights);
        LogMean both = LogMean.of(logBoth);
        double share = Math.exp(both.value() - all.value());
        double variance = 0;
        for (int i = 0; i < POOL; i++) {
            double weight = Math.exp(logWeights[i] - all.value()) / POOL;
            double deviation = weight * (Math.exp(logProbabilities[i]) - share);
            variance += deviation * deviation;
        }
        return new Pool(
                new Share(share, Math.sqrt(variance)), all.value(), all.standardError(), both.effectiveSampleSize());
    }

    /** Copies energies with the other sign. One that is not a number has no weight. */
    private static void copyNegated(NDArray energies, double[] logWeights, int first) {
        float[] values = energies.toFloatArray();
        for (int i = 0; i < values.length; i++) {
            logWeights[first + i] = Float.isNaN(values[i]) ? Double.NEGATIVE_INFINITY : -values[i];
        }
    }

    /**
     * Chains' starts.
     *
     * @param start the states, {@code [chains, d]}
     * @param logEvidence the estimate that each population gives of log ∫ q exp(−f) p(condition | u)
     */
    private record Particles(NDArray start, float[] logEvidence) {}

    /** Takes from each population as many particles as its evidence asks for. */
    private static Particles particles(NDManager manager, TiltedEnergy energy, int count, RandomSource random) {
        int each = Math.max(LEAST_PARTICLES, (count + POPULATIONS - 1) / POPULATIONS);
        SequentialMonteCarlo.Draws draws = new SequentialMonteCarlo(each, MOVES)
                .draw(manager, energy.reference(), energy.tilt(), POPULATIONS, random, beta -> {});
        float[] logEvidence = draws.logEvidence().toFloatArray();
        float greatest = logEvidence[0];
        for (float ofPopulation : logEvidence) {
            greatest = Math.max(greatest, ofPopulation);
        }
        float[] weights = new float[POPULATIONS];
        for (int p = 0; p < POPULATIONS; p++) {
            weights[p] = (float) Math.exp(logEvidence[p] - greatest);
        }
        long[] chosen = new long[count];
        SystematicResampling.choose(weights, 0, POPULATIONS, random.forLoops().nextDouble(), chosen, 0, count);
        int[] taken = new int[POPULATIONS];
        for (int i = 0; i < count; i++) {
            int population = (int) chosen[i];
            chosen[i] = (long) population * each + taken[population]++ % each;
        }
        NDArray rows = manager.create(chosen);
        return new Particles(draws.positions().get(new NDIndex().addIndices("{}", rows)), logEvidence);
    }
}
