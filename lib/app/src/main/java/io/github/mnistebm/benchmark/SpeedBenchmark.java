package io.github.mnistebm.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.commons.statistics.descriptive.Median;

/**
 * Times this library and Python's libraries at the same work, each in a process of its own. The two alternate within one run, so that
 * other load of the machine falls on both.
 *
 * @param python an interpreter with the packages of {@code environment/bench/requirements.txt}
 * @param peers the folder of the peers' scripts
 * @param mnist the folder of MNIST's files
 * @param model a trained model, to draw from
 * @param rounds the number of times that each measures, the training as a whole excepted, which is measured once; at least 1
 * @param epochs the number of epochs of the autoencoder in the training as a whole
 */
public record SpeedBenchmark(Path python, Path peers, Path mnist, Path model, int rounds, int epochs) {

    /**
     * A comparison.
     *
     * @param work the work that was done
     * @param unit the unit of the rates, per second
     * @param peer the library that this one was compared with
     * @param threads cores that both could use
     * @param rate this library's rate, median of the rounds
     * @param peerRate the peer's
     * @param ratio median over the rounds of the one by the other: above 1, this library is faster
     * @param leastRatio the least of a round
     * @param greatestRatio the greatest of a round
     * @param memory the most memory that this library's process had resident, MiB
     * @param peerMemory the peer's
     * @param shareOfPeak the multiplications a second of this work's matrices, as a share of those that a product of large matrices
     *     reaches on this machine; NaN if the work has hardly any
     */
    public record Result(
            String work,
            String unit,
            String peer,
            int threads,
            double rate,
            double peerRate,
            double ratio,
            double leastRatio,
            double greatestRatio,
            double memory,
            double peerMemory,
            double shareOfPeak) {}

    /** Seconds. */
    private static final double WARM_UP = 6;

    private static final String PYTORCH = "torch";
    private static final List<Integer> SMALL = List.of(8);
    private static final List<Integer> MEDIUM = List.of(256);
    private static final List<Integer> DEEP = List.of(512, 512, 512);

    /**
     * Measures everything.
     *
     * @param listener the consumer of each result
     * @return all results
     * @throws IOException if a process fails
     * @throws CancellationException if the thread is interrupted; it stays so
     */
    public List<Result> run(Consumer<Result> listener) throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        List<Result> results = new ArrayList<>();
        Consumer<Result> add = result -> {
            results.add(result);
            listener.accept(result);
        };
        double peak = peak(cores);
        String data = mnist.toAbsolutePath().toString();
        for (int batch : new int[] {64, 256}) {
            int images = 12_800;
            // Forward, backward to the weights and to the inputs.
            double products = 3.0 * images * 2 * (784 * 1024 + 1024 * 4);
            Work work = Work.autoencoder(batch, images, data);
            add.accept(compare("autoencoder, batch " + batch, "images", images, products, work, PYTORCH, cores, peak));
        }
        Work[] samplers = {
            Work.sampler("mala", 64, 4, SMALL, 4000),
            Work.sampler("mala", 64, 16, MEDIUM, 2000),
            Work.sampler("mala", 8192, 4, SMALL, 400),
            Work.sampler("mala", 8192, 16, MEDIUM, 60),
            Work.sampler("mala", 512, 16, DEEP, 60)
        };
        for (Work work : samplers) {
            for (String peer : List.of(PYTORCH, "blackjax")) {
                add.accept(sampler(work, peer, cores, peak));
            }
            Work unadjusted =
                    Work.sampler("ula", work.chains(), work.dimension(), work.hidden(), Math.max(60, work.steps() / 2));
            add.accept(sampler(unadjusted, "torchebm", cores, peak));
        }
        int updates = 100;
        add.accept(compare(
                "CD update, 8192 chains from data, d = 4, h = 8",
                "updates",
                updates,
                Double.NaN,
                Work.divergence(4, 8, 1024, 8, false, updates),
                PYTORCH,
                cores,
                peak));
        add.accept(compare(
                "CD update, 512 persistent chains, d = 16, h = 256",
                "updates",
                updates,
                Double.NaN,
                Work.divergence(16, 256, 512, 1, true, updates),
                PYTORCH,
                cores,
                peak));
        for (int threads = 1; threads <= cores; threads *= 2) {
            for (int chains : new int[] {16, 256, 4096, 65_536, 1_000_000}) {
                int steps = Math.max(20, Math.min(4000, 8_000_000 / chains));
                add.accept(sampler(Work.sampler("mala", chains, 4, SMALL, steps), PYTORCH, threads, Double.NaN));
            }
        }
        add.accept(infer(cores));
        add.accept(compare(
                "training of the seed project, " + epochs + " epochs",
                "trainings",
                1,
                Double.NaN,
                Work.training(epochs, data),
                PYTORCH,
                cores,
                peak));
        return results;
    }

    private Result sampler(Work work, String peer, int threads, double peak) throws IOException {
        String name = work.kind().toUpperCase(Locale.ROOT) + ", " + work.chains() + " chains, d = "
                + work.dimension() + ", h = "
                + String.join("×", work.hidden().stream().map(String::valueOf).toList());
        double products = 0;
        int inputs = work.dimension();
        for (int units : work.hidden()) {
            products += 2.0 * inputs * units;
            inputs = units;
        }
        double all = products * work.chains() * work.steps();
        double steps = (double) work.chains() * work.steps();
        return compare(name, "chain steps", steps, all, work, peer, threads, peak);
    }

    /** Multiplications a second. */
    private double peak(int threads) throws IOException {
        try (Peer worker = Peer.start(ours(), Work.matmul(), threads)) {
            double least = Double.POSITIVE_INFINITY;
            for (int round = 0; round < 10; round++) {
                least = Math.min(least, worker.measure());
            }
            return Math.pow(Work.MATRIX, 3) / least;
        }
    }

    private Result compare(
            String name,
            String unit,
            double units,
            double products,
            Work work,
            String library,
            int threads,
            double peak)
            throws IOException {
        int times = work.isRepeated() ? rounds : 1;
        double[] seconds = new double[times];
        double[] peerSeconds = new double[times];
        try (Peer worker = Peer.start(ours(), work, threads);
                Peer peer = Peer.start(theirs(library), work, threads)) {
            if (work.isRepeated()) {
                warmUp(worker);
                warmUp(peer);
            }
            for (int round = 0; round < times; round++) {
                seconds[round] = worker.measure();
                peerSeconds[round] = peer.measure();
            }
            double[] memory = {worker.peakMemory(), peer.peakMemory()};
            double share = products / median(seconds) / peak;
            return result(name, unit, units, library, threads, seconds, peerSeconds, memory, share);
        }
    }

    /** For a just-in-time compiler: the deep energy takes 9.0 ms a step at first, and 6.5 ms after some seconds. */
    private static void warmUp(Peer peer) throws IOException {
        double seconds = 0;
        while (seconds < WARM_UP) {
            seconds += peer.measure();
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
                units / median(peerSeconds),
                median(ratios),
                Arrays.stream(ratios).min().orElseThrow(),
                Arrays.stream(ratios).max().orElseThrow(),
                memory[0],
                memory[1],
                share);
    }

    /** Ten digits, from the start of the process to the picture. */
    private Result infer(int cores) throws IOException {
        Path folder = Files.createTempDirectory("bench");
        Path picture = folder.resolve("digits.png");
        String images = "10";
        List<String> ours =
                java("infer", "--model", model.toString(), "--num-images", images, "--out", picture.toString());
        List<String> theirs = List.of(
                python.toString(), peers.resolve("infer.py").toString(), model.toString(), images, picture.toString());
        double[] seconds = new double[rounds];
        double[] peerSeconds = new double[rounds];
        double[] memory = new double[2];
        try {
            for (int round = 0; round < rounds; round++) {
                seconds[round] = process(ours, picture, memory, 0);
                peerSeconds[round] = process(theirs, picture, memory, 1);
            }
        } finally {
            Files.deleteIfExists(picture);
            Files.delete(folder);
        }
        return result(
                "infer, " + images + " images, from start to picture",
                "runs",
                1,
                PYTORCH,
                cores,
                seconds,
                peerSeconds,
                memory,
                Double.NaN);
    }

    private static double process(List<String> command, Path expected, double[] memory, int index) throws IOException {
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
            throw new IOException("no picture came of " + String.join(" ", command));
        }
        return seconds;
    }

    private List<String> ours() {
        return java("bench", "worker");
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
        return List.of(python.toString(), peers.resolve("peer.py").toString(), library);
    }

    private static double median(double[] values) {
        return Median.withDefaults().withCopy(true).evaluate(values);
    }
}
