package io.github.mnistebm.training;

/** Thrown when the measured values of a training are out of bounds. The networks are then as they were after the last good epoch. */
public final class TrainingDivergedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient TrainingHistory history;

    /**
     * Creates the exception.
     *
     * @param history the history of the good epochs of the phase
     * @param cause the quantity that went wrong in the next epoch, its value, and the expected value
     * @param remedy the change that helps
     */
    public TrainingDivergedException(TrainingHistory history, String cause, String remedy) {
        super(history.table().name() + ": epoch " + (history.epochs() + 1) + " has diverged: " + cause + ". "
                + backTo(history.epochs()) + ". Try " + remedy);
        this.history = history;
    }

    private static String backTo(int epoch) {
        return epoch == 0 ? "No earlier epoch of this phase" : "Back to epoch " + epoch;
    }

    /**
     * Returns the history of the phase up to its last good epoch.
     *
     * @return the history of the good epochs
     */
    public TrainingHistory history() {
        return history;
    }
}
