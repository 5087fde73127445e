package io.github.mnistebm.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;

/**
 * The overlap of drawn and real features, by balls around each feature that reach to its k-th
 * nearest neighbour in its own set.
 *
 * @param precision share of drawn features in a ball of a real one (Kynkäänniemi et al. 2019, "Improved precision and
 *     recall metric for assessing generative models", equations 1 and 2)
 * @param recall share of real features in a ball of a drawn one
 * @param density mean number of real balls that a drawn feature lies in, divided by k (Naeem et al. 2020, "Reliable
 *     fidelity and diversity metrics for generative models", equation 3)
 * @param coverage share of real balls that hold a drawn feature (equation 4)
 */
public record PrecisionRecall(double precision, double recall, double density, double coverage) {

    private static final long ROWS_AT_ONCE = 500;

    /**
     * Compares two sets of features.
     *
     * @param real {@code [n, f]} with n &gt; k
     * @param drawn {@code [m, f]} with m &gt; k
     * @param k the index of the neighbour; at least 1
     * @return the four measures
     * @throws IllegalArgumentException if a set has no k-th neighbour
     */
    public static PrecisionRecall between(NDArray real, NDArray drawn, int k) {
        if (k < 1 || real.getShape().get(0) <= k || drawn.getShape().get(0) <= k) {
            throw new IllegalArgumentException("precision and recall: expected more than k = " + k
                    + " >= 1 features, found " + real.getShape() + " and " + drawn.getShape());
        }
        return Scope.compute(() -> {
            // In double precision: distances are differences of squares.
            NDArray x = real.toType(DataType.FLOAT64, false);
            NDArray y = drawn.toType(DataType.FLOAT64, false);
            NDArray realRadii = squaredRadii(x, k);
            NDArray drawnRadii = squaredRadii(y, k);
            // The number of real balls that each drawn feature lies in.
            NDArray balls = Tensors.mapInParts(y, ROWS_AT_ONCE, part -> squaredDistances(part, x)
                    .lte(realRadii.expandDims(0))
                    .toType(DataType.FLOAT64, false)
                    .sum(new int[] {1}));
            // Whether each real feature lies in a drawn ball, and its distance to the nearest drawn one.
            NDArray found = Tensors.mapInParts(x, ROWS_AT_ONCE, part -> {
                NDArray distances = squaredDistances(part, y);
                NDArray recalled = distances
                        .lte(drawnRadii.expandDims(0))
                        .toType(DataType.FLOAT64, false)
                        .max(new int[] {1});
                return NDArrays.stack(new NDList(recalled, distances.min(new int[] {1})), 1);
            });
            return new PrecisionRecall(
                    share(balls.gt(0)),
                    found.get(new NDIndex(":,0")).mean().getDouble(),
                    balls.mean().getDouble() / k,
                    share(found.get(new NDIndex(":,1")).lte(realRadii)));
        });
    }

    private static double share(NDArray flags) {
        return flags.toType(DataType.FLOAT64, false).mean().getDouble();
    }

    /** The squared distance of each row to its k-th nearest other row. */
    private static NDArray squaredRadii(NDArray rows, int k) {
        // The nearest of all is the row itself.
        return Tensors.mapInParts(rows, ROWS_AT_ONCE, part -> squaredDistances(part, rows)
                .topK(k + 1, 1, false, true)
                .get(0)
                .get(new NDIndex(":,{}", k)));
    }

    private static NDArray squaredDistances(NDArray from, NDArray to) {
        NDArray fromSquares = from.square().sum(new int[] {1}).expandDims(1);
        NDArray toSquares = to.square().sum(new int[] {1}).expandDims(0);
        NDArray distances =
                fromSquares.add(toSquares).sub(from.matMul(to.transpose()).mul(2));
        return NDArrays.maximum(distances, distances.zerosLike());
    }
}
