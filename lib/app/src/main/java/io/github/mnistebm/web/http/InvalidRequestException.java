package io.github.mnistebm.web.http;

/** A request that says something impossible; the message is for its sender. */
public final class InvalidRequestException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String field;

    /**
     * Creates an exception that names a field.
     *
     * @param field where, as a path such as {@code images[2][27]}
     * @param message the message, with the expected and the found value
     */
    public InvalidRequestException(String field, String message) {
        super(message);
        this.field = field;
    }

    public String field() {
        return field;
    }
}
