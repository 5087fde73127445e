package io.github.mnistebm.web;

import com.google.gson.Gson;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers a request with what a job gives: as JSON, or, where the client asks for {@code text/event-stream}, as server-sent events of
 * its progress and at last its result. While a job waits or runs something is written every now and then, because only a write tells
 * that a client has gone away: blanks, which JSON allows before a value, or comments.
 */
final class Answer {

    private static final Logger LOG = LoggerFactory.getLogger(Answer.class);

    private static final String EVENT_STREAM = "text/event-stream";
    private static final int RETRY_SECONDS = 2;
    private static final long HEARTBEAT_MILLISECONDS = 500;

    private final Jobs jobs;
    private final Gson gson;

    Answer(Jobs jobs, Gson gson) {
        this.jobs = jobs;
        this.gson = gson;
    }

    /** Runs a job and answers with its result. */
    void deliver(Context context, Jobs.Work work) throws IOException {
        Jobs.Job job;
        try {
            job = jobs.submit(work);
        } catch (RejectedExecutionException e) {
            context.header("Retry-After", String.valueOf(RETRY_SECONDS));
            Problem.of(
                            HttpStatus.TOO_MANY_REQUESTS,
                            Jobs.QUEUE_LENGTH + " jobs are waiting already. Try again in " + RETRY_SECONDS + " seconds")
                    .answer(context);
            return;
        }
        boolean stream = String.valueOf(context.header("Accept")).contains(EVENT_STREAM);
        try {
            if (stream) {
                stream(context.res(), job);
            } else {
                once(context, job);
            }
        } catch (IOException e) {
            job.cancel();
            throw e;
        } catch (InterruptedException e) {
            job.cancel();
            Thread.currentThread().interrupt();
        }
    }

    private void once(Context context, Jobs.Job job) throws IOException, InterruptedException {
        HttpServletResponse response = context.res();
        while (!job.isDone()) {
            if (job.event(HEARTBEAT_MILLISECONDS) == null && !job.isDone()) {
                response.setContentType("application/json");
                response.getOutputStream().write(' ');
                response.flushBuffer();
            }
        }
        try {
            byte[] json = bytes(gson.toJson(job.result()));
            response.setContentType("application/json");
            response.getOutputStream().write(json);
        } catch (ExecutionException | CancellationException e) {
            LOG.error("a job failed", e);
            // Where blanks have gone out already, nothing comes after them: no JSON, which no client takes for a
            // result.
            if (!response.isCommitted()) {
                failure().answer(context);
            }
        }
    }

    private void stream(HttpServletResponse response, Jobs.Job job) throws IOException, InterruptedException {
        response.setContentType(EVENT_STREAM);
        response.setHeader("Cache-Control", "no-store");
        OutputStream out = response.getOutputStream();
        comment(out);
        while (!job.isDone()) {
            Object event = job.event(HEARTBEAT_MILLISECONDS);
            if (event == null) {
                comment(out);
            } else {
                event(out, "progress", event);
            }
        }
        for (Object event = job.event(0); event != null; event = job.event(0)) {
            event(out, "progress", event);
        }
        Object last;
        String name = "result";
        try {
            last = job.result();
        } catch (ExecutionException | CancellationException e) {
            LOG.error("a job failed", e);
            name = "problem";
            last = failure();
        }
        // Outside of the try: here too a write may find that the client has gone.
        event(out, name, last);
    }

    private static Problem failure() {
        return Problem.of(HttpStatus.INTERNAL_SERVER_ERROR, "the job failed. The server's log says more");
    }

    private static void comment(OutputStream out) throws IOException {
        out.write(bytes(":\n\n"));
        out.flush();
    }

    private void event(OutputStream out, String name, Object data) throws IOException {
        out.write(bytes("event: " + name + "\ndata: " + gson.toJson(data) + "\n\n"));
        out.flush();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
