package io.github.mnistebm.web.http;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;

/**
 * A problem, in the form of RFC 9457 ("Problem Details for HTTP APIs").
 *
 * @param type always {@code about:blank}: the status gives the kind of problem
 * @param title the title of the status
 * @param status the status of the answer
 * @param detail the fault and its remedy
 * @param errors the wrong fields of the request; null if no field was wrong
 */
public record Problem(String type, String title, int status, String detail, List<FieldError> errors) {

    static final String CONTENT_TYPE = "application/problem+json";

    /** A wrong field, and the expected value. */
    public record FieldError(String field, String message) {}

    public static Problem of(HttpStatus status, String detail) {
        return of(status.getCode(), status.getMessage(), detail);
    }

    static Problem of(int status, String title, String detail) {
        return new Problem("about:blank", title, status, detail, null);
    }

    public static Problem of(InvalidRequestException e) {
        HttpStatus status = HttpStatus.BAD_REQUEST;
        return new Problem(
                "about:blank",
                status.getMessage(),
                status.getCode(),
                e.field() + ": " + e.getMessage(),
                List.of(new FieldError(e.field(), e.getMessage())));
    }

    public void answer(Context context) {
        context.status(status).json(this).contentType(CONTENT_TYPE);
    }
}
