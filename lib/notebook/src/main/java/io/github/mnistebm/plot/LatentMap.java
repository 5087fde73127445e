package io.github.mnistebm.plot;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import org.ejml.simple.SimpleMatrix;
import org.ejml.simple.SimpleSVD;

/**
 * A plane through latent space on which the digits lie as far apart as they can: the first two principal directions of
 * the ten class means. (Whitened latents as a whole have no principal direction: their covariance is I.)
 */
public final class LatentMap {

    private static final int CLASSES = 10;

    private final SimpleMatrix centre;
    private final SimpleMatrix axes;

    private LatentMap(SimpleMatrix centre, SimpleMatrix axes) {
        this.centre = centre;
        this.axes = axes;
    }

    /**
     * Finds the plane.
     *
     * @param latents {@code [n, d]} with d &gt; 1
     * @param labels the digit of each
     * @return the map
     * @throws IllegalArgumentException if d is 1, or a label is missing
     */
    public static LatentMap of(NDArray latents, byte[] labels) {
        SimpleMatrix rows = toMatrix(latents);
        if (rows.getNumCols() < 2 || rows.getNumRows() != labels.length) {
            throw new IllegalArgumentException("latent map: expected latents of shape (" + labels.length
                    + ", d) with d > 1, found " + latents.getShape());
        }
        int d = rows.getNumCols();
        SimpleMatrix means = new SimpleMatrix(CLASSES, d);
        int[] counts = new int[CLASSES];
        for (int i = 0; i < labels.length; i++) {
            counts[labels[i]]++;
            for (int j = 0; j < d; j++) {
                means.set(labels[i], j, means.get(labels[i], j) + rows.get(i, j));
            }
        }
        SimpleMatrix centre = new SimpleMatrix(1, d);
        for (int digit = 0; digit < CLASSES; digit++) {
            for (int j = 0; j < d; j++) {
                means.set(digit, j, means.get(digit, j) / Math.max(1, counts[digit]));
                centre.set(0, j, centre.get(0, j) + means.get(digit, j) / CLASSES);
            }
        }
        SimpleSVD<SimpleMatrix> svd = subtract(means, centre).svd(true);
        return new LatentMap(centre, svd.getV().extractMatrix(0, d, 0, 2));
    }

    /**
     * Projects latents onto the plane.
     *
     * @param latents {@code [n, d]}
     * @return coordinates, {@code [n][2]}
     */
    public double[][] project(NDArray latents) {
        return subtract(toMatrix(latents), centre).mult(axes).toArray2();
    }

    private static SimpleMatrix subtract(SimpleMatrix rows, SimpleMatrix row) {
        SimpleMatrix difference = rows.copy();
        for (int i = 0; i < rows.getNumRows(); i++) {
            for (int j = 0; j < rows.getNumCols(); j++) {
                difference.set(i, j, rows.get(i, j) - row.get(0, j));
            }
        }
        return difference;
    }

    private static SimpleMatrix toMatrix(NDArray latents) {
        int n = (int) latents.getShape().get(0);
        int d = (int) latents.getShape().get(1);
        try (NDArray doubles = latents.toType(DataType.FLOAT64, true)) {
            return new SimpleMatrix(n, d, true, doubles.toDoubleArray());
        }
    }
}
