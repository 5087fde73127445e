package io.github.mnistebm.benchmark;

import io.github.mnistebm.model.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Measures the speed of this library against the size of the work, each point in a process of its own: images a second of {@code infer}, start-up
 * included, against the number of images; and steps a second of all chains of the Metropolis-adjusted Langevin algorithm against the dimension
 * of the latents, the number of chains and the number of components. The energy is that of the default preset but for the size that varies.
 *
 * <p>Each speed of chains has two limits. The first one is the speed at which all products of matrices are as fast as one of large square
 * matrices. The second one is the speed at which memory can move the arrays that a step writes and reads. The processor's caches move arrays
 * that fit in them faster.
 *
 * @param model the folder of the model whose images are drawn
 * @param mostImages the number of images up to which the powers of ten are measured; at least 10
 * @param rounds the number of times that each point is measured; at least 1
 * @param curves the curves to measure
 */
public record ScaleBenchmark(Path model, long mostImages, int rounds, List<Curve> curves) {

    /** The sizes that vary, each of which has a curve. */
    public enum Curve {
        /** The number of images. */
        IMAGES("images"),
        /** The dimension of the latents. */
        LATENTS("dimension of the latents"),
        /** The number of chains. */
        CHAINS("chains"),
        /** The number of components of the mixture. */
        COMPONENTS("components of the mixture");

        private final String axis;

        Curve(String axis) {
            this.axis = axis;
        }

        /**
         * Returns the words for the axis of a chart.
         *
         * @return the words
         */
        public String axis() {
            return axis;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int DIMENSION = Setting.LATENT_DIMENSION.value();
    private static final int COMPONENTS = Setting.REFERENCE_COMPONENTS.value();
    private static final int CHAINS = 1000;

    /** The multiplications of a measurement, unless that were too many steps or none. */
    private static final double WORK = 4e10;

    private static final int MOST_STEPS = 2000;

    /** The least of the numbers of images. */
    public static final int LEAST_IMAGES = 10;

    /** Seconds before a measurement, in which the loops are compiled. */
    private static final double WARM_UP = 2;

    /**
     * A point of a curve.
     *
     * @param curve the curve
     * @param size the size
     * @param unit the unit of the speeds
     * @param speed the median speed, a second
     * @param limitOfProducts the speed that the products of matrices allow; NaN for images
     * @param limitOfMemory the speed that memory allows; NaN for images
     * @param memory the most memory that the process had resident, MiB
     */
    public record Point(
            Curve curve,
            long size,
            String unit,
            double speed,
            double limitOfProducts,
            double limitOfMemory,
            double memory) {}

    /** The speed of the machine: multiplications and bytes a second. */
    private record Machine(double products, double bytes) {}

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public ScaleBenchmark {
        if (mostImages < LEAST_IMAGES || rounds < 1) {
            throw new IllegalArgumentException("most images and rounds: expected at least " + LEAST_IMAGES
                    + " and 1, found " + mostImages + " and " + rounds);
        }
    }

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
        Machine machine = null;
        for (Curve curve : curves) {
            if (curve == Curve.IMAGES) {
                for (long images = LEAST_IMAGES; images <= mostImages; images *= LEAST_IMAGES) {
                    points.add(images(images));
                    listener.accept(points.get(points.size() - 1));
                }
                continue;
            }
            machine = machine == null ? machine() : machine;
            for (Work work : works(curve)) {
                points.add(chains(curve, work, machine));
                listener.accept(points.get(points.size() - 1));
            }
        }
        return points;
    }

    /** Returns the points of a curve of chains. */
    static List<Work> works(Curve curve) {
        return switch (curve) {
            case LATENTS ->
                IntStream.of(4, 8, 16, 32, 64, 128, 256)
                        .mapToObj(dimension -> sized(CHAINS, dimension, COMPONENTS))
                        .toList();
            case CHAINS ->
                IntStream.of(1, 10, 100, 1000, 10_000, 100_000, 1_000_000)
                        .mapToObj(chains -> sized(chains, DIMENSION, COMPONENTS))
                        .toList();
            case COMPONENTS ->
                IntStream.of(1, 3, 10, 30, 100, 300, 1000)
                        .mapToObj(components -> sized(CHAINS, DIMENSION, components))
                        .toList();
            case IMAGES -> throw new IllegalArgumentException("curve: expected one of chains, found " + curve);
        };
    }

    private static Work sized(int chains, int dimension, int components) {
        Work one = Work.scaled(chains, dimension, components, 1);
        long steps = Math.max(1, Math.min(MOST_STEPS, Math.round(WORK / (chains * one.multiplications()))));
        return Work.scaled(chains, dimension, components, (int) steps);
    }

    /**
     * Returns the number of numbers that a step of a chain writes and reads: of each hidden unit its input, output and slope, and the signal that comes back; the
     * products of coordinates and the mean precision; of each component the exponent and the share.
     */
    static double numbers(Work work) {
        double units = work.hidden().stream().mapToInt(each -> each).sum();
        return 2 * (4 * units + 2.0 * work.dimension() * work.dimension() + 2 * work.components());
    }

    private Point chains(Curve curve, Work work, Machine machine) throws IOException {
        double[] seconds = new double[rounds];
        int threads = Runtime.getRuntime().availableProcessors();
        try (Peer worker = Peer.start(Comparisons.ours(), work, threads)) {
            Comparisons.warmUp(worker, WARM_UP);
            for (int round = 0; round < rounds; round++) {
                seconds[round] = worker.measure();
            }
            long size =
                    switch (curve) {
                        case IMAGES -> work.images();
                        case LATENTS -> work.dimension();
                        case CHAINS -> work.chains();
                        case COMPONENTS -> work.components();
                    };
            return new Point(
                    curve,
                    size,
                    "chain steps",
                    // The start of the chains evaluates the energy once more.
                    (double) work.chains() * (work.steps() + 1) / Comparisons.median(seconds),
                    machine.products() / work.multiplications(),
                    machine.bytes() / (Float.BYTES * numbers(work)),
                    worker.peakMemory());
        }
    }

    private Point images(long images) throws IOException {
        Path folder = Files.createTempDirectory("bench");
        Path file = folder.resolve("digits.npz");
        List<String> command = Comparisons.inferring(model, images, file);
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
                Curve.IMAGES,
                images,
                "images",
                images / Comparisons.median(seconds),
                Double.NaN,
                Double.NaN,
                memory[0]);
    }

    private static Machine machine() throws IOException {
        int threads = Runtime.getRuntime().availableProcessors();
        return new Machine(
                Math.pow(Work.MATRIX, 3) / Comparisons.least(Work.matmul(), threads),
                2.0 * Float.BYTES * Work.COPIED / Comparisons.least(Work.copy(), threads));
    }
}
