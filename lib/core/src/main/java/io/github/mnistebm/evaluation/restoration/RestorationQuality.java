package io.github.mnistebm.evaluation.restoration;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;

/**
 * The quality of completed digits.
 *
 * @param accuracy the share of the completed images, with the known pixels as they were, that a classifier reads rightly
 * @param knownError the share of the known pixels that the completion itself would have otherwise
 * @param hiddenError the share of the hidden pixels that are not as in the original
 */
public record RestorationQuality(double accuracy, double knownError, double hiddenError) {

    private static final long ROWS_AT_ONCE = 500;

    /**
     * Measures completions.
     *
     * @param completions all pixels of the completed images, 0 and 1, of any data type, {@code [n, 784]}
     * @param originals the images before pixels were hidden, likewise
     * @param known 1 where a pixel was known, 0 where it was hidden, likewise
     * @param labels the digits, n
     * @param classifier reads digits
     * @return the measures
     */
    public static RestorationQuality of(
            NDArray completions, NDArray originals, NDArray known, byte[] labels, DigitClassifier classifier) {
        return Scope.compute(() -> {
            NDArray kept = known.toType(DataType.FLOAT32, false);
            NDArray completed = NDArrays.where(known.gt(0), originals, completions);
            NDArray wrong = completions.neq(originals).toType(DataType.FLOAT32, false);
            double pixels = kept.getShape().size();
            double keptPixels = kept.sum().getFloat();
            double keptWrong = wrong.mul(kept).sum().getFloat();
            double allWrong = wrong.sum().getFloat();
            return new RestorationQuality(
                    classifier.accuracy(completed, labels),
                    keptWrong / keptPixels,
                    (allWrong - keptWrong) / (pixels - keptPixels));
        });
    }

    /**
     * Completes images by the training image that differs in the fewest of the known pixels.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]}
     * @param known 1 where a pixel is known, 0 elsewhere, likewise
     * @param train 0 and 1, of any data type, {@code [m, 784]}
     * @return the nearest training images, of their data type, {@code [n, 784]}, attached to the manager of {@code train}
     */
    public static NDArray nearestNeighbours(NDArray images, NDArray known, NDArray train) {
        return Scope.compute(() -> {
            // Σᵢ kᵢ (xᵢ − yᵢ)² of binary images is Σᵢ kᵢ xᵢ + Σᵢ kᵢ (1 − 2 xᵢ) yᵢ, of which the first does not depend
            // on y.
            NDArray kept = known.toType(DataType.FLOAT32, false);
            NDArray factors =
                    kept.sub(images.toType(DataType.FLOAT32, false).mul(kept).muli(2));
            NDArray transposed = train.toType(DataType.FLOAT32, false).transpose();
            NDArray nearest = Tensors.mapInParts(
                    factors, ROWS_AT_ONCE, part -> part.matMul(transposed).neg().argMax(1));
            return train.get(new NDIndex().addIndices("{}", nearest));
        });
    }
}
