package io.github.mnistebm.web.http;

import com.google.gson.Gson;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Handles every request first. Puts the security headers on the answer, and keeps out pages of other sites whose name leads to this
 * machine.
 */
public final class Door extends Handler.Wrapper {

    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE");

    /** The headers that forbid content from elsewhere, scripts and styles within the page, and a frame around it. */
    private static final Map<String, String> SECURITY_HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "X-Frame-Options",
            "DENY",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Cross-Origin-Opener-Policy",
            "same-origin");

    private final Address address;

    public Door(Address address) {
        this.address = address;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        ClientEndPoint.timeFrom(request);
        addSecurityHeaders(response);
        String host = String.valueOf(Request.getServerName(request));
        if (!address.answersTo(host)) {
            String message = "this server answers to localhost only, not to " + host;
            Response.writeError(request, response, callback, HttpStatus.MISDIRECTED_REQUEST_421, message);
            return true;
        }
        if (!METHODS.contains(request.getMethod())) {
            Response.writeError(request, response, callback, HttpStatus.METHOD_NOT_ALLOWED_405);
            return true;
        }
        return super.handle(request, response, callback);
    }

    private static void addSecurityHeaders(Response response) {
        SECURITY_HEADERS.forEach(response.getHeaders()::put);
    }

    /** Answers a request that does not reach a route, such as one that is not HTTP, with problem details. */
    public static final class Refusal extends ErrorHandler {

        private final Gson gson;

        public Refusal(Gson gson) {
            this.gson = gson;
        }

        @Override
        public boolean errorPageForMethod(String method) {
            return true;
        }

        @Override
        protected void generateResponse(
                Request request, Response response, int code, String message, Throwable cause, Callback callback) {
            // A malformed request is the client's fault, even where HTTP has a server's status for it.
            int status = cause instanceof HttpException && HttpStatus.isServerError(code)
                    ? HttpStatus.BAD_REQUEST_400
                    : code;
            String title = HttpStatus.getMessage(status);
            boolean explained = message != null && (cause == null || cause instanceof HttpException);
            response.setStatus(status);
            addSecurityHeaders(response);
            if (status == HttpStatus.METHOD_NOT_ALLOWED_405) {
                response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD, POST");
            }
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
            String problem = gson.toJson(Problem.of(status, title, explained ? message : title));
            response.write(true, ByteBuffer.wrap(problem.getBytes(StandardCharsets.UTF_8)), callback);
        }
    }
}
