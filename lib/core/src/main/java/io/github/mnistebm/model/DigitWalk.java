package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.github.mnistebm.sampling.Chains;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.StepSizeAdaptation;
import io.github.mnistebm.sampling.TransitionKernel;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.Arrays;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;

/**
 * Chains that are watched on their way: from noise to digits, or from digits to others. They move by the
 * {@linkplain DigitModel#kernel(double) model's kernel}; the first half of their steps is burn-in, during which the step size adapts.
 * Each chain ends at an image of its own.
 *
 * @param model the model; not closed
 * @param start the states that the chains start from, and the number of their steps
 * @param temperature T of the {@linkplain io.github.mnistebm.density.TiltedEnergy#tempered tempered energy}; positive and finite
 */
public record DigitWalk(DigitModel model, WalkStart start, double temperature) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the temperature is out of range
     */
    public DigitWalk {
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature: must be positive and finite, found " + temperature);
        }
    }

    /**
     * The state of the chains.
     *
     * @param step the number of steps done
     * @param steps the number of steps in all
     * @param positions the whitened latents, {@code [chains, d]}
     * @param jumped whether each chain has jumped since the snapshot before; false for all chains given a condition, whose jumps are not recorded
     * @param means the probability of each pixel to be white, {@code [chains, 784]}
     * @param energies E, whatever the temperature, nats, {@code [chains]}
     * @param acceptanceRate the mean acceptance probability so far, without burn-in once it is over; 0 before the first step
     * @param jumpAcceptanceRate the same of jumps; NaN if there was none
     * @param stepSize ε
     */
    public record Snapshot(
            int step,
            int steps,
            NDArray positions,
            boolean[] jumped,
            NDArray means,
            NDArray energies,
            double acceptanceRate,
            double jumpAcceptanceRate,
            double stepSize) {}

    /** Sees the chains on their way. */
    @FunctionalInterface
    public interface Watcher {

        /**
         * Takes a snapshot.
         *
         * @param snapshot the state of the chains; its arrays are freed after this call
         */
        void see(Snapshot snapshot);
    }

    /**
     * Lets chains walk.
     *
     * @param chains the number of chains; at least 1
     * @param seed the seed of the random numbers
     * @param snapshots the number of snapshots, without that of the start; the last shows the end, and most are early, when most happens
     * @param watcher sees them
     * @throws IllegalArgumentException if {@code chains} or {@code snapshots} is not positive
     * @throws CancellationException if the thread is interrupted
     */
    public void walk(int chains, int seed, int snapshots, Watcher watcher) {
        if (chains < 1) {
            throw new IllegalArgumentException("chains: must be at least 1, found " + chains);
        }
        if (snapshots < 1) {
            throw new IllegalArgumentException("snapshots: must be at least 1, found " + snapshots);
        }
        RandomSource random = RandomSource.of(seed);
        // A distribution of T times the variance takes T times the step size.
        double stepSize = Math.min(StepSizeAdaptation.MAX_STEP_SIZE, model.stepSize() * temperature);
        TransitionKernel kernel = model.kernel(temperature);
        try (NDScope scope = new NDScope();
                NDManager manager = model.manager().newSubManager();
                Chains walking = Chains.of(manager, kernel, chains, stepSize, SamplerConfig.OPTIMAL_ACCEPTANCE)) {
            scope.suppressNotUsedWarning();
            WalkStart.Start started = start.choose(manager, model.energy().tempered(temperature), chains, random);
            int steps = started.steps();
            int burnIn = steps / 2;
            NavigableSet<Integer> seen = schedule(steps, snapshots);
            walking.start(started.positions(), random);
            Jumps jumps = new Jumps(walking, chains);
            see(walking, 0, steps, jumps, watcher);
            // One step at a time, since a jump shows only beside the state before it.
            walking.run(burnIn, steps - burnIn, done -> done + 1, done -> {
                jumps.see();
                if (seen.contains(done)) {
                    see(walking, done, steps, jumps, watcher);
                }
            });
        }
    }

    /** The steps at which the chains are seen. */
    private static NavigableSet<Integer> schedule(int steps, int snapshots) {
        NavigableSet<Integer> seen = new TreeSet<>();
        for (int i = 1; i <= snapshots; i++) {
            double share = (double) i / snapshots;
            seen.add((int) Math.ceil(steps * share * share));
        }
        return seen;
    }

    /** The chains that have jumped since the last snapshot: a proposed jump may be rejected, and then the chain stays where it is. */
    private static final class Jumps {

        private final Chains walking;
        private final boolean[] jumped;
        private float[] before;

        Jumps(Chains walking, int chains) {
            this.walking = walking;
            this.jumped = new boolean[chains];
            this.before = positions();
        }

        private float[] positions() {
            try (NDArray positions = walking.positions()) {
                return positions.toFloatArray();
            }
        }

        /** Sees the chains after each step. */
        void see() {
            float[] now = positions();
            // Chains that adjust each step have an acceptance after all of them but jumps.
            if (Double.isNaN(walking.lastAcceptance())) {
                int d = now.length / jumped.length;
                for (int chain = 0; chain < jumped.length; chain++) {
                    jumped[chain] |=
                            !Arrays.equals(before, chain * d, (chain + 1) * d, now, chain * d, (chain + 1) * d);
                }
            }
            before = now;
        }

        boolean[] take() {
            boolean[] taken = jumped.clone();
            Arrays.fill(jumped, false);
            return taken;
        }
    }

    private void see(Chains walking, int step, int steps, Jumps jumps, Watcher watcher) {
        Scope.run(() -> {
            NDArray positions = walking.positions();
            watcher.see(new Snapshot(
                    step,
                    steps,
                    positions,
                    jumps.take(),
                    model.decode(positions),
                    model.energy().energy(positions),
                    walking.acceptanceRate().mean().getFloat(),
                    walking.jumpAcceptanceRate(),
                    walking.stepSize()));
        });
    }
}
