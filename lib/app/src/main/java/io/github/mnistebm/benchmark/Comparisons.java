package io.github.mnistebm.benchmark;

import io.github.mnistebm.benchmark.SpeedBenchmark.Result;
import io.github.mnistebm.plot.ImageGrid;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.apache.commons.statistics.descriptive.Median;

/** Measures rows of the benchmark: this library's process and a peer's, by turns. */
final class Comparisons {

    private static final String PYTORCH = "torch";
    private static final String TORCHEBM = "torchebm";

    /** Seconds. */
    private static final double WARM_UP = 6;

    private final SpeedBenchmark benchmark;
    private final int cores = Runtime.getRuntime().availableProcessors();
    private final Map<Integer, Double> peaks = new HashMap<>();

    Comparisons(SpeedBenchmark benchmark) {
        this.benchmark = benchmark;
    }

    /** Multiplications a second of a product of large matrices, measured at the first call for so many threads. */
    private double peak(int threads) throws IOException {
        Double known = peaks.get(threads);
        if (known != null) {
            return known;
        }
        peaks.put(threads, Math.pow(Work.MATRIX, 3) / least(Work.matmul(), threads));
        return peaks.get(threads);
    }

    /** Returns the least of ten times, in seconds, which other work of the machine disturbs least. */
    static double least(Work work, int threads) throws IOException {
        double least = Double.POSITIVE_INFINITY;
        try (Peer worker = Peer.start(ours(), work, threads)) {
            for (int round = 0; round < 10; round++) {
                least = Math.min(least, worker.measure());
            }
        }
        return least;
    }

    Result compare(String name, String unit, double units, double products, Work work, String library, int threads)
            throws IOException {
        int times = work.isRepeated() ? benchmark.rounds() : 1;
        double[] seconds = new double[times];
        double[] peerSeconds = new double[times];
        try (Peer peer = Peer.start(theirs(library), work, threads);
                Peer worker = Peer.start(ours(), work, threads)) {
            if (work.isRepeated()) {
                warmUp(worker, WARM_UP);
                warmUp(peer, WARM_UP);
            }
            for (int round = 0; round < times; round++) {
                seconds[round] = worker.measure();
                peerSeconds[round] = peer.measure();
            }
            double[] memory = {worker.peakMemory(), peer.peakMemory()};
            double share = products / median(seconds) / peak(threads);
            return result(name, unit, units, library, threads, seconds, peerSeconds, memory, share);
        } catch (Peer.UnavailableException e) {
            return unavailable(name, unit, library, threads, e.getMessage());
        }
    }

    private static Result unavailable(String name, String unit, String library, int threads, String reason) {
        double none = Double.NaN;
        return new Result(
                name, unit, library, threads, none, none, none, none, none, none, none, none, none, none, none, none,
                reason);
    }

    /** For a just-in-time compiler: the deep energy takes 9.0 ms a step at first, and 6.5 ms after some seconds. */
    static void warmUp(Peer peer, double seconds) throws IOException {
        double spent = 0;
        while (spent < seconds) {
            spent += peer.measure();
        }
    }

    private static Result result(
            String name,
            String unit,
            double units,
            String library,
            int threads,
            double[] seconds,
            double[] peerSeconds,
            double[] memory,
            double share) {
        double[] ratios = new double[seconds.length];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] = peerSeconds[round] / seconds[round];
        }
        return new Result(
                name,
                unit,
                library,
                threads,
                units / median(seconds),
                units / Arrays.stream(seconds).max().orElseThrow(),
                units / Arrays.stream(seconds).min().orElseThrow(),
                units / median(peerSeconds),
                units / Arrays.stream(peerSeconds).max().orElseThrow(),
                units / Arrays.stream(peerSeconds).min().orElseThrow(),
                median(ratios),
                Arrays.stream(ratios).min().orElseThrow(),
                Arrays.stream(ratios).max().orElseThrow(),
                memory[0],
                memory[1],
                share,
                null);
    }

    /** Digits, from the start of the process to the file: a picture if there are few. */
    Result infer(int number, int times) throws IOException {
        Path folder = Files.createTempDirectory("bench");
        Path picture = folder.resolve(number <= ImageGrid.MAX_IMAGES ? "digits.png" : "digits.npz");
        String images = Integer.toString(number);
        List<String> ours = inferring(benchmark.model(), number, picture);
        List<String> theirs = List.of(
                benchmark.python().toString(),
                benchmark.peers().resolve("infer.py").toString(),
                benchmark.model().toString(),
                images,
                picture.toString());
        double[] seconds = new double[times];
        double[] peerSeconds = new double[times];
        double[] memory = new double[2];
        try {
            for (int round = 0; round < times; round++) {
                seconds[round] = process(ours, picture, memory, 0);
                peerSeconds[round] = process(theirs, picture, memory, 1);
            }
        } finally {
            Files.deleteIfExists(picture);
            Files.delete(folder);
        }
        return result(
                "infer, " + images + " images, from start to " + (number <= ImageGrid.MAX_IMAGES ? "picture" : "file"),
                "runs",
                1,
                PYTORCH,
                cores,
                seconds,
                peerSeconds,
                memory,
                Double.NaN);
    }

    /** Runs a process that writes a file; returns the seconds, and keeps the most memory that it had. */
    static double process(List<String> command, Path expected, double[] memory, int index) throws IOException {
        Files.deleteIfExists(expected);
        long start = System.nanoTime();
        Process process = Peer.inItsEnvironment(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            while (!process.waitFor(5, TimeUnit.MILLISECONDS)) {
                double resident = Peer.peakMemory(process.pid());
                // No number once the process has ended.
                if (resident > memory[index]) {
                    memory[index] = resident;
                }
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (process.exitValue() != 0 || !Files.exists(expected)) {
            throw new IOException("no file came of " + String.join(" ", command));
        }
        return seconds;
    }

    /** From the start of a process until PyTorch is loaded and has made two matrices. */
    Result startUp() throws IOException {
        double[] seconds = new double[benchmark.rounds()];
        double[] peerSeconds = new double[benchmark.rounds()];
        double[] memory = new double[2];
        for (int round = 0; round < benchmark.rounds(); round++) {
            long start = System.nanoTime();
            try (Peer worker = Peer.start(ours(), Work.matmul(), cores)) {
                seconds[round] = (System.nanoTime() - start) / 1e9;
                memory[0] = worker.peakMemory();
            }
            start = System.nanoTime();
            try (Peer peer = Peer.start(theirs(PYTORCH), Work.matmul(), cores)) {
                peerSeconds[round] = (System.nanoTime() - start) / 1e9;
                memory[1] = peer.peakMemory();
            }
        }
        return result("start-up", "starts", 1, PYTORCH, cores, seconds, peerSeconds, memory, Double.NaN);
    }

    static List<String> ours() {
        return java("bench", "worker");
    }

    /** Returns the command that draws images into a file. */
    static List<String> inferring(Path model, long images, Path file) {
        return java(
                "infer", "--model", model.toString(), "--num-images", Long.toString(images), "--out", file.toString());
    }

    /** This program as it was started itself. */
    private static List<String> java(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add("io.github.mnistebm.cli.Main");
        command.addAll(List.of(arguments));
        return command;
    }

    private List<String> theirs(String library) {
        Path interpreter = library.equals(TORCHEBM) ? benchmark.torchEbmPython() : benchmark.python();
        return List.of(
                interpreter.toString(), benchmark.peers().resolve("peer.py").toString(), library);
    }

    static double median(double[] values) {
        return Median.withDefaults().withCopy(true).evaluate(values);
    }
}
