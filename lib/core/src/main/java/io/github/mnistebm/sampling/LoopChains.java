package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.sampling.host.HostChains;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;

/** Chains that move by plain loops in Java. */
final class LoopChains implements Chains {
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
        return index == 0 || chains.jumps(index - 1) || !kernel.rejects() ? Double.NaN : chains.lastAcceptance();
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

    @Override
    public void adapt(double gain) {
        if (index > 0 && !chains.jumps(index - 1) && kernel.rejects()) {
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
        float[] positions = chains.positions();
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
