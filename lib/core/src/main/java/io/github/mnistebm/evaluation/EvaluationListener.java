package io.github.mnistebm.evaluation;

/** A listener to the course of measurements that take long, called on their thread. To stop one, interrupt its thread. */
@FunctionalInterface
public interface EvaluationListener {

    /** Listens to nothing. */
    EvaluationListener NONE = (measurement, share) -> {};

    /**
     * Called when a part of a measurement is done.
     *
     * @param measurement the name of the measurement
     * @param share the share of it that is done, in [0, 1]; 1 at its end
     */
    void partDone(String measurement, double share);
}
