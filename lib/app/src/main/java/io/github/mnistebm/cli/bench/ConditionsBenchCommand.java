package io.github.mnistebm.cli.bench;

import ai.djl.Device;
import io.github.mnistebm.cli.option.DataOption;
import io.github.mnistebm.cli.option.DeviceOption;
import io.github.mnistebm.cli.option.EvaluationClassifier;
import io.github.mnistebm.cli.option.ModelOption;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.option.SeedOption;
import io.github.mnistebm.cli.terminal.Progress;
import io.github.mnistebm.condition.Condition;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.experiment.ConditionsExperiment;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.DigitModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures whether the images that a model draws given conditions meet them, and are distributed as they should be. */
@Command(
        name = "conditions",
        description = {
            "Draws images given each digit and each of several compositions, and measures how many the classifier reads as asked.",
            "Compares them with those images of the model that meet the condition by chance: by the means of energy, latents and measures, and",
            "by a two-sample test. Compares them with test images that meet the condition, by the Fréchet distance. Takes minutes."
        },
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run bench conditions",
            "  ./environment/run bench conditions --given \"4 or 9, bold\" --out bold.csv",
            "  ./environment/run bench conditions --model models/twelve --out twelve.csv"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ConditionsBenchCommand implements Callable<Integer> {

    private static final List<String> COMPOSITIONS = List.of(
            "3 or 8, slant < -10, not bold",
            "7, not slanted",
            "not (0 or 1), thin",
            "4 or 9, bold",
            "2, slant between 10 and 30, width > 16",
            "5 or 6, wide");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--given",
            paramLabel = "CONDITION",
            description =
                    "A condition, as that of infer; can be given several times. Default: each digit, and six compositions.")
    private List<String> given;

    @Option(
            names = "--num-images",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many images to draw given each condition. Default: ${DEFAULT-VALUE}.")
    private int images;

    @Option(
            names = "--pool",
            paramLabel = "N",
            defaultValue = "50000",
            description = "How many images to draw without a condition, of which those that meet one are compared."
                    + " Default: ${DEFAULT-VALUE}.")
    private int pool;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "The file for the table, as CSV. A row without figures is of a condition that no image met. Default: data/conditions.csv.")
    private Path out;

    @Mixin
    private SeedOption seed;

    @Mixin
    private ModelOption model;

    @Mixin
    private DataOption data;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        Path file = out == null ? DataFolder.conditions() : out;
        Options.requireAtLeast(spec, "--num-images", ConditionsExperiment.FEWEST, images);
        Options.requireAtLeast(spec, "--pool", images, pool);
        Options.requireWritable(spec, "--out", file);
        try (DigitModel loaded = model.load(device)) {
            List<Condition> conditions = conditions(loaded);
            Device where = loaded.manager().getDevice();
            Path folder = data.folder(loaded.card());
            try (DigitImages train = DigitImages.train(folder, where);
                    DigitImages test = DigitImages.test(folder, where);
                    DigitClassifier classifier = EvaluationClassifier.of(spec, model, loaded, train, test);
                    Progress progress = new Progress()) {
                DoubleConsumer drawn = progress.share("without a condition");
                ConditionsExperiment experiment = new ConditionsExperiment(
                        loaded,
                        classifier,
                        train,
                        test,
                        images,
                        pool,
                        seed.value(),
                        done -> drawn.accept((double) done / pool));
                for (Condition condition : conditions) {
                    DoubleConsumer share = progress.share(condition.toString());
                    try {
                        experiment.add(condition, done -> share.accept((double) done / images));
                    } catch (IllegalStateException e) {
                        progress.end();
                        System.out.println(condition + ": " + e.getMessage());
                    }
                }
                progress.end();
                System.out.println(experiment.table().printAll());
                TableFiles.writeCsv(experiment.table(), file);
            }
        }
        System.out.println("written: " + file);
        return 0;
    }

    /** Returns the conditions that are asked for, each of which is possible for the model. */
    private List<Condition> conditions(DigitModel loaded) {
        int classes = loaded.requiredConditions().classes();
        List<String> texts = given != null
                ? given
                : Stream.concat(IntStream.range(0, classes).mapToObj(String::valueOf), COMPOSITIONS.stream())
                        .toList();
        List<Condition> conditions = texts.stream()
                .map(text -> Options.condition(spec, "--given", text))
                .toList();
        conditions.forEach(condition -> Options.requirePossible(spec, "--given", loaded, condition));
        return conditions;
    }
}
