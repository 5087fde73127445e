package io.github.mnistebm.web;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs jobs one after the other on a thread of its own. A few may wait; more are turned away. */
final class Jobs implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

    /** The number of jobs that may wait. */
    static final int QUEUE_LENGTH = 8;

    /** The time that accepted jobs have once no more are taken. */
    static final Duration DRAIN = Duration.ofMinutes(1);

    /** The marker after a job's last event. */
    static final String END = "end";

    /** Events that a slow reader may lag behind; later ones are dropped, the result never. */
    private static final int EVENTS = 64;

    private final ThreadPoolExecutor worker = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE_LENGTH),
            runnable -> new Thread(runnable, "jobs"));

    private volatile Future<?> preparation = CompletableFuture.completedFuture(null);

    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong finished = new AtomicLong();
    private final AtomicLong cancelled = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    /**
     * The numbers of jobs by their outcome so far.
     *
     * @param accepted all that were not turned away
     * @param finished those that came to their end
     * @param cancelled those whose client went away
     * @param failed those that ended with an error
     * @param waiting those whose turn has not come
     */
    record Counts(long accepted, long finished, long cancelled, long failed, int waiting) {}

    /** Work to compute, which reports its progress by events. */
    @FunctionalInterface
    interface Work<T> {
        T run(Consumer<T> progress) throws Exception;
    }

    /** A job that was accepted. */
    final class Job {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        private final FutureTask<String> task;
        private final AtomicBoolean counted = new AtomicBoolean();

        private Job(Work<String> work, Runnable whenDone) {
            task = new FutureTask<>(() -> work.run(this::offer)) {
                @Override
                protected void done() {
                    whenDone.run();
                    events.add(END);
                }
            };
            worker.execute(task);
            accepted.incrementAndGet();
        }

        private void offer(String event) {
            if (events.size() < EVENTS) {
                events.add(event);
            }
        }

        /** Waits for the next event, or for {@link #END}, which comes as soon as the job is done. Returns null if neither comes in time. */
        String event(Duration patience) throws InterruptedException {
            return events.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        }

        /** Returns the result of a job that is done. */
        String result() throws ExecutionException, InterruptedException {
            try {
                String result = task.get();
                count(finished);
                return result;
            } catch (ExecutionException | CancellationException e) {
                count(failed);
                throw e;
            }
        }

        /** Counts the job once: a client may go away while the result of a finished job is on its way. */
        private void count(AtomicLong outcome) {
            if (counted.compareAndSet(false, true)) {
                outcome.incrementAndGet();
            }
        }

        /** Stops the job, unless its result has been taken: its client has gone away. */
        void cancel() {
            count(cancelled);
            task.cancel(true);
            // The place in the queue is free for another job.
            worker.remove(task);
        }
    }

    /**
     * Takes on a job.
     *
     * @param work the work to compute
     * @param whenDone the action after the job has ended, however it ended
     * @return the job
     * @throws RejectedExecutionException if too many wait, or no more are taken
     */
    Job submit(Work<String> work, Runnable whenDone) {
        return new Job(work, whenDone);
    }

    /**
     * Computes what later jobs need, part by part, until a job waits.
     *
     * @param parts the parts; one that fails is left to the job that needs it, which says so
     */
    void prepare(List<Callable<?>> parts) {
        preparation = worker.submit(() -> {
            for (Callable<?> part : parts) {
                if (!worker.getQueue().isEmpty() || isDraining()) {
                    return;
                }
                try {
                    part.call();
                } catch (Exception e) {
                    LOG.debug("a part of the preparation failed", e);
                }
            }
        });
    }

    Counts counts() {
        return new Counts(
                accepted.get(),
                finished.get(),
                cancelled.get(),
                failed.get(),
                worker.getQueue().size());
    }

    /** Returns whether no more jobs are taken. */
    boolean isDraining() {
        return worker.isShutdown();
    }

    /** Takes no more jobs, waits a minute at most for those accepted, and stops the rest. */
    @Override
    public void close() {
        worker.shutdown();
        preparation.cancel(true);
        try {
            if (!worker.awaitTermination(DRAIN.toSeconds(), TimeUnit.SECONDS)) {
                worker.shutdownNow().forEach(waiting -> ((FutureTask<?>) waiting).cancel(false));
                worker.awaitTermination(DRAIN.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
