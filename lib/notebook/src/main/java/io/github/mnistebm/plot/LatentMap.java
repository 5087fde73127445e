package io.github.mnistebm.plot;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * A plane through latent space on which the classes lie as far apart as they can: the first two principal directions of
 * the class means. (Whitened latents as a whole have no principal direction: their covariance is I.)
 */
public final class LatentMap {

    private final DMatrixRMaj centre;
    private final DMatrixRMaj axes;

    private LatentMap(DMatrixRMaj centre, DMatrixRMaj axes) {
        this.centre = centre;
        this.axes = axes;
    }

    /**
     * Finds the plane.
     *
     * @param latents {@code [n, d]} with d &gt; 1
     * @param labels the label of each, from 0 on, as unsigned bytes
     * @return the map
     * @throws IllegalArgumentException if d is 1, there are not as many labels as latents, or latents are not finite
     */
    public static LatentMap of(NDArray latents, byte[] labels) {
        DMatrixRMaj rows = toMatrix(latents);
        if (rows.getNumCols() < 2 || rows.getNumRows() != labels.length) {
            throw new IllegalArgumentException("latent map: expected latents of shape (" + labels.length
                    + ", d) with d > 1, found " + latents.getShape());
        }
        int d = rows.getNumCols();
        int classes = classes(labels);
        DMatrixRMaj means = new DMatrixRMaj(classes, d);
        int[] counts = new int[classes];
        for (int i = 0; i < labels.length; i++) {
            int label = labels[i] & 0xff;
            counts[label]++;
            for (int j = 0; j < d; j++) {
                means.set(label, j, means.get(label, j) + rows.get(i, j));
            }
        }
        DMatrixRMaj centre = new DMatrixRMaj(1, d);
        for (int label = 0; label < classes; label++) {
            for (int j = 0; j < d; j++) {
                means.set(label, j, means.get(label, j) / Math.max(1, counts[label]));
                centre.set(0, j, centre.get(0, j) + means.get(label, j) / classes);
            }
        }
        SingularValueDecomposition_F64<DMatrixRMaj> svd = DecompositionFactory_DDRM.svd(classes, d, false, true, true);
        if (!svd.decompose(subtract(means, centre))) {
            throw new IllegalArgumentException("latent map: expected finite latents");
        }
        DMatrixRMaj directions = svd.getV(null, false);
        SingularOps_DDRM.descendingOrder(null, false, svd.getW(null), directions, false);
        return new LatentMap(centre, CommonOps_DDRM.extract(directions, 0, d, 0, 2));
    }

    /** Returns the number of classes, one more than the greatest label. */
    static int classes(byte[] labels) {
        int classes = 0;
        for (byte label : labels) {
            classes = Math.max(classes, (label & 0xff) + 1);
        }
        return classes;
    }

    /**
     * Projects latents onto the plane.
     *
     * @param latents {@code [n, d]}
     * @return coordinates, {@code [n][2]}
     */
    public double[][] project(NDArray latents) {
        DMatrixRMaj coordinates = CommonOps_DDRM.mult(subtract(toMatrix(latents), centre), axes, null);
        return coordinates.get2DData();
    }

    private static DMatrixRMaj subtract(DMatrixRMaj rows, DMatrixRMaj row) {
        DMatrixRMaj difference = rows.copy();
        for (int i = 0; i < rows.getNumRows(); i++) {
            for (int j = 0; j < rows.getNumCols(); j++) {
                difference.set(i, j, rows.get(i, j) - row.get(0, j));
            }
        }
        return difference;
    }

    private static DMatrixRMaj toMatrix(NDArray latents) {
        int n = (int) latents.getShape().get(0);
        int d = (int) latents.getShape().get(1);
        try (NDArray doubles = latents.toType(DataType.FLOAT64, true)) {
            return new DMatrixRMaj(n, d, true, doubles.toDoubleArray());
        }
    }
}
