package io.github.mnistebm.cli.bench;

import ai.djl.Device;
import io.github.mnistebm.cli.option.DataOption;
import io.github.mnistebm.cli.option.DeviceOption;
import io.github.mnistebm.cli.option.EvaluationClassifier;
import io.github.mnistebm.cli.option.ModelOption;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.option.SeedOption;
import io.github.mnistebm.cli.terminal.Progress;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.experiment.RestorationExperiment;
import io.github.mnistebm.model.DigitModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tech.tablesaw.api.Table;

/** Measures how well a model completes test images of which half the pixels are hidden. */
@Command(
        name = "restore",
        description = {
            "Hides half the pixels of test images, completes them, and measures how many the classifier reads rightly, beside",
            "completion by the nearest training image. Takes minutes."
        },
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run bench restore",
            "  ./environment/run bench restore --model models/twelve",
            "  ./environment/run bench restore --data data/mnist"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class RestoreBenchCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many test images, the first ones. Default: ${DEFAULT-VALUE}.")
    private int images;

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
        Options.requireAtLeast(spec, "--images", 1, images);
        try (DigitModel loaded = model.load(device)) {
            Device where = loaded.manager().getDevice();
            Path folder = data.folder(loaded.card());
            try (DigitImages train = DigitImages.train(folder, where);
                    DigitImages test = DigitImages.test(folder, where);
                    DigitClassifier classifier = EvaluationClassifier.of(spec, model, loaded, train, test);
                    DigitImages some = test.first(Math.min(images, test.size()));
                    Progress progress = new Progress()) {
                Table table = RestorationExperiment.run(loaded, classifier, train, some, seed.value(), progress::share);
                progress.end();
                System.out.println(table.printAll());
            }
        }
        return 0;
    }
}
