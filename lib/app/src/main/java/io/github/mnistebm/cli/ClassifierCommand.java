package io.github.mnistebm.cli;

import ai.djl.Device;
import io.github.mnistebm.cli.option.DeviceOption;
import io.github.mnistebm.cli.option.MnistOption;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.terminal.Interruption;
import io.github.mnistebm.cli.terminal.Progress;
import io.github.mnistebm.data.DigitImages;
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
import picocli.CommandLine.Spec;

/** Trains the classifier that samples are evaluated with. */
@Command(
        name = "classifier",
        description = "Trains the classifier that samples are evaluated with.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ClassifierCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "5",
            description = "Passes over the training images. Default: ${DEFAULT-VALUE}.")
    private int epochs;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the random numbers. Default: ${DEFAULT-VALUE}.")
    private int seed;

    @Option(names = "--out", paramLabel = "FILE", description = "Where it goes. Default: data/classifier.safetensors.")
    private Path out;

    @Mixin
    private MnistOption mnist;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        Options.requireAtLeast(spec, "--epochs", 1, epochs);
        Path file = out == null ? DataFolder.classifier() : out;
        Options.requireWritable(spec, "--out", file);
        Device where = device.resolve();
        try (DigitImages train = DigitImages.train(mnist.folder(), where);
                DigitImages test = DigitImages.test(mnist.folder(), where);
                Progress progress = new Progress();
                DigitClassifier classifier = DigitClassifier.train(train, test, epochs, seed, progress)) {
            progress.end();
            Interruption.shield();
            classifier.save(file);
            System.out.printf(
                    Locale.ROOT, "classifier: %s (test accuracy %.2f %%)%n", file, 100 * classifier.accuracy(test));
        }
        return 0;
    }
}
