package io.github.mnistebm.cli;

import java.util.concurrent.atomic.AtomicBoolean;

/** Turns Ctrl-C into an interruption of the thread that runs the command, and waits until it has put things away. */
final class Interruption {

    private static final long PATIENCE_MILLIS = 60_000;

    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicBoolean interrupted = new AtomicBoolean();

    private Interruption() {}

    static Interruption ofCurrentThread() {
        Interruption interruption = new Interruption();
        Thread command = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> interruption.end(command), "interruption"));
        return interruption;
    }

    private void end(Thread command) {
        interrupted.set(true);
        if (done.get()) {
            return;
        }
        command.interrupt();
        try {
            command.join(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Notes that the command is done; false if it was interrupted, and the process is ending already. */
    boolean commandIsDone() {
        done.set(true);
        return !interrupted.get();
    }
}
