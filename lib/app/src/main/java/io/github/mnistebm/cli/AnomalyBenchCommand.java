package io.github.mnistebm.cli;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.Anomalies;
import io.github.mnistebm.evaluation.Detection;
import io.github.mnistebm.evaluation.ExpectedEnergy;
import io.github.mnistebm.model.AnomalyScores;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.ModelTraining;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tech.tablesaw.aggregate.AggregateFunctions;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/** Measures how well a model distinguishes images that are not digits from test digits. */
@Command(
        name = "anomaly",
        description = {
            "Measures how well a model distinguishes images that are not digits from the 10,000 test digits, by the area under the",
            "receiver operating characteristic of energy, reconstruction error, and their sum. Takes seconds.",
            "With --held-out it trains a model without a digit, for each digit and seed, and measures how well the scores",
            "distinguish that digit from the others, by the area under the precision-recall curve. It adds the excess of the energy",
            "over the energy expected of images with as long edges and as many white pixels. Takes a minute or two a training."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AnomalyBenchCommand implements Callable<Integer> {

    /** Areas by digit: Pang et al. 2020, "Learning latent space energy-based prior model". */
    private static final Map<Integer, Double> LATENT_SPACE_MODEL =
            Map.of(1, 0.336, 4, 0.630, 5, 0.619, 7, 0.463, 9, 0.413);

    /** Areas by digit: Cui, Wu &amp; Han 2023, "Learning joint latent space EBM prior model", table 3. */
    private static final Map<Integer, Double> JOINT_MODEL = Map.of(1, 0.722, 4, 0.949, 5, 0.980, 7, 0.941, 9, 0.935);

    private static final NumberColumnFormatter FOUR_DECIMALS =
            new NumberColumnFormatter(new DecimalFormat("0.0000", DecimalFormatSymbols.getInstance(Locale.ROOT)));

    private static final String EXCESS = "energy beyond the expected";

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
            defaultValue = "--latent-penalty 0.0025 --ebm-num-epochs 6",
            description = "Options of train for those trainings, in quotes. Default: ${DEFAULT-VALUE}.")
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
                area(EXCESS),
                area("energy"),
                area("reconstruction error"),
                area("both"));
        try (DigitImages train = DigitImages.train(mnist.folder(), where);
                DigitImages test = DigitImages.test(mnist.folder(), where)) {
            Options.requireTrainable(spec, "--options", configs, train);
            for (int digit : heldOut) {
                for (TrainingConfig config : configs) {
                    heldOut(digit, config, train, test, table);
                    System.out.println(table.printAll());
                }
            }
        }
        System.out.println(besidePublished(table).printAll());
    }

    private static Table besidePublished(Table table) {
        Table means = table.summarize(EXCESS, AggregateFunctions.mean, AggregateFunctions.stdDev)
                .by("digit held out");
        means.setName(EXCESS + ", over seeds, beside published areas");
        means.addColumns(
                published("latent-space energy-based model", means.intColumn(0), LATENT_SPACE_MODEL),
                published("joint energy-based model", means.intColumn(0), JOINT_MODEL));
        means.column(1).setName("mean");
        means.column(2).setName("standard deviation");
        means.doubleColumn(1).setPrintFormatter(FOUR_DECIMALS);
        means.doubleColumn(2).setPrintFormatter(FOUR_DECIMALS);
        return means;
    }

    private static DoubleColumn area(String name) {
        DoubleColumn column = DoubleColumn.create(name);
        column.setPrintFormatter(FOUR_DECIMALS);
        return column;
    }

    private static DoubleColumn published(String name, IntColumn digits, Map<Integer, Double> areas) {
        DoubleColumn column = area(name);
        // Tablesaw leaves a cell empty for null.
        digits.forEach(digit -> column.append(areas.get(digit)));
        return column;
    }

    private static void heldOut(int digit, TrainingConfig config, DigitImages all, DigitImages test, Table table) {
        try (DigitImages some = all.first(config.trainImages());
                DigitImages train = some.without(digit);
                ModelTraining training = new ModelTraining(config, train, test);
                Progress progress = new Progress()) {
            RandomSource random = RandomSource.of(config.seed());
            try (DigitModel trained = training.train(progress);
                    NDArray usual = train.binarized(config.binarization(), random);
                    NDArray images = test.binarized(config.binarization(), random)) {
                progress.end();
                ExpectedEnergy expected = ExpectedEnergy.fit(usual.toByteArray(), trained.energies(usual));
                AnomalyScores scores = trained.score(images);
                double[] excess = expected.excess(images.toByteArray(), scores.energies());
                table.intColumn(0).append(digit);
                table.intColumn(1).append(config.seed());
                table.doubleColumn(2).append(averagePrecision(excess, test.labels(), digit));
                table.doubleColumn(3).append(averagePrecision(scores.energies(), test.labels(), digit));
                table.doubleColumn(4).append(averagePrecision(scores.reconstructionErrors(), test.labels(), digit));
                table.doubleColumn(5).append(averagePrecision(scores.totals(), test.labels(), digit));
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
                NDArray digits = test.binarized(loaded.card().configuration().binarization(), RandomSource.of(seed))) {
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
                area("energy"),
                area("reconstruction error"),
                area("both"));
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
