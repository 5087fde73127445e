package io.github.mnistebm.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * Times this library and Python's libraries at the same work, each in a process of its own. The two alternate within one run, so that
 * other load of the machine falls on both.
 *
 * @param python an interpreter with the packages of {@code environment/bench/requirements.txt}
 * @param torchEbmPython an interpreter with TorchEBM, which needs a later PyTorch than this library's engine
 * @param peers the folder of the peers' scripts
 * @param mnist the folder of MNIST's files
 * @param model a trained model, to draw from
 * @param rounds the number of times that each measures, the training as a whole excepted, which is measured once; at least 1
 * @param epochs the number of epochs of the autoencoder in the training of the seed project
 * @param only a part of the names of the rows to measure, the peer's in brackets included; empty for all of them
 */
public record SpeedBenchmark(
        Path python, Path torchEbmPython, Path peers, Path mnist, Path model, int rounds, int epochs, String only) {

    /**
     * A comparison.
     *
     * @param work the work that was done
     * @param unit the unit of the rates, per second
     * @param peer the library that this one was compared with
     * @param threads cores that both could use
     * @param rate this library's rate, median of the rounds
     * @param leastRate the least rate of a round
     * @param greatestRate the greatest rate of a round
     * @param peerRate the peer's; NaN, as all that is compared, if it cannot do the work on this machine
     * @param leastPeerRate the peer's least
     * @param greatestPeerRate the peer's greatest
     * @param ratio median over the rounds of the one by the other: above 1, this library is faster
     * @param leastRatio the least of a round
     * @param greatestRatio the greatest of a round
     * @param memory the most memory that this library's process had resident, MiB
     * @param peerMemory the peer's
     * @param shareOfPeak the multiplications a second of this work's matrices, as a share of those that a product of large matrices
     *     reaches on this machine; NaN if the work has hardly any
     * @param note the reason why there is no comparison; null if there is one
     */
    public record Result(
            String work,
            String unit,
            String peer,
            int threads,
            double rate,
            double leastRate,
            double greatestRate,
            double peerRate,
            double leastPeerRate,
            double greatestPeerRate,
            double ratio,
            double leastRatio,
            double greatestRatio,
            double memory,
            double peerMemory,
            double shareOfPeak,
            String note) {}

    private static final String PYTORCH = "torch";

    /** PyTorch as it is, with its fused optimizer, and compiled with that. */
    private static final List<String> TRAINERS = List.of(PYTORCH, "torch-fused", "torch-compiled");

    private static final List<String> SAMPLERS = List.of(PYTORCH, "torch-compiled", "blackjax", "ebmkit");
    private static final List<Integer> SMALL = List.of(8);
    private static final List<Integer> MEDIUM = List.of(256);
    private static final List<Integer> DEEP = List.of(512, 512, 512);

    /** The measurement of a row. */
    private interface Measurement {
        Result measure() throws IOException;
    }

    /** The rows so far. */
    private final class Rows {
        private final Comparisons comparisons;
        private final Consumer<Result> listener;
        private final List<Result> results = new ArrayList<>();

        Rows(Comparisons comparisons, Consumer<Result> listener) {
            this.comparisons = comparisons;
            this.listener = listener;
        }

        /** Measures a row unless it is not asked for. */
        void add(String name, String peer, Measurement measurement) throws IOException {
            if ((name + " (" + peer + ")").contains(only)) {
                Result result = measurement.measure();
                results.add(result);
                listener.accept(result);
            }
        }

        void add(String name, String unit, double units, double products, Work work, List<String> peers)
                throws IOException {
            add(name, unit, units, products, work, peers, Runtime.getRuntime().availableProcessors());
        }

        void add(String name, String unit, double units, double products, Work work, List<String> peers, int threads)
                throws IOException {
            for (String peer : peers) {
                add(name, peer, () -> comparisons.compare(name, unit, units, products, work, peer, threads));
            }
        }

        void addSampler(Work work, List<String> peers, int threads) throws IOException {
            String name = work.kind().toUpperCase(Locale.ROOT) + ", " + work.chains() + " chains, d = "
                    + work.dimension() + ", h = "
                    + String.join(
                            "×", work.hidden().stream().map(String::valueOf).toList());
            double steps = (double) work.chains() * work.steps();
            int gradients = work.kind().equals("hmc") ? Work.LEAPFROG_STEPS : 1;
            add(name, "chain steps", steps, gradients * work.multiplications() * steps, work, peers, threads);
        }
    }

    /**
     * Measures.
     *
     * @param listener the consumer of each result
     * @return all results
     * @throws IOException if a process fails
     * @throws CancellationException if the thread is interrupted; it stays so
     */
    public SpeedReport run(Consumer<Result> listener) throws IOException {
        Comparisons comparisons = new Comparisons(this);
        Rows rows = new Rows(comparisons, listener);
        addTrainings(rows);
        addSamplers(rows);
        addProcesses(rows, comparisons);
        return new SpeedReport(
                SpeedReport.thisMachine(),
                SpeedReport.ourVersions(),
                SpeedReport.versions(python, peers),
                SpeedReport.versions(torchEbmPython, peers),
                rounds,
                rows.results);
    }

    private void addTrainings(Rows rows) throws IOException {
        String data = mnist.toAbsolutePath().toString();
        for (int batch : new int[] {64, 256}) {
            int images = 12_800;
            // Forward, backward to the weights and to the inputs.
            double products = 3.0 * images * 2 * (784 * 1024 + 1024 * 4);
            Work work = Work.autoencoder(batch, images, data);
            rows.add("autoencoder, batch " + batch, "images", images, products, work, TRAINERS);
        }
        int all = 60_000;
        Work autoencoder = Work.defaultAutoencoder(all, data);
        rows.add("epoch of the default autoencoder", "images", all, Double.NaN, autoencoder, TRAINERS);
        Work energy = Work.defaultDivergence(all);
        rows.add("epoch of the default energy", "latents", all, Double.NaN, energy, TRAINERS);
        int updates = 100;
        rows.add(
                "CD update, 8192 chains from data, d = 4, h = 8",
                "updates",
                updates,
                Double.NaN,
                Work.divergence(4, 8, 1024, 8, false, updates),
                TRAINERS);
        rows.add(
                "CD update, 512 persistent chains, d = 16, h = 256",
                "updates",
                updates,
                Double.NaN,
                Work.divergence(16, 256, 512, 1, true, updates),
                TRAINERS);
        int iterations = 5;
        rows.add(
                "expectation maximization, 20,000 points, d = 28, 100 components",
                "iterations",
                iterations,
                Double.NaN,
                Work.mixture(28, 100, 20_000, iterations),
                List.of("sklearn"));
    }

    private void addSamplers(Rows rows) throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        Work[] samplers = {
            Work.sampler("mala", 64, 4, SMALL, 4000),
            Work.sampler("mala", 64, 16, MEDIUM, 2000),
            Work.sampler("mala", 8192, 4, SMALL, 400),
            Work.sampler("mala", 8192, 16, MEDIUM, 60),
            Work.sampler("mala", 512, 16, DEEP, 60)
        };
        for (Work work : samplers) {
            rows.addSampler(work, SAMPLERS, cores);
            Work unadjusted =
                    Work.sampler("ula", work.chains(), work.dimension(), work.hidden(), Math.max(60, work.steps() / 2));
            rows.addSampler(unadjusted, List.of("torchebm"), cores);
        }
        rows.addSampler(Work.sampler("hmc", 512, 16, MEDIUM, 40), List.of("blackjax", "ebmkit"), cores);
        for (int threads = 1; threads <= cores; threads *= 2) {
            for (int chains : new int[] {16, 256, 4096, 65_536, 1_000_000}) {
                int steps = Math.max(20, Math.min(4000, 8_000_000 / chains));
                rows.addSampler(Work.sampler("mala", chains, 4, SMALL, steps), List.of(PYTORCH), threads);
            }
        }
    }

    private void addProcesses(Rows rows, Comparisons comparisons) throws IOException {
        String data = mnist.toAbsolutePath().toString();
        rows.add("start-up", PYTORCH, comparisons::startUp);
        rows.add("infer, 10 images", PYTORCH, () -> comparisons.infer(10, rounds));
        rows.add("infer, 10000 images", PYTORCH, () -> comparisons.infer(10_000, 1));
        String seed = "training of the seed project, " + epochs + " epochs";
        rows.add(seed, "trainings", 1, Double.NaN, Work.training(epochs, data), TRAINERS);
        Work whole = Work.defaultTraining(data);
        rows.add("training of the default preset", "trainings", 1, Double.NaN, whole, TRAINERS);
    }
}
