package io.github.mnistebm.cli.bench;

import ai.djl.Device;
import io.github.mnistebm.cli.option.DataOption;
import io.github.mnistebm.cli.option.DeviceOption;
import io.github.mnistebm.cli.option.EvaluationClassifier;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.option.SeedOption;
import io.github.mnistebm.cli.option.TrainingOptions;
import io.github.mnistebm.cli.terminal.Messages;
import io.github.mnistebm.cli.terminal.Progress;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.experiment.ObjectivesExperiment;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.training.TrainingDivergedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains energies by different objectives on the same latents and puts them side by side. */
@Command(
        name = "objectives",
        description = {
            "Trains one autoencoder a seed, then the same energy network on its latents by each of several objectives, and writes a table",
            "of held-out log-likelihoods, training times, effective sample sizes of the normalizing constant and Fréchet distances.",
            "Takes about a quarter of an hour a seed."
        },
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run bench objectives",
            "  ./environment/run bench objectives --seeds 1 --out one.csv",
            "  ./environment/run bench objectives --variant \"--objective score-matching\""
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ObjectivesBenchCommand implements Callable<Integer> {

    private static final String THEN = " then ";

    /** Logistic regression bears larger steps than chains do. */
    private static final String QUICKLY = "--objective noise-contrastive --ebm-lr 8e-3 --ebm-num-epochs ";

    private static final String LONG = " --ebm-num-epochs 24";

    private static final List<String> VARIANTS = List.of(
            "--objective contrastive-divergence" + LONG,
            QUICKLY + 12,
            QUICKLY + 24,
            QUICKLY + 6 + THEN + "--objective contrastive-divergence",
            "--objective energy-discrepancy --perturbation 0.3" + LONG,
            "--objective score-matching" + LONG);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--variant",
            paramLabel = "OPTIONS",
            description = {
                "Options of train for the energy, in quotes; can be given several times. \"A then B\" trains with A and goes on with B.",
                "Default: each objective, and noise-contrastive estimation before contrastive divergence."
            })
    private List<String> variants = VARIANTS;

    @Option(
            names = "--options",
            paramLabel = "OPTIONS",
            defaultValue = "--preset default",
            description = "Options of train for all of them, in quotes. Default: ${DEFAULT-VALUE}.")
    private String options;

    @Mixin
    private SeedOption seed;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many autoencoders, with the seeds from --seed on. Default: ${DEFAULT-VALUE}.")
    private int seeds;

    @Option(
            names = "--num-images",
            paramLabel = "N",
            defaultValue = "10000",
            description = "How many images to draw from each model. Default: ${DEFAULT-VALUE}.")
    private int images;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = {
                "The file for the table, as CSV, written after all measurements. A diverged training has no row.",
                "Default: data/objectives.csv."
            })
    private Path out;

    @Mixin
    private DataOption data;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        Options.requireAtLeast(spec, "--seeds", 1, seeds);
        Options.requireAtLeast(spec, "--num-images", DigitClassifier.FEATURES + 1, images);
        Path file = out == null ? DataFolder.objectives() : out;
        Options.requireWritable(spec, "--out", file);
        List<TrainingConfig> bases = IntStream.range(seed.value(), seed.value() + seeds)
                .mapToObj(each -> config("--options", "", each))
                .toList();
        for (String variant : variants) {
            stages(variant, seed.value());
        }
        Device where = device.resolve();
        try (DigitImages train = DigitImages.train(data.folder(), where);
                DigitImages test = DigitImages.test(data.folder(), where);
                DigitClassifier classifier = classifier(bases, file, train, test)) {
            ObjectivesExperiment experiment = new ObjectivesExperiment(train, test, classifier, images);
            for (TrainingConfig base : bases) {
                measure(experiment, base);
                System.out.println(experiment.table().printAll());
            }
            System.out.println(experiment.overSeeds().printAll());
            TableFiles.writeCsv(experiment.table(), file);
        }
        System.out.println("written: " + file);
        return 0;
    }

    private TrainingConfig config(String option, String more, int ofSeed) {
        return TrainingOptions.quoted(spec, option, options.strip() + " " + more + " --seed " + ofSeed);
    }

    private List<TrainingConfig> stages(String variant, int ofSeed) {
        return Arrays.stream(variant.split(THEN))
                .map(stage -> config("--variant", stage.strip(), ofSeed))
                .toList();
    }

    /** Keeps a classifier that is trained beside the table. */
    private DigitClassifier classifier(List<TrainingConfig> bases, Path table, DigitImages train, DigitImages test)
            throws IOException {
        Options.requireTrainable(spec, "--options", bases, train);
        for (String variant : variants) {
            Options.requireTrainable(spec, "--variant", stages(variant, seed.value()), train);
        }
        return EvaluationClassifier.of(spec, table.toAbsolutePath().getParent(), train, test);
    }

    private void measure(ObjectivesExperiment experiment, TrainingConfig base) {
        try (ObjectivesExperiment.Latents latents = latents(experiment, base)) {
            for (String variant : variants) {
                System.out.println("train " + variant);
                try {
                    for (TrainingConfig stage : stages(variant, base.seed())) {
                        try (Progress progress = new Progress()) {
                            latents.train(stage.energy(), progress);
                        }
                    }
                    latents.measure(variant);
                } catch (TrainingDivergedException e) {
                    System.out.println(Messages.of(e));
                    latents.reset();
                }
            }
        }
    }

    private static ObjectivesExperiment.Latents latents(ObjectivesExperiment experiment, TrainingConfig base) {
        try (Progress progress = new Progress()) {
            return experiment.latents(base, progress);
        }
    }
}
