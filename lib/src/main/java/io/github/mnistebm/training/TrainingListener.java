package io.github.mnistebm.training;

/**
 * Is told how training goes, on the training thread. To stop a training, interrupt its thread: it goes back to the end
 * of the last complete epoch and returns.
 */
public interface TrainingListener {

    /** Listens to nothing. */
    TrainingListener NONE = new TrainingListener() {};

    /**
     * An epoch begins.
     *
     * @param phase the phase's name
     * @param epoch the epoch, from 1
     */
    default void epochBegins(String phase, int epoch) {}

    /**
     * A mini-batch is done.
     *
     * @param phase the phase's name
     * @param epoch the epoch, from 1
     * @param epochs the number of epochs
     * @param batch the batch of this epoch, from 1
     * @param batches the number of batches of an epoch
     */
    default void batchDone(String phase, int epoch, int epochs, int batch, int batches) {}

    /**
     * An epoch is done.
     *
     * @param history the phase's history, this epoch's row last
     */
    default void epochDone(TrainingHistory history) {}

    /**
     * An epoch is done, and training could go on from here; called after {@link #epochDone}.
     *
     * @param state what a checkpoint keeps; its arrays are valid during this call
     */
    default void stateReached(TrainingState state) {}
}
