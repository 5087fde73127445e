package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.condition.Condition;
import io.github.mnistebm.condition.MeasuredCondition;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.diagnostics.LogMean;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.Sampler;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.SamplingAlgorithm;
import io.github.mnistebm.sampling.TransitionKernel;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Chains whose images meet a condition. The networks' energy of the condition guides them, and the images decide: of p(u) m(u), with m the
 * {@linkplain MeasuredCondition measured condition}, and p(u) p(condition | u), which the kernel leaves as it is, the ratio is a weight w. Chains
 * of the second distribution are resampled by w. Then each block of steps is a proposal, accepted with the probability min(1, w(u′) / w(u)), a
 * surrogate transition (Liu 2001, "Monte Carlo strategies in scientific computing", section 9.4.3). It leaves p(u) m(u) as it is, since
 * an odd number of steps, of which every other one is a jump, is the same read backwards.
 */
final class ConditionalChains {

    /** Steps of a proposal; odd. */
    private static final int BLOCK = 11;

    private static final int LEAST_BLOCKS = 6;

    /** Accepted jumps of a chain after which it has left those that began where it did. */
    private static final double PARTING_JUMPS = 3;

    /** How many times as many steps are taken to get there, at most. */
    private static final int MOST_TIMES_LONGER = 5;

    private final DigitModel model;
    private final EnergyFunction asked;
    private final MeasuredCondition measured;
    private final TransitionKernel kernel;
    private final SamplerConfig config;
    private final boolean mayCoincide;
    private int blocks;
    private double acceptance;
    private double jumpAcceptance;
    private double stepSize;

    /**
     * Creates chains.
     *
     * @param proposal the measure that jumps are proposed from
     * @param config the length of the chains and their first step size
     * @param mayCoincide whether several chains may begin at the same state, so that they take more steps, to part
     */
    ConditionalChains(
            DigitModel model,
            Condition condition,
            ReferenceMeasure proposal,
            SamplerConfig config,
            boolean mayCoincide) {
        this.model = model;
        asked = model.energyOf(condition);
        measured = model.measured(condition);
        kernel = SamplingAlgorithm.MALA.kernelWithJumps(model.given(condition), proposal);
        this.config = config;
        this.mayCoincide = mayCoincide;
        blocks = Math.max(LEAST_BLOCKS, (config.steps() + BLOCK - 1) / BLOCK);
    }

    /** Returns how many chains to start so that enough of them meet the condition. */
    static int candidates(int chains) {
        return 2 * chains + 16;
    }

    int steps() {
        return config.burnIn() + blocks * BLOCK;
    }

    /** Increases the number of blocks by what the first one tells, over all chains. */
    private void lengthen(boolean[] accepted) {
        int moved = 0;
        for (boolean one : accepted) {
            moved += one ? 1 : 0;
        }
        double jumps = BLOCK / 2 * jumpAcceptance * moved / accepted.length;
        if (!Double.isNaN(jumps)) {
            blocks = (int) Math.max(blocks, Math.min(MOST_TIMES_LONGER * blocks, Math.ceil(PARTING_JUMPS / jumps)));
        }
    }

    /**
     * States of chains.
     *
     * @param latents {@code [n, d]}
     * @param means {@code [n, 784]}
     * @param images {@code [n, 784]}
     * @param logWeights log w
     */
    record States(NDArray latents, NDArray means, NDArray images, double[] logWeights) implements Scope.Result {

        @Override
        public List<NDArray> arrays() {
            return List.of(latents, means, images);
        }

        /** Returns some of the states, which the manager owns. */
        States rows(NDManager manager, long[] indices) {
            NDIndex rows = new NDIndex().addIndices("{}", manager.create(indices));
            double[] chosen =
                    Arrays.stream(indices).mapToDouble(i -> logWeights[(int) i]).toArray();
            States some = new States(latents.get(rows), means.get(rows), images.get(rows), chosen);
            some.arrays().forEach(array -> array.attach(manager));
            return some;
        }
    }

    /**
     * Takes the steps of burn-in; in a scope.
     *
     * @param start draws of the networks' distribution, {@link #candidates} of them or more
     * @param random the source of randomness
     * @return the states; empty if no image of them meets the condition
     */
    Optional<States> begin(NDArray start, RandomSource random) {
        States first = states(advanced(start, config.burnIn(), 1, config.stepSize(), random));
        return Arrays.stream(first.logWeights()).allMatch(logWeight -> logWeight == Double.NEGATIVE_INFINITY)
                ? Optional.empty()
                : Optional.of(first);
    }

    /**
     * Runs chains; in a scope.
     *
     * @param manager the owner of the states
     * @param first the states after burn-in
     * @param chains the number of chains
     * @param random the source of randomness
     * @param watcher sees them from their first states that meet the condition
     * @return the states at the end
     */
    States run(NDManager manager, States first, int chains, RandomSource random, DigitWalk.Watcher watcher) {
        boolean coincide =
                chains > 1 && (mayCoincide || LogMean.of(first.logWeights()).effectiveSampleSize() < chains);
        States now = first.rows(manager, ModelDraws.chosen(first.logWeights(), chains, random));
        SplittableRandom uniform = random.forLoops();
        for (int block = 0; block < blocks; block++) {
            States before = now;
            boolean[] accepted = new boolean[chains];
            now = Scope.compute(() -> afterBlock(manager, before, accepted, random, uniform));
            if (block == 0) {
                if (coincide) {
                    lengthen(accepted);
                }
                // Only now is the number of steps known.
                see(config.burnIn(), before, watcher);
            }
            see(config.burnIn() + (block + 1) * BLOCK, now, watcher);
            before.arrays().forEach(NDArray::close);
        }
        return now;
    }

    /** Takes a block of steps, accepted or not for each chain. */
    private States afterBlock(
            NDManager manager, States before, boolean[] accepted, RandomSource random, SplittableRandom uniform) {
        int chains = accepted.length;
        States proposed = states(advanced(before.latents(), 0, BLOCK, stepSize, random));
        long[] rows = new long[chains];
        double[] logWeights = new double[2 * chains];
        System.arraycopy(before.logWeights(), 0, logWeights, 0, chains);
        System.arraycopy(proposed.logWeights(), 0, logWeights, chains, chains);
        for (int i = 0; i < chains; i++) {
            accepted[i] = Math.log(uniform.nextDouble()) < logWeights[chains + i] - logWeights[i];
            rows[i] = accepted[i] ? chains + i : i;
        }
        States both = new States(
                before.latents().concat(proposed.latents(), 0),
                before.means().concat(proposed.means(), 0),
                before.images().concat(proposed.images(), 0),
                logWeights);
        return both.rows(manager, rows);
    }

    private NDArray advanced(NDArray from, int burnIn, int steps, double firstStepSize, RandomSource random) {
        SamplerConfig some = SamplerConfig.builder()
                .burnIn(burnIn)
                .steps(steps)
                .stepSize(firstStepSize)
                .targetAcceptance(config.targetAcceptance())
                .build();
        try (SampleRun run = Sampler.of(kernel, some).run(from, random)) {
            stepSize = run.stepSize();
            if (burnIn == 0) {
                acceptance = run.meanAcceptanceRate();
                jumpAcceptance = run.jumpAcceptanceRate();
            }
            NDArray last = run.last();
            last.attach(from.getManager());
            return last;
        }
    }

    private States states(NDArray latents) {
        NDArray means = model.decode(latents);
        NDArray images = Binarization.ofMeans(means);
        double[] logWeights = measured.logProbabilities(latents, images);
        float[] energies = asked.energy(latents).toFloatArray();
        for (int i = 0; i < logWeights.length; i++) {
            double logWeight = logWeights[i] + energies[i];
            logWeights[i] = Double.isNaN(logWeight) ? Double.NEGATIVE_INFINITY : logWeight;
        }
        return new States(latents, means, images, logWeights);
    }

    private void see(int step, States states, DigitWalk.Watcher watcher) {
        Scope.run(() -> watcher.see(new DigitWalk.Snapshot(
                step,
                steps(),
                states.latents(),
                new boolean[states.logWeights().length],
                states.means(),
                model.energy().energy(states.latents()),
                acceptance,
                jumpAcceptance,
                stepSize)));
    }

    double acceptanceRate() {
        return acceptance;
    }

    double jumpAcceptanceRate() {
        return jumpAcceptance;
    }

    double stepSize() {
        return stepSize;
    }
}
