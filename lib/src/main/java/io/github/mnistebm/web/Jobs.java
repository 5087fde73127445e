package io.github.mnistebm.web;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Runs jobs one after the other on a thread of its own. A few may wait; more are turned away. */
final class Jobs implements AutoCloseable {

    /** How many jobs may wait. */
    static final int QUEUE_LENGTH = 8;

    /** Events that a slow reader may lag behind; later ones are dropped, the result never. */
    private static final int EVENTS = 64;

    private final ThreadPoolExecutor worker = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE_LENGTH),
            runnable -> new Thread(runnable, "jobs"));

    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong finished = new AtomicLong();
    private final AtomicLong cancelled = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    /**
     * What became of the jobs so far.
     *
     * @param accepted all that were not turned away
     * @param finished those that came to their end
     * @param cancelled those whose client went away
     * @param failed those that ended with an error
     * @param waiting those whose turn has not come
     */
    record Counts(long accepted, long finished, long cancelled, long failed, int waiting) {}

    /** Something to compute; tells of its progress by events. */
    @FunctionalInterface
    interface Work {
        Object run(Consumer<Object> progress) throws Exception;
    }

    /** A job that was accepted. */
    final class Job {
        private final BlockingQueue<Object> events = new ArrayBlockingQueue<>(EVENTS);
        private final Future<Object> future;
        private final AtomicBoolean counted = new AtomicBoolean();

        private Job(Work work) {
            Callable<Object> task = () -> work.run(events::offer);
            future = worker.submit(task);
            accepted.incrementAndGet();
        }

        /** Waits for the next event; null if none came in time. */
        Object event(long milliseconds) throws InterruptedException {
            return events.poll(milliseconds, TimeUnit.MILLISECONDS);
        }

        boolean isDone() {
            return future.isDone();
        }

        /** Returns the result of a job that is done. */
        Object result() throws ExecutionException, InterruptedException {
            try {
                Object result = future.get();
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

        /** Stops the job: its client has gone away. */
        void cancel() {
            count(cancelled);
            future.cancel(true);
            // Its place is another's now.
            worker.remove((Runnable) future);
        }
    }

    /**
     * Takes on a job.
     *
     * @throws RejectedExecutionException if too many wait, or no more are taken
     */
    Job submit(Work work) {
        return new Job(work);
    }

    Counts counts() {
        return new Counts(
                accepted.get(),
                finished.get(),
                cancelled.get(),
                failed.get(),
                worker.getQueue().size());
    }

    @Override
    public void close() {
        worker.shutdownNow();
        try {
            worker.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
