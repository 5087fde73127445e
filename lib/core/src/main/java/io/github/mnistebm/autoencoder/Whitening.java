package io.github.mnistebm.autoencoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.Scope;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * An affine map that gives latents mean 0 and covariance I, u = (z − μ) W with W = V Λ^(−1/2) Vᵀ from the
 * eigendecomposition of the covariance. For a Langevin sampler this is preconditioning.
 */
public final class Whitening implements AutoCloseable {

    /** Eigenvalues below this share of the largest count as this share: a latent that hardly varies is not blown up. */
    private static final double EIGENVALUE_FLOOR = 1e-6;

    private final NDManager manager;
    private final NDArray mean;
    private final NDArray whiten;
    private final NDArray unwhiten;

    private Whitening(NDManager parent, NDArray mean, NDArray whiten, NDArray unwhiten) {
        this.manager = parent.newSubManager();
        this.mean = Scope.owned(manager, mean);
        this.whiten = Scope.owned(manager, whiten);
        this.unwhiten = Scope.owned(manager, unwhiten);
    }

    /**
     * Creates the map from its arrays.
     *
     * @param parent the parent of the manager that owns them
     * @param mean μ, {@code [d]}; taken over
     * @param whiten W, {@code [d, d]}; taken over
     * @param unwhiten W⁻¹, {@code [d, d]}; taken over
     * @return the map
     */
    public static Whitening of(NDManager parent, NDArray mean, NDArray whiten, NDArray unwhiten) {
        return new Whitening(parent, mean, whiten, unwhiten);
    }

    /**
     * Fits the map to latents.
     *
     * @param parent the parent of the manager that owns the result
     * @param latents {@code [n, d]} with n &gt; 1
     * @return the map
     * @throws IllegalArgumentException if there are less than two latents, or they are all the same or not finite
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public static Whitening fit(NDManager parent, NDArray latents) {
        long n = latents.getShape().get(0);
        if (n < 2) {
            throw new IllegalArgumentException("whitening: expected at least 2 latents, found " + n);
        }
        return Scope.compute(() -> {
            NDArray doubles = latents.toType(DataType.FLOAT64, false);
            NDArray mean = doubles.mean(new int[] {0});
            NDArray centred = doubles.sub(mean);
            NDArray covariance = centred.transpose().matMul(centred).div(n - 1);
            int d = (int) latents.getShape().get(1);
            DMatrixRMaj[] roots = symmetricRoots(new DMatrixRMaj(d, d, true, covariance.toDoubleArray()));
            return new Whitening(
                    parent,
                    mean.toType(DataType.FLOAT32, true),
                    toFloat(latents.getManager(), roots[0]),
                    toFloat(latents.getManager(), roots[1]));
        });
    }

    /** V Λ^(−1/2) Vᵀ and V Λ^(1/2) Vᵀ. */
    private static DMatrixRMaj[] symmetricRoots(DMatrixRMaj covariance) {
        int d = covariance.getNumRows();
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(d, true, true);
        if (CommonOps_DDRM.elementSum(covariance) != CommonOps_DDRM.elementSum(covariance)
                || !Cancellation.await(() -> eigen.decompose(covariance))) {
            throw new IllegalArgumentException("whitening: the covariance of the latents is not finite");
        }
        double largest = 0;
        for (int i = 0; i < d; i++) {
            largest = Math.max(largest, eigen.getEigenvalue(i).getReal());
        }
        if (!(largest > 0)) {
            throw new IllegalArgumentException("whitening: all latents are the same");
        }
        DMatrixRMaj inverseRoot = new DMatrixRMaj(d, d);
        DMatrixRMaj root = new DMatrixRMaj(d, d);
        for (int i = 0; i < d; i++) {
            Cancellation.check();
            double value = Math.max(eigen.getEigenvalue(i).getReal(), EIGENVALUE_FLOOR * largest);
            DMatrixRMaj vector = eigen.getEigenVector(i);
            CommonOps_DDRM.multAddTransB(1 / Math.sqrt(value), vector, vector, inverseRoot);
            CommonOps_DDRM.multAddTransB(Math.sqrt(value), vector, vector, root);
        }
        return new DMatrixRMaj[] {inverseRoot, root};
    }

    private static NDArray toFloat(NDManager manager, DMatrixRMaj matrix) {
        float[] values = new float[matrix.getNumElements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) matrix.get(i);
        }
        return manager.create(values, new Shape(matrix.getNumRows(), matrix.getNumCols()));
    }

    /**
     * Whitens latents.
     *
     * @param latents z, {@code [n, d]}
     * @return u, {@code [n, d]}, attached to the manager of the latents
     */
    public NDArray whiten(NDArray latents) {
        return latents.sub(mean).matMul(whiten);
    }

    /**
     * Goes back from whitened latents.
     *
     * @param whitened u, {@code [n, d]}
     * @return z, {@code [n, d]}, attached to the manager of {@code whitened}
     */
    public NDArray unwhiten(NDArray whitened) {
        return whitened.matMul(unwhiten).addi(mean);
    }

    /**
     * Returns the mean of the latents that the map was fitted to.
     *
     * @return μ, {@code [d]}; it stays this object's
     */
    public NDArray mean() {
        return mean;
    }

    /**
     * Returns the matrix that whitens.
     *
     * @return W, {@code [d, d]}; it stays this object's
     */
    public NDArray whiteningMatrix() {
        return whiten;
    }

    /**
     * Returns the matrix that goes back.
     *
     * @return W⁻¹, {@code [d, d]}; it stays this object's
     */
    public NDArray unwhiteningMatrix() {
        return unwhiten;
    }

    @Override
    public void close() {
        manager.close();
    }
}
