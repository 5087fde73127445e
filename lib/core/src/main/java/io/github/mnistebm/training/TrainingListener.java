package io.github.mnistebm.training;

/**
 * A listener to the course of a training, called on the training thread. To stop a training, interrupt its thread: it goes back to the end
 * of the last complete epoch and returns.
 */
public interface TrainingListener {

    /** Listens to nothing. */
    TrainingListener NONE = new TrainingListener() {};

    /**
     * Called when an epoch begins.
     *
     * @param phase the phase's name
     * @param epoch the epoch, from 1
     */
    default void epochBegins(String phase, int epoch) {}

    /**
     * Called when a mini-batch is done.
     *
     * @param phase the phase's name
     * @param epoch the epoch, from 1
     * @param epochs the number of epochs
     * @param batch the batch of this epoch, from 1
     * @param batches the number of batches of an epoch
     */
    default void batchDone(String phase, int epoch, int epochs, int batch, int batches) {}

    /**
     * Called when an epoch is done.
     *
     * @param history the phase's history, this epoch's row last
     */
    default void epochDone(TrainingHistory history) {}

    /**
     * Called after {@link #epochDone}, with a state that training could go on from.
     *
     * @param state the content of a checkpoint; its arrays are valid during this call
     */
    default void stateReached(TrainingState state) {}
}
