package io.github.mnistebm.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;

/** A measure of the repetition of training images: the number of pixels by which an image differs from the nearest of them. */
public final class NearCopies {

    /** An image that differs in less than this share of its pixels counts as a copy. */
    public static final double COPY = 0.01;

    private static final long ROWS_AT_ONCE = 500;
    private static final long TRAINING_ROWS_AT_ONCE = 15_000;

    private NearCopies() {}

    /**
     * Measures the share of copies among images.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]}
     * @param train the training images, 0 and 1, of any data type, {@code [m, 784]}
     * @return the share whose nearest training image differs in less than {@value #COPY} of the pixels
     */
    public static double share(NDArray images, NDArray train) {
        return Scope.compute(() -> {
            double threshold = COPY * images.getShape().get(1);
            return nearest(images, train)
                    .lt(threshold)
                    .toType(DataType.FLOAT64, false)
                    .mean()
                    .getDouble();
        });
    }

    /**
     * Counts the pixels by which each image differs from the nearest training image.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]}
     * @param train 0 and 1, of any data type, {@code [m, 784]}
     * @return whole numbers as 32-bit floats, {@code [n]}, attached to the manager of the images
     */
    public static NDArray nearest(NDArray images, NDArray train) {
        return Scope.compute(() -> {
            long m = train.getShape().get(0);
            NDArray nearest =
                    images.getManager().full(new Shape(images.getShape().get(0)), Float.MAX_VALUE);
            for (long from = 0; from < m; from += TRAINING_ROWS_AT_ONCE) {
                NDIndex part = new NDIndex().addSliceDim(from, Math.min(m, from + TRAINING_ROWS_AT_ONCE));
                Scope.run(() -> {
                    NDArray rows = train.get(part).toType(DataType.FLOAT32, true);
                    // ‖x − y‖² of binary images: whole numbers, which a float holds exactly.
                    NDArray norms = rows.sum(new int[] {1});
                    NDArray transposed = rows.muli(-2).transpose();
                    NDArray distances = Tensors.mapInParts(images, ROWS_AT_ONCE, some -> {
                        NDArray x = some.toType(DataType.FLOAT32, false);
                        return x.matMul(transposed)
                                .addi(norms)
                                .min(new int[] {1})
                                .addi(x.sum(new int[] {1}));
                    });
                    Tensors.copy(NDArrays.minimum(nearest, distances), nearest);
                });
            }
            return nearest;
        });
    }
}
