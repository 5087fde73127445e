package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.Sampler;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.SamplingAlgorithm;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Draws any number of images from a model. Chains run in rounds, and every image is the last state of a chain of its own; memory depends
 * on the number of chains only. Several threads may draw at once, also from one model: the same seed gives the same images.
 *
 * @param model the model; not closed
 * @param algorithm the transition kernel
 * @param start the states that chains start from, anew in each round
 * @param config the length of the chains and their step size; thinning has no effect. Chains that start at the target take a fifth of the
 *     steps where hardly any two of them start at the same state
 * @param chains the number of chains that run at once; at least 1
 * @param temperature T of the {@linkplain io.github.mnistebm.density.TiltedEnergy#tempered tempered energy}; positive and finite
 */
public record DigitSampler(
        DigitModel model,
        SamplingAlgorithm algorithm,
        ChainStart start,
        SamplerConfig config,
        int chains,
        double temperature) {

    /** Receives drawn latents and images. */
    @FunctionalInterface
    public interface Sink {

        /**
         * Takes the next images.
         *
         * @param latents u, {@code [n, d]}; freed after this call
         * @param images the most probable image of each latent, white where the mean exceeds one half; unsigned bytes 0
         *     and 1, {@code [n, 784]}; freed after this call
         * @param means the probability of each pixel to be white, {@code [n, 784]}; freed after this call
         * @throws IOException if they cannot be put where they belong
         */
        void accept(NDArray latents, NDArray images, NDArray means) throws IOException;
    }

    /**
     * A summary of the chains.
     *
     * @param acceptanceRate mean acceptance probability after burn-in, over all chains
     * @param jumpAcceptanceRate the same of jumps, NaN if there were none
     * @param stepSize mean over the rounds of the step size after burn-in
     * @param steps the steps of each chain, burn-in included, in the longest of the rounds
     * @param origin the states that the chains started from
     */
    public record Summary(
            double acceptanceRate, double jumpAcceptanceRate, double stepSize, int steps, ChainStart.Origin origin) {

        /** The least acceptance rate at which chains still move. */
        private static final double LEAST_ACCEPTANCE = 0.05;

        /**
         * Returns a warning if the images cannot be trusted.
         *
         * @return the fault and its remedy; empty if the chains have moved
         */
        public Optional<String> warning() {
            if (acceptanceRate >= LEAST_ACCEPTANCE || jumpAcceptanceRate >= LEAST_ACCEPTANCE) {
                return Optional.empty();
            }
            return Optional.of(String.format(
                    Locale.ROOT,
                    "acceptance rate %.3f: the chains have hardly moved, and the images are not samples of the model. Try more"
                            + " --steps, or a smaller --step-size; if that does not help, the training of the model has"
                            + " diverged: train it with a smaller --ebm-lr",
                    acceptanceRate));
        }
    }

    /** Images and their latents in memory. Owns them: close it. */
    public static final class Drawing implements AutoCloseable {
        private final NDManager manager;
        private final NDArray latents;
        private final NDArray images;
        private final Summary summary;

        private Drawing(NDManager manager, NDArray latents, NDArray images, Summary summary) {
            this.manager = manager;
            this.latents = latents;
            this.images = images;
            this.summary = summary;
        }

        /**
         * Returns the latents, which are the draws of the model.
         *
         * @return u, {@code [n, d]}
         */
        public NDArray latents() {
            return latents;
        }

        /**
         * Returns the images.
         *
         * @return unsigned bytes 0 and 1, {@code [n, 784]}
         */
        public NDArray images() {
            return images;
        }

        /**
         * Returns what the chains did.
         *
         * @return the summary
         */
        public Summary summary() {
            return summary;
        }

        @Override
        public void close() {
            manager.close();
        }
    }

    /** The default number of chains that run at once. */
    public static final int DEFAULT_CHAINS = 1000;

    /** The greatest number of steps, by default, of a chain that starts at the target. Chains that start at the same state part on the way. */
    public static final int STEPS_FROM_TARGET = 200;

    /**
     * Creates a sampler with the defaults: chains that {@linkplain ChainStart#TARGET start at the target} and take at most
     * {@value #STEPS_FROM_TARGET} steps of MALA, the model's step size as the first one, and 1000 chains at once.
     *
     * @param model the model; not closed
     * @return the sampler
     */
    public static DigitSampler of(DigitModel model) {
        SamplerConfig config = SamplerConfig.builder()
                .burnIn(STEPS_FROM_TARGET / 2)
                .steps(STEPS_FROM_TARGET / 2)
                .stepSize(model.stepSize())
                .build();
        return new DigitSampler(model, SamplingAlgorithm.MALA, ChainStart.TARGET, config, DEFAULT_CHAINS, 1);
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if {@code chains} or {@code temperature} is out of range
     */
    public DigitSampler {
        if (chains < 1) {
            throw new IllegalArgumentException("chains: must be at least 1, found " + chains);
        }
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature: must be positive and finite, found " + temperature);
        }
        config = SamplerConfig.builder()
                .burnIn(config.burnIn())
                .steps(config.steps())
                .stepSize(config.stepSize())
                .targetAcceptance(config.targetAcceptance())
                .build();
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
     * Draws images.
     *
     * @param images the number of images; at least 1
     * @param seed the seed of the random numbers
     * @param sink takes the images, round by round
     * @param progress the consumer of the number of chain steps done, out of {@link #work}
     * @return a summary of the moves of the chains
     * @throws IOException if the sink throws it
     * @throws IllegalArgumentException if {@code images} is not positive
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public Summary draw(long images, int seed, Sink sink, LongConsumer progress) throws IOException {
        if (images < 1) {
            throw new IllegalArgumentException("images: must be at least 1, found " + images);
        }
        RandomSource random = RandomSource.of(seed);
        double acceptance = 0;
        double jumpAcceptance = 0;
        double stepSize = 0;
        int steps = 0;
        ChainStart.Origin origin = null;
        TiltedEnergy energy = model.energy().tempered(temperature);
        for (long done = 0; done < images; done += chains) {
            int round = (int) Math.min(chains, images - done);
            long before = done;
            try (NDScope scope = new NDScope();
                    NDManager manager = model.manager().newSubManager()) {
                scope.suppressNotUsedWarning();
                ChainStart.States started = start.states(manager, energy, round, random);
                int length = started.origin().steps(round, config.burnIn() + config.steps());
                SamplerConfig used = ofLength(config, length);
                SampleRun run = Sampler.of(algorithm.kernelWithJumps(energy), used)
                        .run(
                                started.positions(),
                                random,
                                step -> progress.accept(work(before) + work(round) * step / length));
                NDArray means = model.decode(run.last());
                sink.accept(run.last(), Binarization.ofMeans(means), means);
                acceptance += run.meanAcceptanceRate() * round / images;
                jumpAcceptance += run.jumpAcceptanceRate() * round / images;
                stepSize += run.stepSize() * round / images;
                steps = Math.max(steps, length);
                origin = started.origin().and(origin);
            }
        }
        return new Summary(acceptance, jumpAcceptance, stepSize, steps, origin);
    }

    /** Returns the configuration with another number of steps, the same part of them burn-in. */
    static SamplerConfig ofLength(SamplerConfig config, int steps) {
        int burnIn = (int) ((long) steps * config.burnIn() / (config.burnIn() + config.steps()));
        return SamplerConfig.builder()
                .burnIn(burnIn)
                .steps(steps - burnIn)
                .stepSize(config.stepSize())
                .targetAcceptance(config.targetAcceptance())
                .build();
    }

    /**
     * Draws a number of images that fits in memory.
     *
     * @param images the number of images; at least 1
     * @param seed the seed of the random numbers
     * @param progress the consumer of the number of chain steps done, out of {@link #work}
     * @return the images and a summary of the chains; close it
     * @throws IllegalArgumentException if {@code images} is not positive
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public Drawing draw(int images, int seed, LongConsumer progress) {
        NDManager owner = model.manager().newSubManager();
        try {
            NDList latents = new NDList();
            NDList parts = new NDList();
            Summary summary = draw(
                    images,
                    seed,
                    (some, part, means) -> {
                        latents.add(Scope.owned(owner, some.duplicate()));
                        parts.add(Scope.owned(owner, part));
                    },
                    progress);
            return new Drawing(owner, joined(owner, latents), joined(owner, parts), summary);
        } catch (IOException e) {
            throw new AssertionError("the sink throws nothing", e);
        } catch (RuntimeException | Error e) {
            owner.close();
            throw e;
        }
    }

    private static NDArray joined(NDManager owner, NDList parts) {
        NDArray all = Scope.owned(owner, NDArrays.concat(parts));
        parts.close();
        return all;
    }

    /**
     * Draws a number of images that fits in memory.
     *
     * @param images the number of images; at least 1
     * @param seed the seed of the random numbers
     * @return the images and a summary of the chains; close it
     * @throws IllegalArgumentException if {@code images} is not positive
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public Drawing draw(int images, int seed) {
        return draw(images, seed, steps -> {});
    }
}
