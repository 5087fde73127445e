package io.github.mnistebm.cli;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.Anomalies;
import io.github.mnistebm.evaluation.Detection;
import io.github.mnistebm.model.AnomalyScores;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.ModelTraining;
import io.github.mnistebm.model.TrainingConfig;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Measures how well a model tells images that are no digits from test digits. */
@Command(
        name = "anomaly",
        description = {
            "Measures how well a model tells images that are no digits from the 10,000 test digits, by the area under the",
            "receiver operating characteristic of energy, reconstruction error, and their sum. Takes seconds.",
            "With --held-out it trains a model without a digit, for each digit and seed, and measures how well that digit is told",
            "from the others, by the area under the precision-recall curve. Takes as long as the trainings."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AnomalyBenchCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the images that are no digits, or of the first training. Default: ${DEFAULT-VALUE}.")
    private int seed;

    @Option(
            names = {"--held-out", "--held_out"},
            paramLabel = "DIGIT",
            split = ",",
            description = "Digits to leave out of training, one after the other, such as 1,4,5,7,9.")
    private List<Integer> heldOut = List.of();

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many trainings without each digit. Default: ${DEFAULT-VALUE}.")
    private int seeds;

    @Option(
            names = "--options",
            paramLabel = "OPTIONS",
            defaultValue = "",
            description = "Options of train for those trainings, in quotes.")
    private String options;

    @Mixin
    private ModelOption model;

    @Mixin
    private MnistOption mnist;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        for (int digit : heldOut) {
            if (digit < 0 || digit > 9) {
                throw new ParameterException(
                        spec.commandLine(), "--held-out: expected digits from 0 to 9, found " + digit);
            }
        }
        Options.requireAtLeast(spec, "--seeds", 1, seeds);
        if (heldOut.isEmpty()) {
            madeAnomalies();
        } else {
            heldOutDigits();
        }
        return 0;
    }

    private void heldOutDigits() throws IOException {
        List<TrainingConfig> configs = IntStream.range(seed, seed + seeds)
                .mapToObj(each -> TrainCommand.configuration(spec, "--options", (options + " --seed " + each).strip()))
                .toList();
        Device where = device.resolve();
        Table table = Table.create(
                "area under the precision-recall curve",
                IntColumn.create("digit held out"),
                IntColumn.create("seed"),
                DoubleColumn.create("energy"),
                DoubleColumn.create("reconstruction error"),
                DoubleColumn.create("both"));
        try (DigitImages train = DigitImages.train(mnist.folder(), where);
                DigitImages test = DigitImages.test(mnist.folder(), where)) {
            for (int digit : heldOut) {
                for (TrainingConfig config : configs) {
                    heldOut(digit, config, train, test, table);
                    System.out.println(table.printAll());
                }
            }
        }
    }

    private static void heldOut(int digit, TrainingConfig config, DigitImages all, DigitImages test, Table table) {
        try (DigitImages some = all.first(config.trainImages());
                DigitImages train = some.without(digit);
                ModelTraining training = new ModelTraining(config, train, test);
                Progress progress = new Progress()) {
            training.trainAutoencoder(progress);
            training.trainEnergy(progress);
            progress.end();
            try (DigitModel trained = training.model();
                    NDArray images = test.binarized(config.binarization())) {
                AnomalyScores scores = trained.score(images);
                table.intColumn(0).append(digit);
                table.intColumn(1).append(config.seed());
                table.doubleColumn(2).append(averagePrecision(scores.energies(), test.labels(), digit));
                table.doubleColumn(3).append(averagePrecision(scores.reconstructionErrors(), test.labels(), digit));
                table.doubleColumn(4).append(averagePrecision(scores.totals(), test.labels(), digit));
            }
        }
    }

    private static double averagePrecision(double[] scores, byte[] labels, int digit) {
        double[] usual = IntStream.range(0, scores.length)
                .filter(i -> labels[i] != digit)
                .mapToDouble(i -> scores[i])
                .toArray();
        double[] anomalies = IntStream.range(0, scores.length)
                .filter(i -> labels[i] == digit)
                .mapToDouble(i -> scores[i])
                .toArray();
        return Detection.averagePrecision(usual, anomalies);
    }

    private void madeAnomalies() throws IOException {
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
    }

    private static Table table(DigitModel model, AnomalyScores usual, Map<String, byte[]> anomalies) {
        Table table = Table.create(
                "area under the receiver operating characteristic",
                StringColumn.create("anomalies"),
                DoubleColumn.create("energy"),
                DoubleColumn.create("reconstruction error"),
                DoubleColumn.create("both"));
        anomalies.forEach((name, bytes) -> {
            try (NDArray images = DigitImages.array(model.manager(), bytes)) {
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
