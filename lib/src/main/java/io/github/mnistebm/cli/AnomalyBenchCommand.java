package io.github.mnistebm.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.Anomalies;
import io.github.mnistebm.evaluation.Detection;
import io.github.mnistebm.model.AnomalyScores;
import io.github.mnistebm.model.DigitModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Measures how well a model tells images that are no digits from test digits. */
@Command(
        name = "anomaly",
        description = {
            "Measures how well a model tells images that are no digits from the 10,000 test digits, by the area under the",
            "receiver operating characteristic of energy, reconstruction error, and their sum. Takes seconds."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AnomalyBenchCommand implements Callable<Integer> {

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the images that are no digits. Default: ${DEFAULT-VALUE}.")
    private int seed;

    @Mixin
    private ModelOption model;

    @Mixin
    private MnistOption mnist;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        try (DigitModel loaded = model.load(device);
                DigitImages test =
                        DigitImages.test(mnist.folder(), loaded.manager().getDevice());
                NDArray digits = test.binarized(loaded.card().configuration().binarization())) {
            AnomalyScores usual = loaded.score(digits);
            Map<String, byte[]> anomalies = new LinkedHashMap<>();
            anomalies.put("uniform noise", Anomalies.noise(test.size(), seed));
            anomalies.put("digits in shuffled 4 × 4 blocks", Anomalies.shuffledBlocks(digits.toByteArray(), seed));
            anomalies.put("drawn garments", Anomalies.garments(test.size(), seed));
            System.out.println(table(loaded, usual, anomalies).printAll());
        }
        return 0;
    }

    private static Table table(DigitModel model, AnomalyScores usual, Map<String, byte[]> anomalies) {
        Table table = Table.create(
                "area under the receiver operating characteristic",
                StringColumn.create("anomalies"),
                DoubleColumn.create("energy"),
                DoubleColumn.create("reconstruction error"),
                DoubleColumn.create("both"));
        anomalies.forEach((name, bytes) -> {
            Shape shape = new Shape(bytes.length / DigitImages.PIXELS, DigitImages.PIXELS);
            try (NDArray images = model.manager().create(ByteBuffer.wrap(bytes), shape, DataType.UINT8)) {
                AnomalyScores scores = model.score(images);
                table.stringColumn(0).append(name);
                table.doubleColumn(1).append(Detection.auroc(usual.energies(), scores.energies()));
                table.doubleColumn(2)
                        .append(Detection.auroc(usual.reconstructionErrors(), scores.reconstructionErrors()));
                table.doubleColumn(3).append(Detection.auroc(usual.totals(), scores.totals()));
            }
        });
        return table;
    }
}
