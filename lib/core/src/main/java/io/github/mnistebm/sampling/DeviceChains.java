package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;

/** Chains that move by tensor operations: nothing of a step is read back to the host. */
final class DeviceChains implements Chains {
    private final NDManager owner;
    private final NDManager manager;
    private final TransitionKernel kernel;
    private final StepSizeAdaptation adaptation;
    private final NDArray zero;
    /** The coordinates in which the chains move; null for those of the target. */
    private Coordinates coordinates;

    private TransitionKernel moved;
    private ChainState state;
    private RandomSource random;
    /** The acceptance probabilities of the last step, {@code [chains]}; null after a jump. */
    private NDArray lastAcceptance;

    private NDArray acceptance;
    private NDArray jumpAcceptance;
    private NDArray divergences;
    private long evaluations;
    private int steps;
    private int jumps;
    private long index;

    DeviceChains(NDManager owner, TransitionKernel kernel, double stepSize, double targetAcceptance) {
        this.owner = owner;
        this.manager = owner.newSubManager();
        this.kernel = kernel;
        this.moved = kernel;
        this.adaptation = new StepSizeAdaptation(manager, stepSize, targetAcceptance);
        this.zero = Scope.owned(manager, Tensors.scalar(manager, 0));
    }

    @Override
    public void start(NDArray positions, RandomSource random) {
        ChainState.requireDimension(kernel.energy(), positions);
        ChainState there = stateAt(positions);
        forget();
        state = there;
        acceptance = Scope.computeOwned(() -> there.energy().zerosLike());
        jumpAcceptance = Scope.computeOwned(() -> there.energy().zerosLike());
        divergences = Scope.computeOwned(() -> there.energy().zerosLike());
        this.random = random;
        steps = 0;
        jumps = 0;
        evaluations = 0;
    }

    private ChainState stateAt(NDArray positions) {
        return Scope.computeOwned(() -> {
            NDArray start = coordinates == null ? positions.duplicate() : coordinates.fromStates(positions);
            start.attach(manager);
            return ChainState.at(moved.energy(), start);
        });
    }

    @Override
    public void place(NDArray positions) {
        ChainState there = stateAt(positions);
        state.close();
        state = there;
    }

    /** Frees what {@link #start} made. */
    private void forget() {
        if (state != null) {
            state.close();
            acceptance.close();
            jumpAcceptance.close();
            divergences.close();
        }
        if (lastAcceptance != null) {
            lastAcceptance.close();
            lastAcceptance = null;
        }
    }

    @Override
    public void resumeAfter(long steps) {
        index = steps;
    }

    @Override
    public void advance(int steps) {
        for (int step = 0; step < steps; step++) {
            step();
        }
    }

    private void step() {
        Transition transition = moved.advance(state, adaptation.stepSize(), index++, random);
        state = transition.state();
        if (lastAcceptance != null) {
            lastAcceptance.close();
        }
        evaluations += transition.evaluations();
        NDArray probability = transition.acceptanceProbability();
        if (transition.jump()) {
            jumpAcceptance.addi(probability);
            jumps++;
            probability.close();
            lastAcceptance = null;
        } else {
            acceptance.addi(probability);
            Scope.run(() ->
                    divergences.addi(probability.eq(probability.zerosLike()).toType(probability.getDataType(), false)));
            steps++;
            lastAcceptance = probability;
        }
    }

    @Override
    public void adapt(double gain) {
        if (lastAcceptance != null && kernel.rejects()) {
            adaptation.update(lastAcceptance, gain);
        }
    }

    @Override
    public void setStepSize(double stepSize) {
        adaptation.set(stepSize);
    }

    @Override
    public void setMetric(Metric metric) {
        try (NDArray positions = positions()) {
            if (coordinates != null) {
                coordinates.close();
            }
            coordinates = metric.on(manager);
            moved = coordinates.kernel(kernel);
            start(positions, random);
        }
    }

    @Override
    public float[] lastAcceptances() {
        return lastAcceptance == null || !kernel.rejects() ? new float[0] : lastAcceptance.toFloatArray();
    }

    @Override
    public double lastAcceptance() {
        if (lastAcceptance == null || !kernel.rejects()) {
            return Double.NaN;
        }
        try (NDArray mean = lastAcceptance.mean()) {
            return mean.getFloat();
        }
    }

    @Override
    public void endBurnIn() {
        adaptation.settle();
        resetAcceptance();
    }

    private void resetAcceptance() {
        Tensors.clear(acceptance);
        Tensors.clear(jumpAcceptance);
        Tensors.clear(divergences);
        evaluations = 0;
        steps = 0;
        jumps = 0;
    }

    @Override
    public NDArray positions() {
        return attached(coordinates == null ? state.positions().duplicate() : coordinates.toStates(state.positions()));
    }

    @Override
    public NDArray energies() {
        return attached(state.energy().duplicate());
    }

    @Override
    public NDArray acceptanceRate() {
        try (NDArray count = Tensors.scalar(manager, Math.max(1, steps))) {
            return attached(acceptance.div(count));
        }
    }

    private NDArray attached(NDArray array) {
        array.attach(owner);
        return array;
    }

    @Override
    public int steps() {
        return steps;
    }

    @Override
    public double evaluations() {
        return evaluations;
    }

    @Override
    public long divergences() {
        double sum = 0;
        for (float ofChain : divergences.toFloatArray()) {
            sum += ofChain;
        }
        return (long) sum;
    }

    @Override
    public double jumpAcceptanceRate() {
        try (NDArray mean = jumpAcceptance.mean()) {
            return mean.getFloat() / (double) jumps;
        }
    }

    @Override
    public double stepSize() {
        return adaptation.stepSize().getFloat();
    }

    @Override
    public void close() {
        manager.close();
    }
}
