package io.github.mnistebm.energy.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;

/**
 * Chains that go on from update to update (Tieleman 2008; Du &amp; Mordatch 2019, section 3.2), on the device. They are
 * kept as several batches used in turn; at each use a share of them starts anew from the reference measure.
 */
final class ReplayBuffer implements AutoCloseable {

    private final NDManager manager;
    private final ReferenceMeasure reference;
    private final int batchSize;
    private final int batches;
    private final double restartProbability;
    /** The same on the device. */
    private final NDArray probability;

    private final NDArray chains;
    private int current;

    ReplayBuffer(
            NDManager parent,
            ReferenceMeasure reference,
            int batchSize,
            int batches,
            double restartProbability,
            RandomSource random) {
        this.manager = parent.newSubManager();
        this.reference = reference;
        this.batchSize = batchSize;
        this.batches = batches;
        this.restartProbability = restartProbability;
        this.chains = reference.sample(manager, (long) batchSize * batches, random);
        this.probability = Tensors.scalar(manager, restartProbability);
        NDScope.unregister(chains, probability);
    }

    /** All chains, {@code [batches * batch size, d]}; they stay this object's. */
    NDArray chains() {
        return chains;
    }

    /** Goes on after uses elsewhere, with the chains that they left. */
    void resumeAfter(long uses) {
        current = (int) (uses % batches);
    }

    /** Copies the next batch of chains, some of them started anew, {@code [batch size, d]}. */
    NDArray take(RandomSource random) {
        current = (current + 1) % batches;
        NDArray kept = chains.get(slot()).duplicate();
        if (restartProbability == 0) {
            return kept;
        }
        NDArray fresh = reference.sample(manager, batchSize, random);
        NDArray restarted = random.uniform(manager, 0, 1, fresh.getShape().slice(0, 1))
                .lt(probability)
                .expandDims(1)
                .broadcast(fresh.getShape());
        return NDArrays.where(restarted, fresh, kept);
    }

    /** Puts back the batch that was taken last, after its chains moved. */
    void put(NDArray moved) {
        chains.set(slot(), moved);
    }

    private NDIndex slot() {
        long from = (long) current * batchSize;
        return new NDIndex().addSliceDim(from, from + batchSize);
    }

    @Override
    public void close() {
        manager.close();
    }
}
