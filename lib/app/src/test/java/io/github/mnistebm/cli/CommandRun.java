package io.github.mnistebm.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The result of a command that ran in this process.
 *
 * @param code the exit code
 * @param out the text of the standard output
 * @param err the text of the standard error
 */
record CommandRun(int code, String out, String err) {

    static CommandRun of(String... arguments) {
        return interruptedAfter(null, arguments);
    }

    /** Runs a command, and interrupts it as Ctrl-C does, once it has printed a text. */
    static CommandRun interruptedAfter(String text, String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream newOut = new ByteArrayOutputStream();
        ByteArrayOutputStream newErr = new ByteArrayOutputStream();
        Thread command = Thread.currentThread();
        System.setOut(new PrintStream(newOut, true, StandardCharsets.UTF_8) {
            @Override
            public void write(byte[] bytes, int offset, int length) {
                super.write(bytes, offset, length);
                if (text != null && newOut.toString(StandardCharsets.UTF_8).contains(text)) {
                    command.interrupt();
                }
            }
        });
        System.setErr(new PrintStream(newErr, true, StandardCharsets.UTF_8));
        try {
            int code = Main.execute(arguments);
            return new CommandRun(
                    code, newOut.toString(StandardCharsets.UTF_8), newErr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
            Thread.interrupted();
        }
    }
}
