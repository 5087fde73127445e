package io.github.mnistebm.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.model.DigitModel;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Samples of a model against the test images, and beside them what they can be measured by: real images, and images that the
 * model's decoder makes of real latents.
 */
public final class ModelEvaluation {

    /** The model's samples. */
    public static final String SAMPLES = "samples";

    /**
     * What a perfect energy would reach with this autoencoder: decoded latents of training images (not of test images,
     * which a density that is learned from training images cannot know).
     */
    public static final String CEILING = "ceiling: decoded training latents";

    /** Training images, which differ from test images by chance only. */
    public static final String FLOOR = "floor: training images";

    private ModelEvaluation() {}

    /**
     * Measures samples, and as many training images, decoded from their latents and as they are.
     *
     * @param model the model
     * @param samples drawn from it, 0 and 1, {@code [n, 784]}
     * @param train the training images, from which a random subset is drawn with the engine's random numbers
     * @param test the images that all are compared with
     * @param classifier the reader
     * @return {@value #SAMPLES}, {@value #CEILING}, {@value #FLOOR}
     */
    public static Map<String, SampleQuality> of(
            DigitModel model, NDArray samples, DigitImages train, DigitImages test, DigitClassifier classifier) {
        Map<String, SampleQuality> sets = new LinkedHashMap<>();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray realFeatures = classifier.features(test.binarized(Binarization.THRESHOLD));
            long n = Math.min(samples.getShape().get(0), train.size());
            NDArray subset =
                    samples.getManager().randomPermutation(train.size()).get(new NDIndex().addSliceDim(0, n));
            NDArray images = train.binarized(Binarization.THRESHOLD).get(new NDIndex().addIndices("{}", subset));
            NDArray decoded = model.decode(model.encode(images)).gt(0.5).toType(DataType.UINT8, false);
            sets.put(SAMPLES, SampleQuality.ofFeatures(classifier, samples, realFeatures));
            sets.put(CEILING, SampleQuality.ofFeatures(classifier, decoded, realFeatures));
            sets.put(FLOOR, SampleQuality.ofFeatures(classifier, images, realFeatures));
        }
        return sets;
    }
}
