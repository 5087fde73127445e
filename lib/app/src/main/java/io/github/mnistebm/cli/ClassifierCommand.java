package io.github.mnistebm.cli;

import ai.djl.Device;
import io.github.mnistebm.cli.option.DataOption;
import io.github.mnistebm.cli.option.DeviceOption;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.option.SeedOption;
import io.github.mnistebm.cli.terminal.Interruption;
import io.github.mnistebm.cli.terminal.Progress;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.Classifiers;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains the classifier that samples are evaluated with. */
@Command(
        name = "classifier",
        description = "Trains the classifier that samples are evaluated with.",
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run classifier",
            "  ./environment/run classifier --seed 2 --out second.safetensors",
            "  ./environment/run classifier --data data/fashion-mnist --out f.safetensors"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ClassifierCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "" + Classifiers.EPOCHS,
            description = "Passes over the training images. Default: ${DEFAULT-VALUE}.")
    private int epochs;

    @Mixin
    private SeedOption seed;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where it goes. Default for MNIST: data/classifier.safetensors.")
    private Path out;

    @Mixin
    private DataOption data;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        Options.requireAtLeast(spec, "--epochs", 1, epochs);
        if (out != null) {
            Options.requireWritable(spec, "--out", out);
        }
        Device where = device.resolve();
        try (DigitImages train = DigitImages.train(data.folder(), where);
                DigitImages test = DigitImages.test(data.folder(), where)) {
            train(train, test, file(train));
        }
        return 0;
    }

    private Path file(DigitImages train) {
        if (out != null) {
            return out;
        }
        if (!train.dataSet().isMnist()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--out: must be given for " + train.dataSet().name() + ", since the default file is MNIST's");
        }
        Options.requireWritable(spec, "--out", DataFolder.classifier());
        return DataFolder.classifier();
    }

    private void train(DigitImages train, DigitImages test, Path file) throws IOException {
        try (Progress progress = new Progress();
                DigitClassifier classifier = DigitClassifier.train(train, test, epochs, seed.value(), progress)) {
            progress.end();
            Interruption.shield();
            classifier.save(file);
            System.out.printf(
                    Locale.ROOT, "classifier: %s (test accuracy %.2f %%)%n", file, 100 * classifier.accuracy(test));
        }
    }
}
