package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;

/**
 * The metric of a kernel's moves: Σ, an estimate of the target's covariance, or its diagonal. Hamiltonian Monte Carlo with the mass matrix
 * Σ⁻¹ is the same as with the unit matrix in the coordinates z of u = A z, A Aᵀ = Σ (Neal 2011, section 5.4.1), and Langevin dynamics is
 * preconditioned by Σ there (Roberts &amp; Stramer 2002). A kernel hence needs no notion of a metric: chains move in these coordinates.
 */
public final class Metric {

    /** A, lower triangular; of a diagonal metric its diagonal, as the only row. */
    private final double[][] factor;

    private final double[][] inverse;

    private Metric(double[][] factor, double[][] inverse) {
        this.factor = factor;
        this.inverse = inverse;
    }

    /**
     * Creates a diagonal metric.
     *
     * @param variances the variances of the coordinates, {@code [d]}; positive
     * @return the metric
     * @throws IllegalArgumentException if a variance is not positive and finite
     */
    public static Metric diagonal(double... variances) {
        for (double variance : variances) {
            if (!(variance > 0) || Double.isInfinite(variance)) {
                throw new IllegalArgumentException(
                        "variances: expected positive and finite ones, found " + Arrays.toString(variances));
            }
        }
        return new Metric(
                new double[][] {Arrays.stream(variances).map(Math::sqrt).toArray()}, new double[][] {
                    Arrays.stream(variances).map(value -> 1 / Math.sqrt(value)).toArray()
                });
    }

    /**
     * Creates a dense metric.
     *
     * @param covariance Σ, {@code [d][d]}; symmetric and positive definite
     * @return the metric
     * @throws IllegalArgumentException if the matrix is not positive definite
     */
    public static Metric dense(double[][] covariance) {
        int d = covariance.length;
        CholeskyDecomposition_F64<DMatrixRMaj> cholesky = DecompositionFactory_DDRM.chol(d, true);
        if (!cholesky.decompose(new DMatrixRMaj(covariance))) {
            throw new IllegalArgumentException(
                    "covariance: expected a positive definite matrix, found " + Arrays.deepToString(covariance));
        }
        DMatrixRMaj factor = cholesky.getT(null);
        DMatrixRMaj inverse = new DMatrixRMaj(d, d);
        CommonOps_DDRM.invert(factor, inverse);
        return new Metric(rows(factor), rows(inverse));
    }

    private static double[][] rows(DMatrixRMaj matrix) {
        int d = matrix.getNumCols();
        double[][] rows = new double[matrix.getNumRows()][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(matrix.getData(), row * d, (row + 1) * d);
        }
        return rows;
    }

    /** Returns the coordinates in which this metric is the unit one, with arrays on the manager's device. */
    Coordinates on(NDManager manager) {
        return new Coordinates(manager, factor, inverse);
    }
}
