package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.sampling.host.HostChains;
import io.github.mnistebm.sampling.host.HostDraws;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.function.IntConsumer;

/** Chains that move by plain loops in Java. */
final class LoopChains implements Chains {

    /** Draws are kept in arrays of about so many numbers, before they become tensors. */
    private static final int NUMBERS_AT_A_TIME = 1 << 22;

    /** Threads move chains about so long before they wait for each other: short enough to stop soon when interrupted. */
    private static final long NANOS_AT_A_TIME = 40_000_000;

    private static final int MOST_STEPS_AT_A_TIME = 1 << 16;

    private final NDManager owner;
    private final TransitionKernel kernel;
    private final StepSizeAdaptation.Bounded stepSize;
    /** The coordinates in which the chains move; null for those of the target. */
    private Coordinates coordinates;

    private RandomSource random;
    private HostChains chains;
    private long index;

    LoopChains(NDManager owner, TransitionKernel kernel, double stepSize, double targetAcceptance) {
        this.owner = owner;
        this.kernel = kernel;
        this.stepSize = new StepSizeAdaptation.Bounded(stepSize, targetAcceptance);
    }

    @Override
    public void start(NDArray positions, RandomSource random) {
        ChainState.requireDimension(kernel.energy(), positions);
        this.random = random;
        if (coordinates == null) {
            start(kernel, positions);
        } else {
            Scope.run(() -> start(coordinates.kernel(kernel), coordinates.fromStates(positions)));
        }
    }

    private void start(TransitionKernel moved, NDArray positions) {
        chains = new HostChains(moved.onHost().orElseThrow(), positions.toFloatArray(), random.forLoops());
    }

    @Override
    public void place(NDArray positions) {
        Scope.run(() ->
                chains.place((coordinates == null ? positions : coordinates.fromStates(positions)).toFloatArray()));
    }

    @Override
    public void setMetric(Metric metric) {
        try (NDArray positions = positions()) {
            close();
            coordinates = metric.on(owner);
            start(positions, random);
        }
    }

    @Override
    public void setStepSize(double stepSize) {
        this.stepSize.set(stepSize);
    }

    @Override
    public double lastAcceptance() {
        return lastAcceptanceCounts() ? chains.lastAcceptance() : Double.NaN;
    }

    @Override
    public float[] lastAcceptances() {
        return lastAcceptanceCounts() ? chains.lastAcceptances() : new float[0];
    }

    /** Returns whether the acceptance of the last step depends on the step size. */
    private boolean lastAcceptanceCounts() {
        return index > 0 && !chains.jumps(index - 1) && kernel.rejects();
    }

    @Override
    public void resumeAfter(long steps) {
        index = steps;
    }

    @Override
    public void advance(int count) {
        chains.advance(stepSize.value(), index, count);
        index += count;
    }

    /**
     * Keeps the draws in Java arrays, and gives each core many steps at a time. The clock decides how many, and nothing else: each block of
     * chains has random numbers of its own, and the blocks are halved before the first draw or not at all.
     */
    @Override
    public NDList draw(SamplerConfig config, IntConsumer adaptation, IntConsumer progress) {
        int total = config.burnIn() + config.steps();
        burnIn(config.burnIn(), total, adaptation, progress);
        int count = chains.size();
        int d = kernel.energy().dimension();
        int most = Math.max(1, NUMBERS_AT_A_TIME / (count * d));
        NDList positions = new NDList();
        NDList energies = new NDList();
        int stepsAtATime = STEPS_AT_A_TIME;
        int done = config.burnIn();
        for (int kept = 0; kept < config.draws(); kept += most) {
            int draws = Math.min(most, config.draws() - kept);
            HostDraws drawn = new HostDraws(draws, config.thinning(), count, d);
            // After the last draw come the steps that give none.
            int end = kept + draws == config.draws() ? total : config.burnIn() + (kept + draws) * config.thinning();
            while (done < end) {
                Cancellation.checkSteps(done, total);
                int steps = Math.min(stepsAtATime, end - done);
                long start = System.nanoTime();
                chains.advance(stepSize.value(), index, steps, drawn);
                if (System.nanoTime() - start < NANOS_AT_A_TIME / 2) {
                    stepsAtATime = Math.min(2 * stepsAtATime, MOST_STEPS_AT_A_TIME);
                }
                index += steps;
                done += steps;
                progress.accept(done);
            }
            positions.add(states(drawn.positions()).reshape(draws, count, d));
            energies.add(owner.create(drawn.energies(), new Shape(draws, count)));
        }
        return new NDList(NDArrays.concat(positions), NDArrays.concat(energies));
    }

    @Override
    public void adapt(double gain) {
        if (lastAcceptanceCounts()) {
            stepSize.update(chains.lastAcceptance(), gain);
        }
    }

    @Override
    public void endBurnIn() {
        stepSize.settle();
        chains.resetAcceptance();
    }

    @Override
    public NDArray positions() {
        return states(chains.positions());
    }

    /** Returns the states at positions in the coordinates in which the chains move. */
    private NDArray states(float[] positions) {
        int d = kernel.energy().dimension();
        NDArray moved = owner.create(positions, new Shape(positions.length / d, d));
        if (coordinates == null) {
            return moved;
        }
        try (moved) {
            return coordinates.toStates(moved);
        }
    }

    @Override
    public NDArray energies() {
        return owner.create(chains.energies());
    }

    @Override
    public NDArray acceptanceRate() {
        return owner.create(chains.acceptanceRates());
    }

    @Override
    public int steps() {
        return chains.steps();
    }

    @Override
    public double evaluations() {
        return chains.evaluations();
    }

    @Override
    public long divergences() {
        return chains.divergences();
    }

    @Override
    public double jumpAcceptanceRate() {
        return chains.jumpAcceptanceRate();
    }

    @Override
    public double stepSize() {
        return stepSize.value();
    }

    /** The blocks and loops, for a test. */
    HostChains loops() {
        return chains;
    }

    @Override
    public void close() {
        if (coordinates != null) {
            coordinates.close();
        }
    }
}
