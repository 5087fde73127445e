package io.github.mnistebm.cli.bench;

import ai.djl.Device;
import io.github.mnistebm.cli.option.DataOption;
import io.github.mnistebm.cli.option.DeviceOption;
import io.github.mnistebm.cli.option.EvaluationClassifier;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.option.TrainingOptions;
import io.github.mnistebm.cli.terminal.Messages;
import io.github.mnistebm.cli.terminal.Progress;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.experiment.QualityExperiment;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.training.TrainingDivergedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains models with different options and puts their quality side by side. */
@Command(
        name = "quality",
        description =
                "Trains a model with each of several sets of options, the default ones with three seeds, measures 10,000"
                        + " samples of each, and writes a table. Takes several minutes a model.",
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run bench quality",
            "  ./environment/run bench quality --out variants.csv",
            "  ./environment/run bench quality --variant \"--preset seed\" --out seed.csv"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class QualityBenchCommand implements Callable<Integer> {

    /** Contrastive divergence alone, and longer. */
    private static final String ALONE = "--pretraining-epochs 0 --ebm-num-epochs 24";

    private static final List<String> VARIANTS = List.of(
            "--seed 1",
            "--seed 2",
            "--seed 3",
            ALONE,
            ALONE + " --importance-draws 0",
            "--preset seed --pretraining-epochs 0",
            "--preset seed --pretraining-epochs 0 --ebm-hidden-dim 256 --ebm-num-layers 2 --ebm-num-epochs 24");

    private static final int IMAGES = 10_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--variant",
            paramLabel = "OPTIONS",
            description =
                    "Options of train, in quotes; can be given several times. Default: the rows of data/quality.csv.")
    private List<String> variants = VARIANTS;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = {
                "The file for the table, as CSV, written after all measurements. The cells of a diverged model are empty.",
                "Default: data/quality.csv."
            })
    private Path out;

    @Mixin
    private DataOption data;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        Path file = out == null ? DataFolder.quality() : out;
        Options.requireWritable(spec, "--out", file);
        List<TrainingConfig> configs = variants.stream()
                .map(options -> TrainingOptions.quoted(spec, "--variant", options))
                .toList();
        Device where = device.resolve();
        try (DigitImages train = DigitImages.train(data.folder(), where);
                DigitImages test = DigitImages.test(data.folder(), where);
                DigitClassifier classifier = classifier(configs, file, train, test)) {
            QualityExperiment experiment = new QualityExperiment(train, test, classifier, IMAGES);
            for (int i = 0; i < configs.size(); i++) {
                System.out.println("train " + variants.get(i));
                try (Progress progress = new Progress()) {
                    experiment.add(variants.get(i), configs.get(i), progress);
                } catch (TrainingDivergedException e) {
                    System.out.println(Messages.of(e));
                }
                System.out.println(experiment.table().printAll());
            }
            TableFiles.writeCsv(experiment.table(), file);
        }
        System.out.println("written: " + file);
        return 0;
    }

    /** Keeps a classifier that is trained beside the table. */
    private DigitClassifier classifier(List<TrainingConfig> configs, Path table, DigitImages train, DigitImages test)
            throws IOException {
        Options.requireTrainable(spec, "--variant", configs, train);
        return EvaluationClassifier.of(spec, table.toAbsolutePath().getParent(), train, test);
    }
}
