package io.github.mnistebm.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import org.ejml.simple.SimpleMatrix;

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
     */
    public static double between(NDArray first, NDArray second) {
        Moments a = Moments.of(first);
        Moments b = Moments.of(second);
        SimpleMatrix root = symmetricRoot(a.covariance());
        SimpleMatrix product = root.mult(b.covariance()).mult(root);
        double cross =
                symmetricRoot(product.plus(product.transpose()).divide(2)).trace();
        double means = a.mean().minus(b.mean()).normF();
        return means * means + a.covariance().trace() + b.covariance().trace() - 2 * cross;
    }

    private record Moments(SimpleMatrix mean, SimpleMatrix covariance) {
        static Moments of(NDArray features) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                int k = (int) features.getShape().get(1);
                NDArray doubles = features.toType(DataType.FLOAT64, false);
                NDArray mean = doubles.mean(new int[] {0});
                NDArray centred = doubles.sub(mean);
                NDArray covariance = centred.transpose()
                        .matMul(centred)
                        .div(features.getShape().get(0) - 1);
                return new Moments(
                        new SimpleMatrix(k, 1, true, mean.toDoubleArray()),
                        new SimpleMatrix(k, k, true, covariance.toDoubleArray()));
            }
        }
    }

    private static SimpleMatrix symmetricRoot(SimpleMatrix matrix) {
        var eigen = matrix.eig();
        SimpleMatrix root = new SimpleMatrix(matrix.getNumRows(), matrix.getNumCols());
        for (int i = 0; i < eigen.getNumberOfEigenvalues(); i++) {
            double value = Math.sqrt(Math.max(0, eigen.getEigenvalue(i).getReal()));
            SimpleMatrix vector = eigen.getEigenVector(i);
            root = root.plus(vector.mult(vector.transpose()).scale(value));
        }
        return root;
    }
}
