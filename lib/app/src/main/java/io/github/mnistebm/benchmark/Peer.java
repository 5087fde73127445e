package io.github.mnistebm.benchmark;

import io.github.mnistebm.tensor.Cancellation;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that does one work again and again, ours or a peer's. */
final class Peer implements AutoCloseable {

    /** The reason why a peer cannot do a work on this machine. */
    static final class UnavailableException extends IOException {
        private static final long serialVersionUID = 1;

        UnavailableException(String reason) {
            super(reason);
        }
    }

    /** The beginning of the line of a peer that cannot do its work on this machine. */
    private static final String UNAVAILABLE = "unavailable: ";

    private final List<String> command;
    private final Process process;
    private final BufferedReader out;
    private final BufferedWriter in;

    private Peer(List<String> command, Process process) {
        this.command = command;
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.in = process.outputWriter(StandardCharsets.UTF_8);
    }

    /**
     * Starts the process and waits until it is ready.
     *
     * @param command the process, without its work
     * @param work the work to do
     * @param threads the number of cores that it may use
     * @return the process
     * @throws UnavailableException if it says that it cannot do the work on this machine
     * @throws IOException if it does not come to be ready
     */
    static Peer start(List<String> command, Work work, int threads) throws IOException {
        return start(command, work.toJson(), threads);
    }

    /**
     * Starts the process and waits until it is ready.
     *
     * @param command the process, without its work
     * @param work the work to do, in JSON
     * @param threads the number of cores that it may use
     * @return the process
     * @throws UnavailableException if it says that it cannot do the work on this machine
     * @throws IOException if it does not come to be ready
     */
    static Peer start(List<String> command, String work, int threads) throws IOException {
        List<String> whole = new ArrayList<>(onCores(threads));
        whole.addAll(command);
        whole.add(work);
        Peer peer = new Peer(whole, builder(whole, threads).start());
        try {
            peer.expect("ready");
            return peer;
        } catch (IOException | RuntimeException e) {
            peer.close();
            throw e;
        }
    }

    /** Binds a process to the first cores, which every library takes its number of threads from. */
    static List<String> onCores(int threads) {
        return threads >= Runtime.getRuntime().availableProcessors()
                ? List.of()
                : List.of("taskset", "--cpu-list", "0-" + (threads - 1));
    }

    private static ProcessBuilder builder(List<String> command, int threads) {
        ProcessBuilder builder = inItsEnvironment(command);
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        return builder;
    }

    /** A process of Python runs as its users would start it, without the settings that {@code environment/java.env} made for ours. */
    static ProcessBuilder inItsEnvironment(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        if (command.stream().anyMatch(word -> word.endsWith(".py"))) {
            builder.environment()
                    .keySet()
                    .removeIf(name -> name.startsWith("MALLOC_")
                            || name.equals("GOMP_SPINCOUNT")
                            || name.equals("TORCH_CPP_LOG_LEVEL"));
        }
        return builder;
    }

    private String line() throws IOException {
        String line = Cancellation.await(this::nextLine);
        if (line == null) {
            throw new IOException("the process ended before its work was done: " + String.join(" ", command));
        }
        return line;
    }

    private String nextLine() {
        try {
            return out.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void expect(String word) throws IOException {
        String line = line();
        if (line.startsWith(UNAVAILABLE)) {
            throw new UnavailableException(line.substring(UNAVAILABLE.length()));
        }
        if (!line.equals(word)) {
            throw new IOException(
                    "expected \"" + word + "\", found \"" + line + "\" from " + String.join(" ", command));
        }
    }

    /** Does the work once; returns the seconds. */
    double measure() throws IOException {
        return measure("");
    }

    /** Does the work once with what a line says; returns the seconds. */
    double measure(String order) throws IOException {
        in.write(order);
        in.newLine();
        in.flush();
        return Double.parseDouble(line());
    }

    /** The most memory that the process has had resident, in MiB; NaN where the system does not report it. */
    double peakMemory() {
        return peakMemory(process.pid());
    }

    static double peakMemory(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
                }
            }
        } catch (IOException e) {
            // Not on Linux, or the process has just ended.
        }
        return Double.NaN;
    }

    @Override
    public void close() {
        try {
            in.close();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
