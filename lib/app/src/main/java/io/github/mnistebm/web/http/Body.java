package io.github.mnistebm.web.http;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;

/** The body of a request, which is JSON in UTF-8. */
public final class Body {

    private static final String JSON = "application/json";

    private Body() {}

    /**
     * Reads a request's body.
     *
     * @throws HttpResponseException if its declared type is not JSON
     * @throws InvalidRequestException if it is not UTF-8
     */
    public static String read(Context context) {
        checkType(context.header("Content-Type"));
        String coding = context.header("Content-Encoding");
        if (coding != null && !coding.equalsIgnoreCase("identity")) {
            throw unsupported("no Content-Encoding", coding);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(context.bodyAsBytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidRequestException("body", "expected UTF-8, which this is not");
        }
    }

    private static void checkType(String type) {
        if (!isJson(type)) {
            throw unsupported("Content-Type: " + JSON + ", in UTF-8", type);
        }
    }

    private static boolean isJson(String type) {
        Map<String, String> parameters = new HashMap<>();
        try {
            return JSON.equalsIgnoreCase(HttpField.getValueParameters(type, parameters))
                    && (!parameters.containsKey("charset") || "utf-8".equalsIgnoreCase(parameters.get("charset")));
        } catch (IllegalArgumentException e) {
            // The parameter has an unpaired quotation mark.
            return false;
        }
    }

    private static HttpResponseException unsupported(String expected, String found) {
        return new HttpResponseException(
                HttpStatus.UNSUPPORTED_MEDIA_TYPE.getCode(),
                "expected " + expected + ", found " + (found == null ? "none" : found));
    }
}
