package io.github.mnistebm.training;

/** A training whose measured values are out of all bounds. The networks are then as they were after the last good epoch. */
public final class TrainingDivergedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient TrainingHistory history;

    /**
     * Says what went wrong.
     *
     * @param history the good epochs of the phase
     * @param cause which quantity of the epoch after them has which value, and what was expected
     * @param remedy what to change
     */
    public TrainingDivergedException(TrainingHistory history, String cause, String remedy) {
        super(history.table().name() + ": epoch " + (history.epochs() + 1) + " has diverged: " + cause + ". "
                + backTo(history.epochs()) + ". Try " + remedy);
        this.history = history;
    }

    private static String backTo(int epoch) {
        return epoch == 0 ? "No epoch before it" : "Back to epoch " + epoch;
    }

    /**
     * Returns the course of the phase up to where the training is back to.
     *
     * @return the good epochs
     */
    public TrainingHistory history() {
        return history;
    }
}
