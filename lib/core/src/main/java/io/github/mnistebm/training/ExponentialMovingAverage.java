package io.github.mnistebm.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;

/**
 * Exponential moving average of a parameter vector, ā ← β ā + (1 − β) a (Polyak &amp; Juditsky 1992; for energy-based
 * models Du &amp; Mordatch 2019). During the first updates β is capped at (1 + t) / (10 + t), so that the average
 * forgets where training began.
 */
public final class ExponentialMovingAverage implements AutoCloseable {

    private final NDArray source;
    private final NDArray average;
    private final double decay;
    private long updates;

    /**
     * Starts the average at the present parameters.
     *
     * @param source the parameters, {@code [p]}; not closed with this object
     * @param decay β, at least 0 and less than 1
     * @throws IllegalArgumentException if {@code decay} is out of range
     */
    public ExponentialMovingAverage(NDArray source, double decay) {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("decay: must be in [0, 1), found " + decay);
        }
        this.source = source;
        this.average = source.duplicate();
        this.decay = decay;
        NDScope.unregister(average);
    }

    /**
     * Goes on after updates that were made elsewhere, with the {@link #average} that they left.
     *
     * @param done the number of steps done
     */
    public void resumeAfter(long done) {
        updates = done;
    }

    /** Takes the present parameters into the average. */
    public void update() {
        double beta = Math.min(decay, (1.0 + updates) / (10.0 + updates));
        updates++;
        NDManager manager = average.getManager();
        Scope.run(
                () -> average.muli(Tensors.scalar(manager, beta)).addi(source.mul(Tensors.scalar(manager, 1 - beta))));
    }

    /**
     * Returns the average; it stays this object's and changes with it.
     *
     * @return the averaged parameters, {@code [p]}
     */
    public NDArray average() {
        return average;
    }

    @Override
    public void close() {
        average.close();
    }
}
