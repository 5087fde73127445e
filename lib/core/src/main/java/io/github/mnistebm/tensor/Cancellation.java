package io.github.mnistebm.tensor;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** Ends a long computation whose thread is interrupted. */
public final class Cancellation {

    private Cancellation() {}

    /**
     * Throws an exception if the thread is interrupted. The thread stays interrupted.
     *
     * @throws CancellationException if the thread is interrupted
     */
    public static void check() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("interrupted");
        }
    }

    /**
     * Throws an exception with the number of steps done if the thread is interrupted. The thread stays interrupted.
     *
     * @param done the number of steps done
     * @param total the number of steps that were to be done
     * @throws CancellationException if the thread is interrupted
     */
    public static void checkSteps(int done, int total) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("sampling was interrupted after " + done + " of " + total + " steps");
        }
    }

    /**
     * Waits for a computation that cannot check for interruptions itself. After an interruption it runs on, and its result is discarded.
     *
     * @param <T> the type of the result
     * @param computation the computation; it must not use arrays of the engine, which could be closed meanwhile
     * @return the result
     * @throws CancellationException if the thread is interrupted; it stays so
     */
    public static <T> T await(Supplier<T> computation) {
        try {
            return CompletableFuture.supplyAsync(computation).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }
}
