package io.github.mnistebm.spark;

import ai.djl.Device;
import io.github.mnistebm.data.ImageWriter;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Draws images on Apache Spark: each partition loads the model and draws its share, by chains of its own with a seed of its own, into a
 * file of its own. Nothing is exchanged but the counts, so the time falls with the executors and memory does not grow with the images.
 */
@Command(
        name = "spark",
        description = "Draws images on Apache Spark, a file for each partition.",
        footer = "%n`spark score` scores images: see `spark score --help`.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class SparkDigits implements Callable<Integer> {

    @Option(names = "--images", paramLabel = "N", defaultValue = "20000", description = "Default: ${DEFAULT-VALUE}.")
    private long images;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private int seed;

    @Mixin
    private ClusterOptions cluster;

    private SparkDigits() {}

    /**
     * Runs the command.
     *
     * @param arguments its options
     */
    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT);
        CommandLine line = new CommandLine(new SparkDigits()).setExecutionExceptionHandler((e, command, result) -> {
            command.getErr().println("spark: " + e.getMessage());
            return 1;
        });
        System.exit(line.execute(arguments));
    }

    /**
     * The work of one partition.
     *
     * @param images the number of images
     * @param seed the seed of its random numbers
     * @param model the model's folder
     * @param file the file for the images
     */
    record Share(long images, int seed, String model, String file) implements Serializable {

        /** Draws; returns the images. */
        long draw() throws IOException {
            try (DigitModel loaded = DigitModel.load(Path.of(model), Device.cpu());
                    ImageWriter writer = ImageWriter.open(Path.of(file), images)) {
                DigitSampler.of(loaded)
                        .draw(
                                images,
                                seed,
                                (latents, drawn, means) -> writer.write(drawn.toByteArray(), means.toFloatArray()),
                                steps -> {});
                writer.finish();
                return images;
            }
        }
    }

    /** Returns seeds that all differ, and that differ from those of another seed but for chance. Sums of seed and partition would not. */
    static int[] seeds(int seed, int partitions) {
        return new SplittableRandom(seed).ints().distinct().limit(partitions).toArray();
    }

    @Override
    public Integer call() throws IOException {
        int partitions = cluster.partitions();
        if (images < 1 || partitions < 1 || partitions > images) {
            throw new IOException("--images and --partitions: expected at least 1 image for each partition, found "
                    + images + " and " + partitions);
        }
        Path out = cluster.out();
        Files.createDirectories(out);
        List<Share> shares = new ArrayList<>();
        int[] seeds = seeds(seed, partitions);
        for (int partition = 0; partition < partitions; partition++) {
            long from = images * partition / partitions;
            long to = images * (partition + 1) / partitions;
            String file = out.resolve(String.format(Locale.ROOT, "part-%05d.npz", partition))
                    .toString();
            shares.add(new Share(to - from, seeds[partition], cluster.model().toString(), file));
        }
        try (JavaSparkContext context = new JavaSparkContext(cluster.conf("digits"))) {
            // The executors are up before the clock starts.
            context.parallelize(shares, partitions).count();
            long start = System.nanoTime();
            long drawn =
                    context.parallelize(shares, partitions).map(Share::draw).reduce(Long::sum);
            System.out.printf(Locale.ROOT, "%d images: %s (%.1f s)%n", drawn, out, (System.nanoTime() - start) / 1e9);
        }
        return 0;
    }
}
