package io.github.mnistebm.cli.bench;

import ai.djl.Device;
import io.github.mnistebm.cli.option.DeviceOption;
import io.github.mnistebm.cli.option.MnistOption;
import io.github.mnistebm.cli.option.ModelOption;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.option.TrainingOptions;
import io.github.mnistebm.cli.terminal.Progress;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.experiment.HeldOutDigits;
import io.github.mnistebm.experiment.MadeAnomalies;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.TrainingConfig;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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
                .mapToObj(each -> TrainingOptions.quoted(spec, "--options", (options + " --seed " + each).strip()))
                .toList();
        Device where = device.resolve();
        try (DigitImages train = DigitImages.train(mnist.folder(), where);
                DigitImages test = DigitImages.test(mnist.folder(), where)) {
            Options.requireTrainable(spec, "--options", configs, train);
            HeldOutDigits experiment = new HeldOutDigits(train, test);
            for (int digit : heldOut) {
                for (TrainingConfig config : configs) {
                    try (Progress progress = new Progress()) {
                        experiment.add(digit, config, progress);
                    }
                    System.out.println(experiment.table().printAll());
                }
            }
            System.out.println(experiment.besidePublished().printAll());
        }
    }

    private void madeAnomalies() throws IOException {
        try (DigitModel loaded = model.load(device);
                DigitImages test =
                        DigitImages.test(mnist.folder(), loaded.manager().getDevice())) {
            System.out.println(MadeAnomalies.areas(loaded, test, seed).printAll());
        }
    }
}
