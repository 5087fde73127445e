package io.github.mnistebm.benchmark;

import io.github.mnistebm.model.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Measures the speed of this library against the size of the work, each point in a process of its own: images a second of {@code infer}, start-up
 * included, against the number of images; and steps a second of all chains of the Metropolis-adjusted Langevin algorithm against the dimension
 * of the latents, the number of chains and the number of components. The energy is that of the default preset but for the size that varies.
 *
 * <p>Beside each speed of chains stand two limits. One is the speed at which the products of matrices would run as fast as one of large square
 * matrices. The other is the speed at which the arrays that a step writes and reads again would pass at the speed of memory; arrays that fit
 * in the processor's caches may pass faster.
 *
 * @param model the folder of the model whose images are drawn
 * @param mostImages the greatest number of images; at least 10
 * @param rounds the number of times that each point is measured; at least 1
 * @param only a part of the names of the curves to measure; empty for all of them
 */
public record ScaleBenchmark(Path model, long mostImages, int rounds, String only) {

    private static final int DIMENSION = Setting.LATENT_DIMENSION.value();
    private static final int COMPONENTS = Setting.REFERENCE_COMPONENTS.value();
    private static final int CHAINS = 1000;

    /** The multiplications of a measurement, about half a second of work. */
    private static final double WORK = 4e10;

    private static final int MOST_STEPS = 2000;

    /** Seconds before a measurement, in which the loops are compiled. */
    private static final double WARM_UP = 2;

    /**
     * A point of a curve.
     *
     * @param curve the name of the size that varies
     * @param size the size
     * @param unit the unit of the speeds
     * @param speed the median speed, a second
     * @param limitOfProducts the speed that the products of matrices allow; NaN for images
     * @param limitOfMemory the speed that memory allows; NaN for images
     * @param memory the most memory that the process had resident, MiB
     */
    public record Point(
            String curve,
            long size,
            String unit,
            double speed,
            double limitOfProducts,
            double limitOfMemory,
            double memory) {}

    /** The speed of the machine: multiplications and bytes a second. */
    private record Machine(double products, double bytes) {}

    /**
     * Measures all points.
     *
     * @param listener called with each point
     * @return the points
     * @throws IOException if a process fails
     * @throws CancellationException if the thread is interrupted
     */
    public List<Point> run(Consumer<Point> listener) throws IOException {
        List<Point> points = new ArrayList<>();
        Consumer<Point> all = listener.andThen(points::add);
        if ("images".contains(only)) {
            for (long images = 10; images <= mostImages; images *= 10) {
                all.accept(images(images));
            }
        }
        Machine machine = null;
        for (String curve : List.of("latents", "chains", "components")) {
            if (curve.contains(only)) {
                machine = machine == null ? machine() : machine;
                for (Work work : works(curve)) {
                    all.accept(chains(curve, work, machine));
                }
            }
        }
        return points;
    }

    private static List<Work> works(String curve) {
        return switch (curve) {
            case "latents" ->
                IntStream.of(4, 8, 16, 32, 64, 128, 256)
                        .mapToObj(dimension -> sized(CHAINS, dimension, COMPONENTS))
                        .toList();
            case "chains" ->
                IntStream.of(1, 10, 100, 1000, 10_000, 100_000, 1_000_000)
                        .mapToObj(chains -> sized(chains, DIMENSION, COMPONENTS))
                        .toList();
            default ->
                IntStream.of(1, 3, 10, 30, 100, 300, 1000)
                        .mapToObj(components -> sized(CHAINS, DIMENSION, components))
                        .toList();
        };
    }

    private static Work sized(int chains, int dimension, int components) {
        Work one = Work.scaled(chains, dimension, components, 1);
        long steps = Math.max(1, Math.min(MOST_STEPS, Math.round(WORK / (chains * multiplications(one)))));
        return Work.scaled(chains, dimension, components, (int) steps);
    }

    /** Energy and gradient of a state: each weight once forward and once backward, and each precision in the energy and in the gradient. */
    static double multiplications(Work work) {
        double network = work.dimension() * work.hidden().get(0);
        for (int layer = 1; layer < work.hidden().size(); layer++) {
            network += work.hidden().get(layer - 1) * work.hidden().get(layer);
        }
        return 2 * network + 2.0 * work.components() * work.dimension() * work.dimension();
    }

    /**
     * The numbers that a step of a chain writes and reads again: of each hidden unit its input, output and slope, and the signal that comes back; the
     * products of coordinates and the mean precision; of each component the exponent and the share.
     */
    static double numbers(Work work) {
        double units = work.hidden().stream().mapToInt(each -> each).sum();
        return 2 * (4 * units + 2.0 * work.dimension() * work.dimension() + 2 * work.components());
    }

    private Point chains(String curve, Work work, Machine machine) throws IOException {
        double[] seconds = new double[rounds];
        int threads = Runtime.getRuntime().availableProcessors();
        try (Peer worker = Peer.start(Comparisons.ours(), work, threads)) {
            for (double spent = 0; spent < WARM_UP; ) {
                spent += worker.measure();
            }
            for (int round = 0; round < rounds; round++) {
                seconds[round] = worker.measure();
            }
            long size =
                    switch (curve) {
                        case "latents" -> work.dimension();
                        case "chains" -> work.chains();
                        default -> work.components();
                    };
            return new Point(
                    curve,
                    size,
                    "chain steps",
                    (double) work.chains() * work.steps() / Comparisons.median(seconds),
                    machine.products() / multiplications(work),
                    machine.bytes() / (Float.BYTES * numbers(work)),
                    worker.peakMemory());
        }
    }

    private Point images(long images) throws IOException {
        Path folder = Files.createTempDirectory("bench");
        Path file = folder.resolve("digits.npz");
        List<String> command = Comparisons.java(
                "infer", "--model", model.toString(), "--num-images", Long.toString(images), "--out", file.toString());
        double[] seconds = new double[rounds];
        double[] memory = new double[1];
        try {
            for (int round = 0; round < rounds; round++) {
                seconds[round] = Comparisons.process(command, file, memory, 0);
            }
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
        return new Point(
                "images", images, "images", images / Comparisons.median(seconds), Double.NaN, Double.NaN, memory[0]);
    }

    private static Machine machine() throws IOException {
        int threads = Runtime.getRuntime().availableProcessors();
        return new Machine(
                Math.pow(Work.MATRIX, 3) / Comparisons.least(Work.matmul(), threads),
                2.0 * Float.BYTES * Work.COPIED / Comparisons.least(Work.copy(), threads));
    }
}
