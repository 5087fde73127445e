package io.github.mnistebm.condition;

/** A condition in JSON that cannot be read. */
public final class InvalidConditionException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String place;
    private final String problem;

    InvalidConditionException(String place, String problem, Throwable cause) {
        super(place + ": " + problem, cause);
        this.place = place;
        this.problem = problem;
    }

    /**
     * Returns the place of the mistake.
     *
     * @return a path such as {@code given.and[1].not}
     */
    public String place() {
        return place;
    }

    /**
     * Returns the mistake.
     *
     * @return the message without the place
     */
    public String problem() {
        return problem;
    }
}
