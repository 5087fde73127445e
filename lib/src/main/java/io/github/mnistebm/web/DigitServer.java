package io.github.mnistebm.web;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.json.JavalinGson;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.EofException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the page, and the interface for programs that {@code /openapi.json} describes. A server owns its models' native memory: close
 * it, which waits for the jobs that it has accepted.
 */
public final class DigitServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DigitServer.class);

    private static final long MAX_BODY_BYTES = 512 * 1024;
    private static final Duration DRAIN = Duration.ofSeconds(60);
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    /** Nothing from elsewhere, no script or style within the page, and no frame around it. */
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

    private final ServerConfig config;
    private final Models models;
    private final Results results = new Results();
    private final Jobs jobs = new Jobs();
    private final Answer answer;
    private final Javalin javalin;
    private final AtomicInteger answering = new AtomicInteger();
    private volatile boolean draining;

    /** What {@code /healthz} says. */
    private record Health(String status, Jobs.Counts jobs) {}

    private DigitServer(ServerConfig config) throws IOException {
        this.config = config;
        this.models = new Models(config.models(), config.mnist(), config.device());
        Gson gson = new GsonBuilder().disableHtmlEscaping().create();
        this.answer = new Answer(jobs, gson);
        this.javalin = Javalin.create(settings -> configure(settings, gson));
    }

    /**
     * Starts a server.
     *
     * @param config what it serves, and where
     * @return the server, which answers from now on
     * @throws IOException if a model cannot be loaded, or the address is taken
     */
    public static DigitServer start(ServerConfig config) throws IOException {
        DigitServer server = new DigitServer(config);
        try {
            server.javalin.start(config.host(), config.port());
            return server;
        } catch (RuntimeException e) {
            server.close();
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof BindException) {
                    throw new IOException(
                            "port " + config.port() + " of " + config.host() + ": cannot be bound ("
                                    + cause.getMessage() + "). Try --port 0, which takes a free one",
                            e);
                }
            }
            throw e;
        }
    }

    /**
     * Returns where the page is.
     *
     * @return its address
     */
    public URI uri() {
        String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
        return URI.create("http://" + host + ":" + javalin.port() + "/");
    }

    private void configure(JavalinConfig settings, Gson gson) {
        settings.startup.showJavalinBanner = false;
        settings.startup.showOldJavalinVersionWarning = false;
        settings.http.maxRequestSize = MAX_BODY_BYTES;
        settings.http.prefer405over404 = true;
        settings.jsonMapper(new JavalinGson(gson, false));
        settings.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
        routes(settings.routes);
        problems(settings.routes);
    }

    private void routes(RoutesConfig routes) {
        routes.before(this::guard);
        routes.post(
                "/api/generate",
                context -> computed(context, () -> {
                    Generation generation = Generation.read(context.body(), models);
                    return progress -> generation.run(models.get(generation.model()), results, progress);
                }));
        routes.post(
                "/api/restore",
                context -> computed(context, () -> {
                    Restoration restoration = Restoration.read(context.body(), models);
                    return progress -> restoration.run(models.get(restoration.model()), progress);
                }));
        routes.post(
                "/api/score",
                context -> computed(context, () -> {
                    Scoring scoring = Scoring.read(context.body(), models);
                    return progress -> scoring.run(models);
                }));
        routes.get("/api/models", context -> context.json(models.descriptions()));
        routes.get("/api/results/{id}/digits.png", context -> download(context, "image/png", Results.Digits::png));
        routes.get(
                "/api/results/{id}/digits.npz", context -> download(context, "application/zip", Results.Digits::npz));
        routes.get("/api/results/{id}/digits.csv", context -> download(context, "text/csv", Results.Digits::csv));
        routes.get("/healthz", context -> context.json(new Health(draining ? "draining" : "up", jobs.counts())));
        routes.get("/", context -> Page.answer(context, "index.html"));
        routes.get("/{file}", context -> Page.answer(context, context.pathParam("file")));
    }

    /** Puts the security headers on every answer, and keeps out pages of other sites that have their name point to this machine. */
    private void guard(Context context) {
        SECURITY_HEADERS.forEach(context::header);
        if (config.isLoopback() && !LOOPBACK_NAMES.contains(hostName(context))) {
            Problem.of(HttpStatus.MISDIRECTED_REQUEST, "this server answers to localhost only")
                    .answer(context);
            context.skipRemainingHandlers();
        }
    }

    private static String hostName(Context context) {
        return String.valueOf(context.header("Host")).replaceFirst(":\\d+$", "");
    }

    /** Checks a request; gives what is to be computed. */
    @FunctionalInterface
    private interface Check {
        Jobs.Work work();
    }

    private void computed(Context context, Check check) throws IOException {
        if (!String.valueOf(context.contentType()).startsWith("application/json")) {
            Problem.of(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "expected Content-Type: application/json")
                    .answer(context);
            return;
        }
        answering.incrementAndGet();
        try {
            if (draining) {
                context.header("Retry-After", String.valueOf(DRAIN.toSeconds()));
                Problem.of(HttpStatus.SERVICE_UNAVAILABLE, "the server is shutting down")
                        .answer(context);
                return;
            }
            answer.deliver(context, check.work());
        } finally {
            answering.decrementAndGet();
        }
    }

    /** Makes a file of digits. */
    @FunctionalInterface
    private interface Format {
        byte[] of(Results.Digits digits) throws IOException;
    }

    private void download(Context context, String contentType, Format format) throws IOException {
        Optional<Results.Digits> digits = results.get(context.pathParam("id"));
        if (digits.isEmpty()) {
            Problem.of(HttpStatus.NOT_FOUND, "no such result, or one no longer kept. Generate it again with its seed")
                    .answer(context);
            return;
        }
        context.contentType(contentType)
                .header("Content-Disposition", "attachment")
                .result(format.of(digits.get()));
    }

    private static void problems(RoutesConfig routes) {
        routes.exception(
                InvalidRequestException.class, (e, context) -> Problem.of(e).answer(context));
        routes.exception(HttpResponseException.class, (e, context) -> {
            HttpStatus status = HttpStatus.forStatus(e.getStatus());
            Problem.of(status, status.getMessage()).answer(context);
        });
        routes.exception(EofException.class, (e, context) -> LOG.debug("a client went away", e));
        routes.exception(Exception.class, (e, context) -> {
            LOG.error("{} {} failed", context.method(), context.path(), e);
            Problem.of(HttpStatus.INTERNAL_SERVER_ERROR, "this failed. The server's log says more")
                    .answer(context);
        });
    }

    /** Takes no more jobs, waits for those accepted, a minute at most, and stops. */
    @Override
    public void close() {
        draining = true;
        long deadline = System.nanoTime() + DRAIN.toNanos();
        try {
            while (answering.get() > 0 && System.nanoTime() < deadline) {
                Thread.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        javalin.stop();
        jobs.close();
        models.close();
    }
}
