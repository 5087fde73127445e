package io.github.mnistebm.web;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;

/**
 * What went wrong, as RFC 9457 ("Problem Details for HTTP APIs") has it.
 *
 * @param type always {@code about:blank}: the status says what kind of problem it is
 * @param title of the status
 * @param status of the answer
 * @param detail what was wrong and what to do
 * @param errors which fields of the request were wrong; null where it was none
 */
record Problem(String type, String title, int status, String detail, List<FieldError> errors) {

    static final String CONTENT_TYPE = "application/problem+json";

    /** A field, and what was expected of it. */
    record FieldError(String field, String message) {}

    static Problem of(HttpStatus status, String detail) {
        return of(status.getCode(), status.getMessage(), detail);
    }

    static Problem of(int status, String title, String detail) {
        return new Problem("about:blank", title, status, detail, null);
    }

    static Problem of(InvalidRequestException e) {
        HttpStatus status = HttpStatus.BAD_REQUEST;
        return new Problem(
                "about:blank",
                status.getMessage(),
                status.getCode(),
                e.field() + ": " + e.getMessage(),
                List.of(new FieldError(e.field(), e.getMessage())));
    }

    void answer(Context context) {
        context.status(status).json(this).contentType(CONTENT_TYPE);
    }
}
