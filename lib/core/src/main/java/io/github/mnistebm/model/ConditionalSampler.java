package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.condition.Condition;
import io.github.mnistebm.condition.MeasuredCondition;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.SequentialMonteCarlo;
import io.github.mnistebm.tensor.RandomSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Draws images that meet a condition. They are distributed as the model's images without a condition of which all others were thrown away: a
 * measure is that of the image, and the networks give the digit, or one of several, a probability of at least {@value MeasuredCondition#SURE}.
 * Conditions of energies alone weight the model's images by their probability.
 *
 * <p>Chains of the Metropolis-adjusted Langevin algorithm with jumps, whose acceptance knows the condition, find such images by the networks'
 * energy, and accept by the images. Jumps are proposed from the {@linkplain io.github.mnistebm.density.ReferenceMeasure#towards reference measure,
 * brought nearer to latents that meet the condition}. The chains start at draws of that measure, resampled by their weights, or, where fewer than
 * one image in fifty meets the condition, at particles of sequential Monte Carlo. Where several may start at the same state, they take up
 * to five times as many steps, to part. Several threads may draw at once: the same seed gives the same images.
 *
 * @param model the model; not closed
 * @param condition the condition
 * @param config the length of the chains and their step size; thinning has no effect
 * @param chains the number of chains that run at once; at least 1
 */
public record ConditionalSampler(DigitModel model, Condition condition, SamplerConfig config, int chains) {

    /** The share of images below which chains start at particles of sequential Monte Carlo. */
    public static final double RARE = 0.02;

    /** Effective draws for each chain, with which chains start at them and a fifth of the steps is enough. */
    private static final int MANY = 5;

    /** How many times as many first states are tried where no image of them meets the condition. */
    private static final int SECOND_TRY = 16;

    private static final int MOST_TRIED = 4096;

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
     * @param steps the steps of each chain, burn-in included, in the longest of the rounds
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
                    : Optional.of(
                            "the model hardly draws such images: " + share + ". The networks can only guess there");
        }
    }

    /**
     * Images in memory.
     *
     * @param images unsigned bytes 0 and 1, {@code [n, 784]}
     * @param summary the summary of the drawing
     */
    public record Drawing(NDArray images, Summary summary) implements AutoCloseable {

        @Override
        public void close() {
            images.close();
        }
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
     * Estimates p(condition), the share of the model's images that meet the condition as its networks see it. Of rare conditions, {@link #draw}
     * gives a better estimate.
     *
     * @param seed the seed of the random numbers
     * @return the share
     * @throws IllegalStateException if the model lacks the networks that the condition takes
     */
    public Share share(int seed) {
        return ModelDraws.of(model, RandomSource.of(seed))
                .given(model.energyOf(condition))
                .share();
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
     * @throws IllegalStateException if the model lacks the networks that the condition takes, or no image is found that meets it
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public Summary draw(long images, int seed, DigitSampler.Sink sink, LongConsumer progress) throws IOException {
        if (images < 1) {
            throw new IllegalArgumentException("images: must be at least 1, found " + images);
        }
        RandomSource random = RandomSource.of(seed);
        model.given(condition);
        Rounds rounds = new Rounds(ModelDraws.of(model, random));
        for (long done = 0; done < images; done += chains) {
            int round = (int) Math.min(chains, images - done);
            long before = done;
            rounds.draw(
                    round,
                    random,
                    sink,
                    seen -> progress.accept(work(before) + work(round) * seen.step() / seen.steps()));
        }
        return rounds.summary(images);
    }

    /**
     * Draws images into memory.
     *
     * @param images the number of images; at least 1
     * @param seed the seed of the random numbers
     * @return the images; close it
     * @throws IllegalStateException if the model lacks the networks that the condition takes, or no image is found that meets it
     */
    public Drawing draw(int images, int seed) {
        return draw(images, seed, steps -> {});
    }

    /**
     * Draws images into memory, and reports progress.
     *
     * @param images the number of images; at least 1
     * @param seed the seed of the random numbers
     * @param progress the consumer of the number of chain steps done, out of {@link #work}
     * @return the images; close it
     * @throws IllegalStateException if the model lacks the networks that the condition takes, or no image is found that meets it
     */
    public Drawing draw(int images, int seed, LongConsumer progress) {
        ByteArrayOutputStream drawn = new ByteArrayOutputStream();
        try {
            Summary summary = draw(images, seed, (latents, some, means) -> drawn.write(some.toByteArray()), progress);
            return new Drawing(DigitImages.array(model.manager(), drawn.toByteArray()), summary);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Lets chains walk among images that meet the condition, each to an image of its own.
     *
     * @param draws latents of the model, with which the first images come sooner
     * @param walking the number of chains, all of which run at once; at least 1
     * @param seed the seed of the random numbers
     * @param watcher sees the chains: from when they meet the condition to their end
     * @return a summary
     * @throws IllegalStateException if the model lacks the networks that the condition takes, or no image is found that meets it
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public Summary walk(ModelDraws draws, int walking, int seed, DigitWalk.Watcher watcher) {
        return walk(draws, walking, seed, (latents, images, means) -> {}, watcher);
    }

    /** The same, with a sink for the images at the end. */
    Summary walk(ModelDraws draws, int walking, int seed, DigitSampler.Sink sink, DigitWalk.Watcher watcher) {
        Rounds rounds = new Rounds(draws);
        try {
            rounds.draw(walking, RandomSource.of(seed), sink, watcher);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rounds.summary(walking);
    }

    /** Rounds of chains, and their summary. */
    private final class Rounds {
        private final ModelDraws draws;
        private final ModelDraws.Given given;
        private double evidence;
        private double squares;
        private int populations;
        private boolean sequential;
        private double acceptance;
        private double jumpAcceptance;
        private double stepSize;
        private int steps;

        Rounds(ModelDraws draws) {
            this.draws = draws;
            given = draws.given(model.energyOf(condition));
        }

        void draw(int round, RandomSource random, DigitSampler.Sink sink, DigitWalk.Watcher watcher)
                throws IOException {
            try (NDScope scope = new NDScope();
                    NDManager manager = model.manager().newSubManager()) {
                scope.suppressNotUsedWarning();
                ReferenceMeasure near = draws.reference(manager, given, random);
                int candidates = ConditionalChains.candidates(round);
                Starts starts = starts(manager, near, candidates, random);
                ConditionalChains walking = new ConditionalChains(
                        model,
                        condition,
                        near,
                        starts.worth() >= MANY * candidates
                                ? DigitSampler.ofLength(config, ChainStart.fewSteps(config.burnIn() + config.steps()))
                                : config,
                        starts.worth() < candidates);
                int more = Math.max(candidates, Math.min(SECOND_TRY * candidates, MOST_TRIED));
                ConditionalChains.States first = walking.begin(starts.positions(), random)
                        .or(() -> walking.begin(
                                starts(manager, near, more, random).positions(), random))
                        .orElseThrow(() -> new IllegalStateException(
                                "condition: of " + more + " images that should meet it, none does"));
                ConditionalChains.States end = walking.run(manager, first, round, random, watcher);
                sink.accept(end.latents(), end.images(), end.means());
                acceptance += walking.acceptanceRate() * round;
                jumpAcceptance += walking.jumpAcceptanceRate() * round;
                stepSize += walking.stepSize() * round;
                steps = Math.max(steps, walking.steps());
            }
        }

        /** Draws from p(u) p(condition | u). */
        private Starts starts(NDManager manager, ReferenceMeasure near, int count, RandomSource random) {
            double worth = given.effectiveSampleSize();
            if (worth >= MANY * count) {
                return new Starts(draws.choose(manager, given, count, random), worth);
            }
            TiltedEnergy energy = model.given(condition).over(near);
            if (given.share().value() < RARE && worth < count) {
                return new Starts(particles(manager, energy, count, random), 0);
            }
            ChainStart.States states = ChainStart.TARGET.states(manager, energy, count, random);
            sequential |= states.origin().sequential();
            return new Starts(
                    states.positions(),
                    states.origin().sequential() ? 0 : states.origin().effectiveSampleSize());
        }

        private NDArray particles(NDManager manager, TiltedEnergy energy, int count, RandomSource random) {
            Particles particles = ConditionalSampler.particles(manager, energy, count, random);
            sequential = true;
            for (double logEvidence : particles.logEvidence()) {
                double ratio = Math.exp(logEvidence - draws.weights().value());
                evidence += ratio;
                squares += ratio * ratio;
                populations++;
            }
            return particles.start();
        }

        Summary summary(long images) {
            return new Summary(
                    share(), sequential, acceptance / images, jumpAcceptance / images, stepSize / images, steps);
        }

        /** Estimates the share from the evidences of populations too, each over the mean weight, and returns the better estimate. */
        private Share share() {
            if (populations == 0) {
                return given.share();
            }
            double mean = evidence / populations;
            double variance = Math.max(0, squares / populations - mean * mean) / (populations - 1);
            Share found = new Share(
                    mean, Math.hypot(Math.sqrt(variance), draws.weights().standardError() * mean));
            return given.share().value() >= RARE && given.share().error() <= found.error() ? given.share() : found;
        }
    }

    /**
     * States that chains start from.
     *
     * @param positions {@code [chains, d]}
     * @param worth the number of independent draws that they were chosen from, or 0 if that is not known
     */
    private record Starts(NDArray positions, double worth) {}

    /**
     * Particles of several populations.
     *
     * @param start the states, {@code [chains, d]}
     * @param logEvidence the estimate that each population gives of log ∫ q exp(−f) p(condition | u)
     */
    private record Particles(NDArray start, double[] logEvidence) {}

    /** Takes from each population as many particles as its evidence asks for. */
    private static Particles particles(NDManager manager, TiltedEnergy energy, int count, RandomSource random) {
        int each = Math.max(LEAST_PARTICLES, (count + POPULATIONS - 1) / POPULATIONS);
        SequentialMonteCarlo.Draws draws = new SequentialMonteCarlo(each, MOVES)
                .draw(manager, energy.reference(), energy.tilt(), POPULATIONS, random, beta -> {});
        double[] logEvidence =
                draws.logEvidence().toType(DataType.FLOAT64, false).toDoubleArray();
        long[] chosen = ModelDraws.chosen(logEvidence, count, random);
        int[] taken = new int[POPULATIONS];
        for (int i = 0; i < count; i++) {
            int population = (int) chosen[i];
            chosen[i] = (long) population * each + taken[population]++ % each;
        }
        NDArray rows = manager.create(chosen);
        return new Particles(draws.positions().get(new NDIndex().addIndices("{}", rows)), logEvidence);
    }
}
