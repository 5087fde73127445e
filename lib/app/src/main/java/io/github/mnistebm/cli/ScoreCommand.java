package io.github.mnistebm.cli;

import io.github.mnistebm.cli.option.DeviceOption;
import io.github.mnistebm.cli.option.DigitsOption;
import io.github.mnistebm.cli.option.ModelOption;
import io.github.mnistebm.evaluation.anomaly.Distribution;
import io.github.mnistebm.evaluation.anomaly.TestDigitScores;
import io.github.mnistebm.model.AnomalyScores;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.picture.DigitPicture;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Prints how unlike the training images some images are. */
@Command(
        name = "score",
        description = {
            "Prints how unlike the training images some images are: the energy and the reconstruction error of each, in nats, and the",
            "percentage of the test images, such as MNIST's 10,000 test digits, that score lower. A picture of another size than",
            "28 × 28 pixels is scaled and centred as MNIST's digits are."
        },
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run score --digits 0,7,42",
            "  ./environment/run score --image digit.png",
            "  ./environment/run score --image a.png --image b.png --model models/twelve"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ScoreCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private DigitsOption digits;

    @Mixin
    private ModelOption model;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        try (DigitModel loaded = model.load(device)) {
            DigitsOption.Digits images = digits.read(spec, loaded, DigitPicture::read);
            TestDigitScores test = testScores(loaded);
            AnomalyScores scores = loaded.score(images.pixels());
            boolean ofDigits = loaded.card().isOfDigits();
            Table table = Table.create("scores", StringColumn.create("image", images.names()));
            addColumns(
                    table,
                    "energy",
                    scores.energies(),
                    ofDigits ? "above % of test digits" : "above % of test images",
                    test.energies());
            addColumns(
                    table,
                    "reconstruction error",
                    scores.reconstructionErrors(),
                    "above % of theirs",
                    test.reconstructionErrors());
            System.out.println(table.printAll());
        }
        return 0;
    }

    private static void addColumns(Table table, String name, double[] scores, String above, Distribution test) {
        DoubleColumn values = DoubleColumn.create(name);
        DoubleColumn percentages = DoubleColumn.create(above);
        for (double score : scores) {
            values.append(rounded(score));
            percentages.append(rounded(100 * test.shareBelow(score)));
        }
        table.addColumns(values, percentages);
    }

    private TestDigitScores testScores(DigitModel loaded) throws IOException {
        try {
            return TestDigitScores.of(loaded, digits.data(loaded));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private static double rounded(double value) {
        return Math.round(10 * value) / 10.0;
    }
}
