package io.github.mnistebm.spark;

import ai.djl.Device;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.evaluation.anomaly.TestDigitScores;
import io.github.mnistebm.model.DigitModel;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Scores images on Apache Spark by how unlike the training images they are, as the command {@code score} does: each partition loads the
 * model and scores its share.
 */
@Command(
        name = "spark score",
        description =
                "Scores images on Apache Spark by how unlike the training images they are, and writes a folder of Parquet files:"
                        + " energy and reconstruction error of each image, in nats, and the percentage of the test images that score lower.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class SparkScores implements Callable<Integer> {

    @Option(
            names = "--images",
            paramLabel = "PATH",
            required = true,
            description =
                    "A Parquet file or folder, with a column pixels of 784 bytes an image, 0 to 255, light on black, white above"
                            + " 127; its other columns are kept. Or a folder of a data set in four IDX files with MNIST's names.")
    private String images;

    @Option(names = "--train", description = "The training images of the IDX files, in place of the test images.")
    private boolean train;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of the data set that the model was trained on, for the percentages."
                    + " Default: data/mnist; for a model of another set the folder of its name in data.")
    private Path data;

    @Mixin
    private ClusterOptions cluster;

    private SparkScores() {}

    /**
     * Runs the command.
     *
     * @param arguments its options
     */
    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    static int execute(String... arguments) {
        Locale.setDefault(Locale.ROOT);
        CommandLine line = new CommandLine(new SparkScores()).setExecutionExceptionHandler((e, command, result) -> {
            command.getErr().println("spark: " + e.getMessage());
            return 1;
        });
        return line.execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        Path out = cluster.out();
        TestDigitScores test;
        Binarization binarization;
        try (DigitModel model = DigitModel.load(cluster.model(), Device.cpu())) {
            test = TestDigitScores.of(model, data == null ? model.card().dataFolder() : data);
            binarization = model.card().configuration().binarization();
        }
        try (SparkSession session =
                SparkSession.builder().config(cluster.conf("scores")).getOrCreate()) {
            Dataset<Row> rows = holdsIdxFiles()
                    ? new ImageRows(Path.of(images).toAbsolutePath().toString(), train, binarization)
                            .read(session, cluster.partitions())
                    : parquet(session);
            int column = pixels(rows.schema());
            StructType schema = Scoring.schema(rows.schema(), column);
            long start = System.nanoTime();
            rows.mapPartitions(new Scoring(cluster.model(), column, test), Encoders.row(schema))
                    .write()
                    .parquet(out.toString());
            double seconds = (System.nanoTime() - start) / 1e9;
            long count = session.read().parquet(out.toString()).count();
            System.out.printf(Locale.ROOT, "%d images: %s (%.1f s)%n", count, out, seconds);
        }
        return 0;
    }

    /** Reads the files in the parts that Spark makes of them, unless those are fewer than asked for. */
    private Dataset<Row> parquet(SparkSession session) {
        Dataset<Row> rows = session.read().parquet(images);
        return rows.rdd().getNumPartitions() < cluster.partitions() ? rows.repartition(cluster.partitions()) : rows;
    }

    private boolean holdsIdxFiles() throws IOException {
        // A name such as hdfs://… does not name a folder of this machine, and may not be a path at all.
        if (images.contains("://") || !Files.isDirectory(Path.of(images))) {
            return false;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(images), "*-images-idx3-ubyte*")) {
            return files.iterator().hasNext();
        }
    }

    /** Returns the index of the column of grey values. */
    private int pixels(StructType schema) throws IOException {
        StructField[] fields = schema.fields();
        for (int i = 0; i < fields.length; i++) {
            if (fields[i].name().equals(ImageRows.PIXELS)
                    && fields[i].dataType().equals(DataTypes.BinaryType)) {
                return i;
            }
        }
        throw new IOException("--images " + images + ": expected a column " + ImageRows.PIXELS
                + " of the type binary, found " + Arrays.toString(fields));
    }
}
