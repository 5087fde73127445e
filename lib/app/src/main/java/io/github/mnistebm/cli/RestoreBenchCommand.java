package io.github.mnistebm.cli;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.evaluation.Occlusion;
import io.github.mnistebm.evaluation.RestorationQuality;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitRestorer;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Measures how well a model completes test digits of which half the pixels are hidden. */
@Command(
        name = "restore",
        description = {
            "Hides half the pixels of test digits, completes them, and measures how many the classifier reads rightly, beside",
            "completion by the nearest training image. Takes minutes."
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
            description = "How many test digits, the first ones. Default: ${DEFAULT-VALUE}.")
    private int images;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the random numbers. Default: ${DEFAULT-VALUE}.")
    private int seed;

    @Mixin
    private ModelOption model;

    @Mixin
    private MnistOption mnist;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        Options.requireAtLeast(spec, "--images", 1, images);
        Table table = Table.create(
                "completions",
                StringColumn.create("hidden"),
                StringColumn.create("completed by"),
                DoubleColumn.create("accuracy"),
                DoubleColumn.create("error of known pixels"),
                DoubleColumn.create("error of hidden pixels"));
        try (DigitModel loaded = model.load(device)) {
            Device where = loaded.manager().getDevice();
            Binarization binarization = loaded.card().configuration().binarization();
            try (NDScope scope = new NDScope();
                    DigitClassifier classifier = DigitClassifier.load(DataFolder.classifier(), where);
                    DigitImages train = DigitImages.train(mnist.folder(), where);
                    DigitImages test = DigitImages.test(mnist.folder(), where);
                    DigitImages some = test.first(Math.min(images, test.size()))) {
                scope.suppressNotUsedWarning();
                RandomSource random = RandomSource.of(seed);
                NDArray examples = train.binarized(binarization, random);
                NDArray originals = some.binarized(binarization, random);
                for (Occlusion occlusion : Occlusion.values()) {
                    NDArray known = occlusion.known(loaded.manager(), some.size(), seed);
                    Map<String, NDArray> completions = new LinkedHashMap<>();
                    completions.put("nothing hidden", originals);
                    completions.put(
                            "nearest training image", RestorationQuality.nearestNeighbours(originals, known, examples));
                    try (Progress progress = new Progress();
                            DigitRestorer.Restoration restored = DigitRestorer.of(loaded)
                                    .restore(originals, known, seed, progress.share(occlusion.toString()))) {
                        progress.end();
                        completions.put(
                                "posterior mean", binary(restored.decoded().mean(new int[] {1})));
                        completions.put("one draw", binary(restored.decoded().get(new NDIndex(":, 0"))));
                        completions.forEach((name, completed) -> append(
                                table,
                                occlusion,
                                name,
                                RestorationQuality.of(completed, originals, known, some.labels(), classifier)));
                    }
                }
            }
        }
        System.out.println(table.printAll());
        return 0;
    }

    private static NDArray binary(NDArray means) {
        return means.gt(0.5).toType(DataType.UINT8, false);
    }

    private static void append(Table table, Occlusion occlusion, String completedBy, RestorationQuality quality) {
        table.stringColumn(0).append(occlusion.toString());
        table.stringColumn(1).append(completedBy);
        table.doubleColumn(2).append(quality.accuracy());
        table.doubleColumn(3).append(quality.knownError());
        table.doubleColumn(4).append(quality.hiddenError());
    }
}
