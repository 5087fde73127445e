package io.github.mnistebm.web;

import io.github.mnistebm.io.Json;
import io.github.mnistebm.web.http.Address;
import io.github.mnistebm.web.http.Body;
import io.github.mnistebm.web.http.ClientConnector;
import io.github.mnistebm.web.http.ClientEndPoint;
import io.github.mnistebm.web.http.Door;
import io.github.mnistebm.web.http.InvalidRequestException;
import io.github.mnistebm.web.http.Page;
import io.github.mnistebm.web.http.Problem;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.http.NotFoundResponse;
import io.javalin.json.JavalinGson;
import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the page, and the interface for programs that {@code /openapi.json} describes. A server owns its models' native memory: close
 * it, which waits for the jobs that it has accepted.
 */
public final class DigitServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DigitServer.class);

    private static final long MAX_BODY_BYTES = 512 * 1024;

    /** The number of threads besides one for each connection, so that slow clients cannot occupy those of others. */
    private static final int SPARE_THREADS = 32;

    /** The time that clients have to take their answers once all jobs are done. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final Address address;
    private final Models models;
    private final Results results = new Results();
    private final Jobs jobs = new Jobs();
    private final Answer answer;
    private final Javalin javalin;

    /** The answer of {@code /healthz}. */
    private record Health(String status, Jobs.Counts jobs) {}

    private DigitServer(ServerConfig config, ClientConnector.Limits limits) throws IOException {
        this.address = Address.of(config.host());
        this.models = new Models(config.models(), config.data(), config.device());
        this.answer = new Answer(jobs, Json.COMPACT);
        this.javalin = Javalin.create(settings -> {
            settings.jetty.threadPool = new QueuedThreadPool(limits.connections() + SPARE_THREADS);
            settings.jetty.addConnector((server, http) -> {
                ClientConnector connector = new ClientConnector(server, http, limits);
                connector.setHost(address.bound());
                connector.setPort(config.port());
                return connector;
            });
            configure(settings);
        });
    }

    /**
     * Starts a server.
     *
     * @param config the models to serve, and the address
     * @return the server, which answers from now on
     * @throws IOException if a model cannot be loaded, the host is unknown, or its address cannot be bound
     */
    public static DigitServer start(ServerConfig config) throws IOException {
        return start(config, ClientConnector.Limits.DEFAULT);
    }

    /** Starts a server with given limits for clients. */
    static DigitServer start(ServerConfig config, ClientConnector.Limits limits) throws IOException {
        DigitServer server = new DigitServer(config, limits);
        try {
            server.javalin.start();
            server.jobs.prepare(server.models.preparation());
            return server;
        } catch (RuntimeException e) {
            server.close();
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof SocketException) {
                    throw new IOException(
                            "port " + config.port() + " of " + config.host() + ": cannot be bound ("
                                    + cause.getMessage() + "). Try " + remedy(cause),
                            e);
                }
            }
            throw e;
        }
    }

    private static String remedy(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.contains("in use")) {
            return "--port 0, which takes a free one";
        }
        return message.contains("ermission")
                ? "--port 8080: those below 1024 are the administrator's"
                : "--host with an address of this machine";
    }

    /**
     * Returns the address of the page.
     *
     * @return the address, for a browser on this machine
     */
    public URI uri() {
        return URI.create("http://" + address.inUri() + ":" + javalin.port() + "/");
    }

    /**
     * Returns whether other machines can reach the page.
     *
     * @return false if only this machine can
     */
    public boolean isPublic() {
        return address.isPublic();
    }

    private void configure(JavalinConfig settings) {
        settings.startup.showJavalinBanner = false;
        settings.startup.showOldJavalinVersionWarning = false;
        settings.http.maxRequestSize = MAX_BODY_BYTES;
        settings.http.prefer405over404 = true;
        settings.jsonMapper(new JavalinGson(Json.COMPACT, false));
        settings.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
        settings.jetty.modifyServer(server -> {
            server.insertHandler(new Door(address));
            server.setErrorHandler(new Door.Refusal(Json.COMPACT));
        });
        settings.jetty.modifyServletContextHandler(handler -> handler.setErrorHandler(new Door.Refusal(Json.COMPACT)));
        routes(settings.routes);
        problems(settings.routes);
    }

    private void routes(RoutesConfig routes) {
        routes.post(
                "/api/generate",
                context -> computed(context, body -> {
                    Generation generation = Generation.read(body, models);
                    return progress -> generation.run(models, results, progress);
                }));
        routes.post(
                "/api/restore",
                context -> computed(context, body -> {
                    Restoration restoration = Restoration.read(body, models);
                    return progress -> restoration.run(models.get(restoration.model()), progress);
                }));
        post(routes, "/api/score", Scoring::read, Scoring::run);
        post(routes, "/api/map", MapDrawing::read, MapDrawing::run);
        post(routes, "/api/decode", Decoding::read, Decoding::run);
        post(routes, "/api/morph", Morphing::read, Morphing::run);
        post(routes, "/api/quiz", Quiz::read, Quiz::run);
        get(routes, "/api/models", context -> context.json(models.descriptions()));
        get(routes, "/api/conditions", this::scales);
        get(routes, "/api/results/{id}/digits.png", context -> download(context, "image/png", Results.Digits::png));
        get(
                routes,
                "/api/results/{id}/digits.npz",
                context -> download(context, "application/zip", Results.Digits::npz));
        get(routes, "/api/results/{id}/digits.csv", context -> download(context, "text/csv", Results.Digits::csv));
        get(
                routes,
                "/healthz",
                context -> context.json(new Health(jobs.isDraining() ? "draining" : "up", jobs.counts())));
        get(routes, "/", context -> Page.answer(context, "index.html"));
        get(routes, "/{file}", context -> Page.answer(context, context.pathParam("file")));
    }

    /** Does the work of a request all at once. */
    @FunctionalInterface
    private interface Run<T> {
        Object of(T request, Models models) throws IOException;
    }

    /** Adds a route for requests of one kind. */
    private <T> void post(RoutesConfig routes, String path, BiFunction<String, Models, T> read, Run<T> run) {
        routes.post(
                path,
                context -> computed(context, body -> {
                    T request = read.apply(body, models);
                    return progress -> run.of(request, models);
                }));
    }

    /** Adds a route for GET, and for HEAD, which has the same headers. */
    private static void get(RoutesConfig routes, String path, Handler handler) {
        routes.get(path, handler);
        routes.head(path, handler);
    }

    /** Checks a request, and returns the work that it asks for. */
    @FunctionalInterface
    private interface Check {
        Jobs.Work<Object> of(String body);
    }

    private void computed(Context context, Check check) throws IOException {
        answer.deliver(context, check.of(Body.read(context)));
    }

    private void scales(Context context) {
        String model = models.chosen(context.queryParam("model"));
        try {
            context.json(Scales.of(models.get(model).requiredConditions()));
        } catch (IllegalStateException e) {
            Problem.of(HttpStatus.NOT_FOUND, e.getMessage()).answer(context);
        }
    }

    /** Creates a file of digits. */
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
        routes.exception(NotFoundResponse.class, (e, context) -> Problem.of(
                        HttpStatus.NOT_FOUND, "there is nothing at " + context.path())
                .answer(context));
        routes.exception(HttpResponseException.class, (e, context) -> {
            if (e instanceof MethodNotAllowedResponse) {
                context.header("Allow", String.join(", ", e.getDetails().values()));
            }
            Problem.of(HttpStatus.forStatus(e.getStatus()), String.valueOf(e.getMessage()))
                    .answer(context);
        });
        // The exception concerns a request's body; one on an answer that nobody takes does not come here.
        routes.exception(EofException.class, (e, context) -> {
            String detail =
                    "expected the whole of a body, found its end too soon, or a part that is not as HTTP has it";
            Problem.of(HttpStatus.BAD_REQUEST, detail).answer(context);
        });
        routes.exception(Exception.class, (e, context) -> {
            if (!ClientEndPoint.of(context).isOpen()) {
                LOG.debug("a client went away, or was cut off", e);
                return;
            }
            LOG.error("{} {} failed", context.method(), context.path(), e);
            Problem.of(HttpStatus.INTERNAL_SERVER_ERROR, "this failed. The server's log says more")
                    .answer(context);
        });
    }

    /** Takes no more jobs, waits for those accepted, a minute at most, and stops. */
    @Override
    public void close() {
        jobs.close();
        long deadline = System.nanoTime() + FAREWELL.toNanos();
        try {
            while (answer.underWay() > 0 && System.nanoTime() < deadline) {
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        javalin.stop();
        models.close();
    }
}
