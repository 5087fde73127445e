package io.github.mnistebm.web;

import com.google.gson.Gson;
import io.github.mnistebm.web.http.ClientEndPoint;
import io.github.mnistebm.web.http.InvalidRequestException;
import io.github.mnistebm.web.http.Problem;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.http.QuotedQualityCSV;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers a request with the result of a job: as JSON, or, if the client asks for {@code text/event-stream}, as server-sent events of
 * the progress and finally the result. Stops a waiting or running job whose client has gone away.
 */
final class Answer {

    private static final Logger LOG = LoggerFactory.getLogger(Answer.class);

    private static final String EVENT_STREAM = "text/event-stream";
    private static final String ACCEPT_ENCODING = "Accept-Encoding";
    private static final String GZIP = "gzip";
    private static final int RETRY_SECONDS = 2;

    /** The time between two checks whether the client has gone away. */
    private static final Duration ROUND = Duration.ofMillis(250);

    private final Jobs jobs;
    private final Gson gson;
    private final AtomicInteger underWay = new AtomicInteger();

    Answer(Jobs jobs, Gson gson) {
        this.jobs = jobs;
        this.gson = gson;
    }

    /** Returns the number of answers that have not been delivered. */
    int underWay() {
        return underWay.get();
    }

    /** Runs a job and answers with its result. */
    void deliver(Context context, Jobs.Work<Object> work) throws IOException {
        ClientEndPoint client = ClientEndPoint.of(context);
        underWay.incrementAndGet();
        client.stopTimer();
        try {
            answer(context, client, jobs.submit(json(work), client::startTimer));
        } catch (RejectedExecutionException e) {
            client.startTimer();
            rejection(context).answer(context);
        } finally {
            underWay.decrementAndGet();
        }
    }

    /** Returns a job that gives JSON. A value that JSON cannot express is a failure of the job. */
    private Jobs.Work<String> json(Jobs.Work<Object> work) {
        return progress -> gson.toJson(work.run(event -> progress.accept(gson.toJson(event))));
    }

    private Problem rejection(Context context) {
        if (jobs.isDraining()) {
            context.header("Retry-After", String.valueOf(Jobs.DRAIN.toSeconds()));
            return Problem.of(HttpStatus.SERVICE_UNAVAILABLE, "the server is shutting down");
        }
        context.header("Retry-After", String.valueOf(RETRY_SECONDS));
        return Problem.of(
                HttpStatus.TOO_MANY_REQUESTS,
                Jobs.QUEUE_LENGTH + " jobs are waiting already. Try again in " + RETRY_SECONDS + " seconds");
    }

    private void answer(Context context, ClientEndPoint client, Jobs.Job job) throws IOException {
        try {
            if (String.valueOf(context.header("Accept")).contains(EVENT_STREAM)) {
                stream(context, client, job);
            } else {
                once(context, client, job);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            job.cancel();
        }
    }

    private void once(Context context, ClientEndPoint client, Jobs.Job job) throws IOException, InterruptedException {
        while (job.event(ROUND) != Jobs.END) {
            if (client.isGone()) {
                gone().answer(context);
                return;
            }
        }
        try {
            context.contentType("application/json").result(job.result());
        } catch (ExecutionException | CancellationException e) {
            failure(e).answer(context);
        }
    }

    private void stream(Context context, ClientEndPoint client, Jobs.Job job) throws IOException, InterruptedException {
        context.contentType(EVENT_STREAM).header("Cache-Control", "no-store").header("Vary", ACCEPT_ENCODING);
        try (OutputStream out = body(context)) {
            stream(out, client, job);
        }
    }

    /** Compressed, if the client can read that: a grid of digits is black for the most part. */
    private static OutputStream body(Context context) throws IOException {
        QuotedQualityCSV codings = new QuotedQualityCSV();
        codings.addValue(String.valueOf(context.header(ACCEPT_ENCODING)));
        OutputStream out = context.res().getOutputStream();
        if (!codings.getValues().contains(GZIP)) {
            return out;
        }
        context.header("Content-Encoding", GZIP);
        return new GZIPOutputStream(out, true);
    }

    private void stream(OutputStream out, ClientEndPoint client, Jobs.Job job)
            throws IOException, InterruptedException {
        write(out, ":\n\n");
        for (String event = job.event(ROUND); event != Jobs.END; event = job.event(ROUND)) {
            if (client.isGone()) {
                write(out, event("problem", gson.toJson(gone())));
                return;
            }
            // Without an event, a comment keeps proxies from closing a silent connection.
            write(out, event == null ? ":\n\n" : event("progress", event));
        }
        String last;
        try {
            last = event("result", job.result());
        } catch (ExecutionException | CancellationException e) {
            last = event("problem", gson.toJson(failure(e)));
        }
        write(out, last);
    }

    private static Problem failure(Exception e) {
        if (e.getCause() instanceof InvalidRequestException invalid) {
            return Problem.of(invalid);
        }
        LOG.error("a job failed", e);
        return Problem.of(HttpStatus.INTERNAL_SERVER_ERROR, "the job failed. The server's log says more");
    }

    /** Returns the answer to a client that has closed only its own half of the connection, and still reads. */
    private static Problem gone() {
        return Problem.of(
                HttpStatus.BAD_REQUEST,
                "the connection was closed before the answer, which stops the job. Keep it open in both directions");
    }

    private static String event(String name, String data) {
        return "event: " + name + "\ndata: " + data + "\n\n";
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
