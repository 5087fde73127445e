package io.github.mnistebm.cli.terminal;

import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;
import org.jline.utils.Signals;

/**
 * Turns the first Ctrl-C into an interruption of the thread that runs the command, which then puts things away and ends;
 * a second one ends the process at once. A shutdown hook would not do: while the process shuts down, Java refuses the
 * steps that putting away needs.
 */
public final class Interruption {

    /** The exit code that a shell reports for a command that Ctrl-C has ended. */
    public static final int EXIT_CODE = 130;

    private static final String CTRL_C = "INT";

    private static boolean happened;
    private static boolean shielded;

    private Interruption() {}

    /** Listens from now on, for the calling thread. */
    public static void listen() {
        Thread command = Thread.currentThread();
        Signals.register(CTRL_C, () -> interrupt(command));
    }

    private static synchronized void interrupt(Thread command) {
        happened = true;
        Signals.registerDefault(CTRL_C);
        if (!shielded) {
            command.interrupt();
        }
    }

    /** Clears an interruption of the calling thread and spares it further ones: the command then writes its results to the end. */
    public static synchronized void shield() {
        shielded = true;
        Thread.interrupted();
    }

    /** Returns whether an exception says that the thread was interrupted. */
    public static boolean isCauseOf(Exception e) {
        return e instanceof CancellationException || e instanceof ClosedByInterruptException;
    }

    /** Returns whether there was a Ctrl-C. */
    public static synchronized boolean happened() {
        return happened;
    }
}
