package io.github.mnistebm.energy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.sampling.EnergyAndGradient;
import io.github.mnistebm.sampling.ReferenceMeasure;
import io.github.mnistebm.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;

/**
 * A mixture of normal distributions, q(u) = Σₖ wₖ N(u; μₖ, Σₖ). With Σₖ = Lₖ Lₖᵀ, all components of a batch are evaluated by
 * one matrix product, since (u − μₖ)ᵀ Σₖ⁻¹ (u − μₖ) = ‖(u − μₖ)ᵀ Lₖ⁻ᵀ‖². Owns its arrays: close it.
 */
public final class GaussianMixture implements ReferenceMeasure, AutoCloseable {

    private final NDManager manager;
    private final int components;
    private final int dimension;
    private final NDArray weights;
    private final NDArray means;
    private final NDArray factors;
    private final NDArray whitening;
    private final NDArray offsets;
    private final NDArray logConstants;
    private final NDArray cumulative;

    private GaussianMixture(NDManager parent, float[] weights, float[] means, float[] factors) {
        this.manager = parent.newSubManager();
        this.components = weights.length;
        this.dimension = means.length / weights.length;
        int k = components;
        int d = dimension;
        // All below follows from the three arrays that are stored, so that a loaded mixture is the saved one to the
        // last bit.
        float[] whitenings = new float[d * k * d];
        float[] offsetValues = new float[k * d];
        float[] constants = new float[k];
        float[] sums = new float[k];
        double sum = 0;
        for (int c = 0; c < k; c++) {
            DMatrixRMaj factor = new DMatrixRMaj(d, d);
            for (int i = 0; i < d * d; i++) {
                factor.set(i, factors[c * d * d + i]);
            }
            DMatrixRMaj inverse = new DMatrixRMaj(d, d);
            CommonOps_DDRM.invert(factor, inverse);
            double logDeterminant = 0;
            sum += weights[c];
            sums[c] = (float) sum;
            for (int i = 0; i < d; i++) {
                logDeterminant += Math.log(factor.get(i, i));
                double offset = 0;
                for (int j = 0; j < d; j++) {
                    // Column i of L⁻ᵀ is row i of L⁻¹.
                    whitenings[j * k * d + c * d + i] = (float) inverse.get(i, j);
                    offset += inverse.get(i, j) * means[c * d + j];
                }
                offsetValues[c * d + i] = (float) offset;
            }
            constants[c] = (float) (Math.log(weights[c]) - d * Math.log(2 * Math.PI) / 2 - logDeterminant);
        }
        this.weights = manager.create(weights);
        this.means = manager.create(means, new Shape(k, d));
        this.factors = manager.create(factors, new Shape(k, d, d));
        this.whitening = manager.create(whitenings, new Shape(d, (long) k * d));
        this.offsets = manager.create(offsetValues);
        this.logConstants = manager.create(constants);
        this.cumulative = manager.create(sums);
        NDScope.unregister(this.weights, this.means, this.factors, whitening, offsets, logConstants, cumulative);
    }

    /**
     * Makes a mixture.
     *
     * @param parent the parent of the manager that owns its arrays
     * @param weights wₖ, positive, with sum 1
     * @param means μₖ, {@code [K][d]}
     * @param covariances Σₖ, {@code [K][d * d]}, symmetric and positive definite
     * @return the mixture
     * @throws IllegalArgumentException if the three differ in K, a weight is not positive, or a covariance is not positive
     *     definite
     */
    public static GaussianMixture of(NDManager parent, double[] weights, double[][] means, double[][] covariances) {
        if (weights.length == 0 || means.length != weights.length || covariances.length != weights.length) {
            throw new IllegalArgumentException(
                    "mixture: expected as many weights, means and covariances, at least 1, found " + weights.length
                            + ", " + means.length + " and " + covariances.length);
        }
        int k = weights.length;
        int d = means[0].length;
        float[] floatWeights = new float[k];
        float[] floatMeans = new float[k * d];
        float[] floatFactors = new float[k * d * d];
        for (int c = 0; c < k; c++) {
            CholeskyDecomposition_F64<DMatrixRMaj> cholesky = DecompositionFactory_DDRM.chol(d, true);
            if (!(weights[c] > 0) || !cholesky.decompose(new DMatrixRMaj(d, d, true, covariances[c].clone()))) {
                throw new IllegalArgumentException("mixture: component " + c + " of weight " + weights[c]
                        + ": the weight must be positive, the covariance positive definite");
            }
            DMatrixRMaj factor = cholesky.getT(null);
            floatWeights[c] = (float) weights[c];
            for (int i = 0; i < d; i++) {
                floatMeans[c * d + i] = (float) means[c][i];
            }
            for (int i = 0; i < d * d; i++) {
                floatFactors[c * d * d + i] = (float) factor.get(i);
            }
        }
        return new GaussianMixture(parent, floatWeights, floatMeans, floatFactors);
    }

    /**
     * Makes a mixture of what {@link #namedParameters} gave.
     *
     * @param parent the parent of the manager that owns its arrays
     * @param parameters by name, of the shapes of {@link #parameterShapes}
     * @return the mixture
     */
    public static GaussianMixture of(NDManager parent, Map<String, NDArray> parameters) {
        return new GaussianMixture(
                parent,
                parameters.get("weights").toFloatArray(),
                parameters.get("means").toFloatArray(),
                parameters.get("factors").toFloatArray());
    }

    /**
     * Returns the shape of each parameter under the name that it has on disk.
     *
     * @param components K
     * @param dimension d
     * @return {@code weights}, {@code means}, {@code factors} (Lₖ)
     */
    public static Map<String, Shape> parameterShapes(int components, int dimension) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("weights", new Shape(components));
        shapes.put("means", new Shape(components, dimension));
        shapes.put("factors", new Shape(components, dimension, dimension));
        return shapes;
    }

    /**
     * Returns the parameters by name; they stay this object's.
     *
     * @return arrays of the names and shapes of {@link #parameterShapes}
     */
    public Map<String, NDArray> namedParameters() {
        Map<String, NDArray> named = new LinkedHashMap<>();
        named.put("weights", weights);
        named.put("means", means);
        named.put("factors", factors);
        return named;
    }

    /**
     * Returns the number of components.
     *
     * @return K
     */
    public int components() {
        return components;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public NDArray energy(NDArray states) {
        return logSum(componentLogDensities(whitened(states))).neg();
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        NDArray whitened = whitened(states);
        NDArray logs = componentLogDensities(whitened);
        NDArray logDensity = logSum(logs);
        // −∇ log q = Σₖ rₖ Lₖ⁻ᵀ Lₖ⁻¹ (u − μₖ)
        NDArray pulls = whitened.mul(logs.sub(logDensity.expandDims(1)).exp().expandDims(2));
        NDArray gradient = pulls.reshape(-1, (long) components * dimension).matMul(whitening.transpose());
        return new EnergyAndGradient(logDensity.neg(), gradient);
    }

    /**
     * Tells which component each state belongs to.
     *
     * @param states {@code [n, d]}
     * @return the probability of each component, {@code [n, K]}
     */
    NDArray responsibilities(NDArray states) {
        NDArray logs = componentLogDensities(whitened(states));
        return logs.sub(logSum(logs).expandDims(1)).exp();
    }

    /** Lₖ⁻¹ (u − μₖ), {@code [n, K, d]}. */
    private NDArray whitened(NDArray states) {
        return states.matMul(whitening).subi(offsets).reshape(-1, components, dimension);
    }

    /** log wₖ N(u; μₖ, Σₖ), {@code [n, K]}. */
    private NDArray componentLogDensities(NDArray whitened) {
        NDArray half = Tensors.scalar(whitened.getManager(), -0.5);
        return whitened.square().sum(new int[] {2}).muli(half).addi(logConstants);
    }

    private static NDArray logSum(NDArray logs) {
        NDArray largest = logs.max(new int[] {1}, true);
        return logs.sub(largest).exp().sum(new int[] {1}).log().addi(largest.squeeze(1));
    }

    @Override
    public NDArray sample(NDManager owner, long count) {
        NDArray samples;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray chosen = owner.randomUniform(0, 1, new Shape(count, 1))
                    .gt(cumulative.expandDims(0))
                    .toType(DataType.INT64, false)
                    .sum(new int[] {1});
            // The last sum of the weights may be less than 1 by rounding.
            chosen = NDArrays.minimum(chosen, chosen.zerosLike().add(components - 1));
            NDArray noise = owner.randomNormal(new Shape(count, dimension, 1));
            NDArray spread = factors.get(new NDIndex().addIndices("{}", chosen))
                    .matMul(noise)
                    .squeeze(2);
            samples = means.get(new NDIndex().addIndices("{}", chosen)).add(spread);
            samples.attach(owner);
            NDScope.unregister(samples);
        }
        NDScope.register(samples);
        return samples;
    }

    @Override
    public void close() {
        manager.close();
    }
}
