package io.github.mnistebm.experiment;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.evaluation.restoration.Occlusion;
import io.github.mnistebm.evaluation.restoration.RestorationQuality;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitRestorer;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Measures how well a model completes images of which half the pixels are hidden. */
public final class RestorationExperiment {

    private static final String HIDDEN = "hidden";
    private static final String COMPLETED_BY = "completed by";
    private static final String ACCURACY = "accuracy";
    private static final String KNOWN_ERROR = "error of known pixels";
    private static final String HIDDEN_ERROR = "error of hidden pixels";

    private RestorationExperiment() {}

    /**
     * Completes images in each {@link Occlusion}, by the model and by the nearest training image.
     *
     * @param model the model
     * @param classifier the classifier that reads the completions
     * @param train the training images
     * @param images the images to hide half of
     * @param seed the seed of the random numbers
     * @param progress returns the consumer of the progress, from 0 to 1, of the restoration of that name
     * @return a row for each occlusion and kind of completion
     */
    public static Table run(
            DigitModel model,
            DigitClassifier classifier,
            DigitImages train,
            DigitImages images,
            int seed,
            Function<String, DoubleConsumer> progress) {
        Table table = Table.create(
                "completions",
                StringColumn.create(HIDDEN),
                StringColumn.create(COMPLETED_BY),
                DoubleColumn.create(ACCURACY),
                DoubleColumn.create(KNOWN_ERROR),
                DoubleColumn.create(HIDDEN_ERROR));
        Binarization binarization = model.card().configuration().binarization();
        Scope.run(() -> {
            RandomSource random = RandomSource.of(seed);
            NDArray examples = train.binarized(binarization, random);
            NDArray originals = images.binarized(binarization, random);
            for (Occlusion occlusion : Occlusion.values()) {
                NDArray known = occlusion.known(model.manager(), images.size(), seed);
                Map<String, NDArray> completions = new LinkedHashMap<>();
                completions.put("nothing hidden", originals);
                completions.put(
                        "nearest training image", RestorationQuality.nearestNeighbours(originals, known, examples));
                try (DigitRestorer.Restoration restored =
                        DigitRestorer.of(model).restore(originals, known, seed, progress.apply(occlusion.toString()))) {
                    completions.put(
                            "posterior mean",
                            Binarization.ofMeans(restored.decoded().mean(new int[] {1})));
                    completions.put(
                            "one draw", Binarization.ofMeans(restored.decoded().get(new NDIndex(":, 0"))));
                    completions.forEach((name, completed) -> append(
                            table,
                            occlusion,
                            name,
                            RestorationQuality.of(completed, originals, known, images.labels(), classifier)));
                }
            }
        });
        return table;
    }

    private static void append(Table table, Occlusion occlusion, String completedBy, RestorationQuality quality) {
        table.stringColumn(HIDDEN).append(occlusion.toString());
        table.stringColumn(COMPLETED_BY).append(completedBy);
        table.doubleColumn(ACCURACY).append(quality.accuracy());
        table.doubleColumn(KNOWN_ERROR).append(quality.knownError());
        table.doubleColumn(HIDDEN_ERROR).append(quality.hiddenError());
    }
}
