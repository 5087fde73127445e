package io.github.mnistebm.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.tensor.Scope;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The Fréchet distance between two sets of features, taken as normal distributions (Heusel et al. 2017, "GANs trained by a
 * two time-scale update rule", equation 6):
 *
 * <pre>‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁^½ Σ₂ Σ₁^½)^½)</pre>
 *
 * <p>The form under the root is symmetric, so that both roots come exactly from eigendecompositions in double precision.
 */
public final class FrechetDistance {

    private FrechetDistance() {}

    /**
     * Computes the distance.
     *
     * @param first features, {@code [n, k]} with n &gt; 1
     * @param second features, {@code [m, k]} with m &gt; 1
     * @return at least 0, up to rounding
     * @throws IllegalArgumentException if features are not finite
     */
    public static double between(NDArray first, NDArray second) {
        Moments a = Moments.of(first);
        Moments b = Moments.of(second);
        DMatrixRMaj root = symmetricRoot(a.covariance());
        DMatrixRMaj product = CommonOps_DDRM.mult(CommonOps_DDRM.mult(root, b.covariance(), null), root, null);
        // Rounding leaves the product not quite symmetric.
        DMatrixRMaj symmetric = CommonOps_DDRM.transpose(product, null);
        CommonOps_DDRM.add(0.5, product, 0.5, symmetric, symmetric);
        double cross = CommonOps_DDRM.trace(symmetricRoot(symmetric));
        double means = NormOps_DDRM.normF(CommonOps_DDRM.subtract(a.mean(), b.mean(), null));
        return means * means + CommonOps_DDRM.trace(a.covariance()) + CommonOps_DDRM.trace(b.covariance()) - 2 * cross;
    }

    private record Moments(DMatrixRMaj mean, DMatrixRMaj covariance) {
        static Moments of(NDArray features) {
            return Scope.compute(() -> {
                int k = (int) features.getShape().get(1);
                NDArray doubles = features.toType(DataType.FLOAT64, false);
                NDArray mean = doubles.mean(new int[] {0});
                NDArray centred = doubles.sub(mean);
                NDArray covariance = centred.transpose()
                        .matMul(centred)
                        .div(features.getShape().get(0) - 1);
                return new Moments(
                        new DMatrixRMaj(k, 1, true, mean.toDoubleArray()),
                        new DMatrixRMaj(k, k, true, covariance.toDoubleArray()));
            });
        }
    }

    private static DMatrixRMaj symmetricRoot(DMatrixRMaj matrix) {
        int k = matrix.getNumRows();
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(k, true, true);
        if (!eigen.decompose(matrix.copy())) {
            throw new IllegalArgumentException("features: the covariance has no eigendecomposition; are all finite?");
        }
        DMatrixRMaj root = new DMatrixRMaj(k, k);
        for (int i = 0; i < k; i++) {
            double value = Math.sqrt(Math.max(0, eigen.getEigenvalue(i).getReal()));
            DMatrixRMaj vector = eigen.getEigenVector(i);
            CommonOps_DDRM.multAddTransB(value, vector, vector, root);
        }
        return root;
    }
}
