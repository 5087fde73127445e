package io.github.mnistebm.training;

/** A training whose loss is no number any more. */
public final class TrainingDivergedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Says what went wrong.
     *
     * @param message the phase, the epoch, the value, and what to change
     */
    public TrainingDivergedException(String message) {
        super(message);
    }
}
