package io.github.mnistebm.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.anomaly.TestDigitScores;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.AnomalyScores;
import io.github.mnistebm.model.DigitModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkScoresTest {

    private static final String MODEL = DataFolder.pretrained().toString();
    private static final String MASTER = "local[2]";

    /** Rounding of products of matrices, whose blocks depend on the number of rows. */
    private static final double ROUNDING = 1e-3;

    private static final StructType NAMED =
            new StructType().add("name", DataTypes.StringType).add(ImageRows.PIXELS, DataTypes.BinaryType);

    private static byte[] grey;
    private static AnomalyScores expected;
    private static TestDigitScores test;

    @TempDir
    private Path folder;

    @BeforeAll
    static void score() throws IOException {
        try (DigitModel model = DigitModel.load(DataFolder.pretrained(), Device.cpu());
                DigitImages images = DigitImages.test(DataFolder.mnist(), Device.cpu());
                NDArray white = images.thresholded()) {
            grey = images.grey().toByteArray();
            expected = model.score(white);
            test = TestDigitScores.of(model, DataFolder.mnist());
        }
    }

    @AfterEach
    void stop() {
        SparkSession.getDefaultSession().foreach(session -> {
            session.stop();
            return null;
        });
    }

    private static SparkSession session() {
        return SparkSession.builder()
                .master(MASTER)
                .config("spark.ui.enabled", "false")
                .getOrCreate();
    }

    private int run(String... options) {
        String[] all = Arrays.copyOf(options, options.length + 6);
        List<String> common = List.of("--model", MODEL, "--master", MASTER, "--out", out());
        for (int i = 0; i < common.size(); i++) {
            all[options.length + i] = common.get(i);
        }
        return SparkScores.execute(all);
    }

    private String out() {
        return folder.resolve("scores").toString();
    }

    private static byte[] image(int index) {
        return Arrays.copyOfRange(grey, index * DigitImages.PIXELS, (index + 1) * DigitImages.PIXELS);
    }

    private String parquet(int images, StructType schema) {
        String path = folder.resolve("images").toString();
        try (SparkSession session = session()) {
            session.createDataFrame(
                            IntStream.range(0, images)
                                    .mapToObj(i -> RowFactory.create("digit " + i, image(i)))
                                    .toList(),
                            schema)
                    .write()
                    .parquet(path);
        }
        return path;
    }

    private static void assertScores(Row row, int index) {
        double energy = row.getAs("energy");
        double error = row.getAs("reconstruction_error");
        assertThat(energy).isCloseTo(expected.energies()[index], within(ROUNDING));
        assertThat(error).isCloseTo(expected.reconstructionErrors()[index], within(ROUNDING));
        assertThat(row.<Double>getAs("energy_above_percent"))
                .isEqualTo(100 * test.energies().shareBelow(energy));
        assertThat(row.<Double>getAs("reconstruction_error_above_percent"))
                .isEqualTo(100 * test.reconstructionErrors().shareBelow(error));
    }

    @Test
    void imagesOfAnIdxFolderGetTheScoresThatTheModelGivesThem() {
        assertThat(run("--images", DataFolder.mnist().toString(), "--partitions", "3"))
                .isZero();
        try (SparkSession session = session()) {
            List<Row> rows =
                    session.read().parquet(out()).orderBy(ImageRows.IMAGE).collectAsList();
            assertThat(rows).hasSize(10_000);
            for (int i = 0; i < rows.size(); i++) {
                assertThat(rows.get(i).<Long>getAs(ImageRows.IMAGE)).isEqualTo(i);
                assertScores(rows.get(i), i);
            }
        }
    }

    @Test
    void imagesOfParquetKeepTheirOtherColumns() {
        // More than one batch of a partition.
        int count = 2500;
        assertThat(run("--images", parquet(count, NAMED), "--partitions", "1")).isZero();
        try (SparkSession session = session()) {
            List<Row> rows = session.read().parquet(out()).collectAsList();
            assertThat(rows).hasSize(count);
            assertThat(rows.get(0).schema().fieldNames())
                    .containsExactly(
                            "name",
                            "energy",
                            "energy_above_percent",
                            "reconstruction_error",
                            "reconstruction_error_above_percent");
            rows.forEach(row ->
                    assertScores(row, Integer.parseInt(row.<String>getAs("name").replaceAll("\\D", ""))));
            assertThat(rows.stream().map(row -> row.getAs("name")).distinct()).hasSize(count);
        }
    }

    @Test
    void aTableWithoutPixelsIsRefused() {
        StructType other = new StructType().add("name", DataTypes.StringType).add("grey", DataTypes.BinaryType);
        assertThat(run("--images", parquet(1, other))).isOne();
        assertThat(folder.resolve("scores")).doesNotExist();
    }

    @Test
    void theFirstAndTheLastOfTheTrainingImagesHaveTheirNumbers() throws IOException {
        assertThat(run("--images", DataFolder.mnist().toString(), "--train", "--partitions", "2"))
                .isZero();
        try (SparkSession session = session();
                DigitModel model = DigitModel.load(DataFolder.pretrained(), Device.cpu());
                DigitImages images = DigitImages.train(DataFolder.mnist(), Device.cpu());
                NDArray white = images.thresholded();
                NDArray last = white.get(new NDIndex("-1:"))) {
            Row row = session.read().parquet(out()).where("image = 59999").first();
            assertThat(row.<Double>getAs("energy")).isCloseTo(model.energies(last)[0], within(ROUNDING));
        }
    }
}
