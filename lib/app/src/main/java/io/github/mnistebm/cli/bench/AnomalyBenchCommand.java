package io.github.mnistebm.cli.bench;

import ai.djl.Device;
import io.github.mnistebm.cli.option.DataOption;
import io.github.mnistebm.cli.option.DeviceOption;
import io.github.mnistebm.cli.option.ModelOption;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.option.SeedOption;
import io.github.mnistebm.cli.option.TrainingOptions;
import io.github.mnistebm.cli.terminal.Progress;
import io.github.mnistebm.data.DataSet;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.anomaly.HeldOutSplit;
import io.github.mnistebm.experiment.HeldOutClasses;
import io.github.mnistebm.experiment.OtherImages;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures how well a model separates images of other kinds from test images of its own data set. */
@Command(
        name = "anomaly",
        description = {
            "Measures how well a model separates noise, shuffled images and images of another data set from test images of its own, by",
            "the area under the receiver operating characteristic of energy, reconstruction error, and their sum. Takes seconds.",
            "The other set is Fashion-MNIST in data/fashion-mnist, which ./environment/run setup --with-fashion brings; for a model of",
            "Fashion-MNIST it is MNIST.",
            "With --held-out it trains a model without a class, such as a digit, for each class and seed, and measures how well the scores",
            "separate that class from the others, by the areas under the precision-recall curve and under the receiver operating",
            "characteristic. It adds the excess of the energy over that expected of images as complex, in nats and in expected deviations.",
            "Takes a few minutes a training."
        },
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run bench anomaly",
            "  ./environment/run bench anomaly --held-out 1,4,5,7,9",
            "  ./environment/run bench anomaly --held-out 4,9 --seeds 1 --out two.csv"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AnomalyBenchCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SeedOption seed;

    @Option(
            names = "--held-out",
            paramLabel = "LABEL",
            split = ",",
            description = "Labels, such as digits, to leave out of training, one after the other, such as 1,4,5,7,9.")
    private List<Integer> heldOut = List.of();

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "How many trainings without each class, with the seeds from --seed on. Default: ${DEFAULT-VALUE}.")
    private int seeds;

    @Option(
            names = "--options",
            paramLabel = "OPTIONS",
            defaultValue = "--latent-penalty 0.0025 --pretraining-epochs 0 --ebm-num-epochs 6",
            description = "Options of train for those trainings, in quotes. Default: ${DEFAULT-VALUE}.")
    private String options;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "test",
            description = {
                "The images that train and test without a class. test: the data set's own training images and test images. papers: 80 %% of the",
                "other classes' images in both parts train; the rest of them and every image of the class test. Default: ${DEFAULT-VALUE}."
            })
    private HeldOutSplit split;

    @Option(
            names = "--ensemble",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "How many models, of as many seeds, share each of those trainings; their scores are averaged. Default:"
                            + " ${DEFAULT-VALUE}.")
    private int ensemble;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "A file for the areas without each class, as CSV, and beside it the summary, as Markdown (.md).")
    private Path out;

    @Mixin
    private ModelOption model;

    @Mixin
    private DataOption data;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        Options.requireAtLeast(spec, "--seeds", 1, seeds);
        Options.requireAtLeast(spec, "--ensemble", 1, ensemble);
        if (heldOut.isEmpty()) {
            otherKinds();
        } else {
            heldOutClasses();
        }
        return 0;
    }

    private void heldOutClasses() throws IOException {
        List<List<TrainingConfig>> configs = IntStream.range(seed.value(), seed.value() + seeds)
                .mapToObj(this::members)
                .toList();
        if (out != null) {
            Options.requireWritable(spec, "--out", out);
        }
        Device where = device.resolve();
        try (DigitImages train = DigitImages.train(data.folder(), where);
                DigitImages test = DigitImages.test(data.folder(), where)) {
            requireLabels(train.dataSet());
            Options.requireTrainable(spec, "--options", configs.get(0), train);
            HeldOutClasses experiment = new HeldOutClasses(split, train, test);
            for (int label : heldOut) {
                for (List<TrainingConfig> members : configs) {
                    try (Progress progress = new Progress()) {
                        experiment.add(label, members, progress);
                    }
                    System.out.println(experiment.table().printAll());
                }
            }
            System.out.println(experiment.overSeeds().printAll());
            if (out != null) {
                TableFiles.writeCsv(experiment.table(), out);
                TableFiles.writeMarkdown(experiment.overSeeds(), out.resolveSibling(out.getFileName() + ".md"));
            }
        }
    }

    /** The configurations of an ensemble. The seeds of two ensembles have no member in common. */
    private List<TrainingConfig> members(int first) {
        return IntStream.range(0, ensemble)
                .mapToObj(member -> (options + " --seed " + (first + member * seeds)).strip())
                .map(each -> TrainingOptions.quoted(spec, "--options", each))
                .toList();
    }

    private void requireLabels(DataSet set) {
        int classes = set.classes().size();
        for (int label : heldOut) {
            if (label < 0 || label >= classes) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--held-out: expected labels from 0 to " + (classes - 1) + ", found " + label);
            }
        }
    }

    private void otherKinds() throws IOException {
        try (DigitModel loaded = model.load(device);
                DigitImages test = DigitImages.test(
                        data.folder(loaded.card()), loaded.manager().getDevice());
                DigitImages others = others(loaded)) {
            DataOption.requireTrainedOn(spec, loaded.card(), test);
            System.out.println(
                    OtherImages.areas(loaded, test, others, seed.value()).printAll());
        }
    }

    /** Reads the test images of another set than the model's. */
    private static DigitImages others(DigitModel loaded) throws IOException {
        Device where = loaded.manager().getDevice();
        Path fashion = DataFolder.fashion();
        if (!Files.isDirectory(fashion)) {
            throw new IOException(fashion + ": expected Fashion-MNIST, found nothing there. Run ./environment/run setup"
                    + " --with-fashion");
        }
        DigitImages garments = DigitImages.test(fashion, where);
        if (garments.dataSet().differsFrom(loaded.card().dataChecksums())) {
            return garments;
        }
        garments.close();
        return DigitImages.test(DataFolder.mnist(), where);
    }
}
