package io.github.mnistebm.density;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.Lanes;
import io.github.mnistebm.tensor.MatrixProducts;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.decomposition.TriangularSolver_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;

/**
 * A mixture of normal distributions, q(u) = Σₖ wₖ N(u; μₖ, Σₖ). With the precisions Λₖ = Σₖ⁻¹, the quadratic forms of all components
 * are one matrix product,
 *
 * <pre>(u − μₖ)ᵀ Λₖ (u − μₖ) = vec(Λₖ) · vec(u uᵀ) − 2 Λₖ μₖ · u + μₖᵀ Λₖ μₖ,</pre>
 *
 * and so is the mean precision of each state that its gradient needs. Of 100 components on 28 latents that takes 0.4 times the time
 * of whitening each state for each component, and a quarter of the memory. Owns its arrays: close it. Several
 * threads may use it at once.
 */
public final class GaussianMixture implements ReferenceMeasure, AutoCloseable {

    /** The most states whose energies are computed at once: some numbers for each component are written, too. */
    private static final long MOST_ROWS_AT_ONCE = 2048;

    /** The most products of coordinates at once, d² for each state: many more would not stay in the processor's caches. */
    private static final long PRODUCTS_AT_ONCE = 1L << 23;

    /** The names of the parameters. */
    private static final String WEIGHTS = "weights";

    private static final String MEANS = "means";
    private static final String FACTORS = "factors";

    /** The most values at once. Each sample needs a matrix, so that high dimensions allow few samples at a time. */
    private static final long FACTOR_VALUES_AT_ONCE = 1L << 24;

    private final NDManager manager;
    private final int components;
    private final int dimension;
    private final NDArray weights;
    private final NDArray means;
    private final NDArray factors;
    private final NDArray cumulative;
    private final NDArray lastComponent;
    /** These are made when first asked for: a mixture does not change, and loops need no tensors. */
    private HostReference host;

    private ComponentDraws draws;

    private QuadraticForms forms;

    private GaussianMixture(NDManager parent, float[] weights, float[] means, float[] factors) {
        this.manager = parent.newSubManager();
        this.components = weights.length;
        this.dimension = means.length / weights.length;
        int k = components;
        this.weights = manager.create(weights);
        this.means = manager.create(means, new Shape(k, dimension));
        this.factors = manager.create(factors, new Shape(k, dimension, dimension));
        this.cumulative = manager.create(ComponentDraws.cumulative(weights));
        this.lastComponent = manager.create((long) components - 1);
        NDScope.unregister(this.weights, this.means, this.factors, cumulative, lastComponent);
    }

    /**
     * The arrays from which the energy of all components is computed.
     *
     * @param quadratic −Λₖ/2 beside each other, {@code [d * d, K]}
     * @param linear Λₖ μₖ beside each other, {@code [d, K]}
     * @param precisions Λₖ below each other, {@code [K, d * d]}
     * @param centres −μₖᵀ Λₖ μₖ / 2, {@code [K]}
     * @param logConstants log wₖ − d/2 log 2π − log |Lₖ| − μₖᵀ Λₖ μₖ / 2, {@code [K]}
     */
    private record QuadraticForms(
            NDArray quadratic, NDArray linear, NDArray precisions, NDArray centres, NDArray logConstants) {

        /** Computes the constants of the mixture at a temperature, log wₖ − d/2 log 2πT − log |Lₖ| − μₖᵀ Λₖ μₖ / 2T. */
        NDArray logConstants(int dimension, double temperature) {
            NDManager manager = logConstants.getManager();
            return centres.mul(Tensors.scalar(manager, 1 / temperature - 1))
                    .addi(logConstants)
                    .subi(Tensors.scalar(manager, dimension * Math.log(temperature) / 2));
        }

        /** From the arrays that are stored, so that a loaded mixture is the saved one to the last bit. */
        static QuadraticForms of(NDManager manager, float[] weights, float[] means, float[] factors) {
            int k = weights.length;
            int d = means.length / k;
            float[] quadratics = new float[d * d * k];
            float[] linears = new float[d * k];
            float[] precisionValues = new float[k * d * d];
            float[] centreValues = new float[k];
            float[] constants = new float[k];
            for (int c = 0; c < k; c++) {
                Cancellation.check();
                DMatrixRMaj inverse = inverseFactor(factors, c, d);
                DMatrixRMaj precision = new DMatrixRMaj(d, d);
                CommonOps_DDRM.multTransA(inverse, inverse, precision);
                double centre = 0;
                double constant = Math.log(weights[c]) - d * Math.log(2 * Math.PI) / 2;
                for (int i = 0; i < d; i++) {
                    double pull = 0;
                    for (int j = 0; j < d; j++) {
                        quadratics[(i * d + j) * k + c] = (float) (-precision.get(i, j) / 2);
                        precisionValues[(c * d + i) * d + j] = (float) precision.get(i, j);
                        pull += precision.get(i, j) * means[c * d + j];
                    }
                    linears[i * k + c] = (float) pull;
                    centre -= means[c * d + i] * pull / 2;
                    constant += Math.log(inverse.get(i, i));
                }
                centreValues[c] = (float) centre;
                constants[c] = (float) (constant + centre);
            }
            QuadraticForms forms = new QuadraticForms(
                    manager.create(quadratics, new Shape((long) d * d, k)),
                    manager.create(linears, new Shape(d, k)),
                    manager.create(precisionValues, new Shape(k, (long) d * d)),
                    manager.create(centreValues),
                    manager.create(constants));
            NDScope.unregister(forms.quadratic, forms.linear, forms.precisions, forms.centres, forms.logConstants);
            return forms;
        }
    }

    /** Lₖ⁻¹. */
    static DMatrixRMaj inverseFactor(float[] factors, int component, int dimension) {
        DMatrixRMaj inverse = new DMatrixRMaj(dimension, dimension);
        for (int i = 0; i < dimension * dimension; i++) {
            inverse.set(i, factors[component * dimension * dimension + i]);
        }
        TriangularSolver_DDRM.invertLower(inverse.data, dimension);
        return inverse;
    }

    /**
     * Creates a mixture.
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
            Cancellation.check();
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
     * Creates a mixture of what {@link #namedParameters} gave.
     *
     * @param parent the parent of the manager that owns its arrays
     * @param parameters the parameters by name, of the shapes of {@link #parameterShapes}
     * @return the mixture
     */
    public static GaussianMixture of(NDManager parent, Map<String, NDArray> parameters) {
        return new GaussianMixture(
                parent,
                parameters.get(WEIGHTS).toFloatArray(),
                parameters.get(MEANS).toFloatArray(),
                parameters.get(FACTORS).toFloatArray());
    }

    /**
     * Returns the shape of each parameter under the name that it has on disk.
     *
     * @param components K
     * @param dimension d
     * @return the parameters {@code weights}, {@code means}, {@code factors} (Lₖ)
     */
    public static Map<String, Shape> parameterShapes(int components, int dimension) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put(WEIGHTS, new Shape(components));
        shapes.put(MEANS, new Shape(components, dimension));
        shapes.put(FACTORS, new Shape(components, dimension, dimension));
        return shapes;
    }

    /**
     * Returns the distribution of (u − c) A, with u of this distribution.
     *
     * @param parent the parent of the manager that owns the arrays of the result
     * @param centre c, {@code [d]}
     * @param matrix A, {@code [d, d]}, invertible
     * @return a mixture with the means (μₖ − c) A and the covariances Aᵀ Σₖ A
     */
    public GaussianMixture mapped(NDManager parent, NDArray centre, NDArray matrix) {
        return Scope.compute(() -> {
            NDArray map = matrix.toType(DataType.FLOAT64, false);
            NDArray centred = means.sub(centre).toType(DataType.FLOAT64, false);
            NDArray roots = map.transpose().matMul(factors.toType(DataType.FLOAT64, false));
            return of(
                    parent,
                    weights.toType(DataType.FLOAT64, false).toDoubleArray(),
                    rows(centred.matMul(map)),
                    rows(roots.matMul(roots.transpose(0, 2, 1))));
        });
    }

    /**
     * Returns the mixture of the same normal distributions with the weights that a step of expectation maximization gives (Dempster, Laird &amp;
     * Rubin 1977), mixed with {@value ReferenceMeasure#RETAINED_SHARE} of the present weights.
     */
    @Override
    public GaussianMixture towards(NDManager parent, NDArray states) {
        return Scope.compute(() -> {
            float[] shares = responsibilities(states).mean(new int[] {0}).toFloatArray();
            float[] mixed = weights.toFloatArray();
            for (int k = 0; k < components; k++) {
                mixed[k] = (float) (RETAINED_SHARE * mixed[k] + (1 - RETAINED_SHARE) * shares[k]);
            }
            return new GaussianMixture(parent, mixed, means.toFloatArray(), factors.toFloatArray());
        });
    }

    private double[][] rows(NDArray array) {
        double[] values = array.toDoubleArray();
        int length = values.length / components;
        double[][] rows = new double[components][];
        Arrays.setAll(rows, k -> Arrays.copyOfRange(values, k * length, (k + 1) * length));
        return rows;
    }

    @Override
    public boolean isFitted() {
        return true;
    }

    /**
     * Returns the parameters by name; they stay this object's.
     *
     * @return arrays of the names and shapes of {@link #parameterShapes}
     */
    @Override
    public Map<String, NDArray> namedParameters() {
        Map<String, NDArray> named = new LinkedHashMap<>();
        named.put(WEIGHTS, weights);
        named.put(MEANS, means);
        named.put(FACTORS, factors);
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
        return energy(states, 1);
    }

    private NDArray energy(NDArray states, double temperature) {
        return Tensors.mapInParts(states, rowsAtOnce(), part -> logSum(componentLogDensities(part, temperature))
                .neg());
    }

    @Override
    public ReferenceMeasure tempered(double temperature) {
        EnergyFunction.requireTemperature(temperature);
        return temperature == 1 ? this : new Tempered(temperature);
    }

    /** This mixture with the covariances T Σₖ. Uses the arrays of the mixture. */
    private final class Tempered implements ReferenceMeasure {
        private final double temperature;
        /** The loops, made at their first use. */
        private HostReference host;

        Tempered(double temperature) {
            this.temperature = temperature;
        }

        @Override
        public int dimension() {
            return dimension;
        }

        @Override
        public boolean isFitted() {
            return true;
        }

        @Override
        public NDArray energy(NDArray states) {
            return GaussianMixture.this.energy(states, temperature);
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            return GaussianMixture.this.energyAndGradient(states, temperature);
        }

        @Override
        public NDArray sample(NDManager manager, long count, RandomSource random) {
            return GaussianMixture.this.sample(manager, count, random, temperature);
        }

        @Override
        public ReferenceMeasure tempered(double more) {
            return GaussianMixture.this.tempered(temperature * more);
        }

        @Override
        public synchronized Optional<HostReference> onHost() {
            if (host == null) {
                host = loops(temperature);
            }
            return Optional.of(host);
        }
    }

    private HostReference loops(double temperature) {
        float[] scaled = factors.toFloatArray();
        if (temperature == 1) {
            return new HostMixture(weights.toFloatArray(), means.toFloatArray(), scaled, componentDraws());
        }
        Lanes.scale(scaled, (float) Math.sqrt(temperature));
        return new HostMixture(weights.toFloatArray(), means.toFloatArray(), scaled);
    }

    @Override
    public synchronized Optional<HostReference> onHost() {
        if (host == null) {
            host = loops(1);
        }
        return Optional.of(host);
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        return energyAndGradient(states, 1);
    }

    private EnergyAndGradient energyAndGradient(NDArray states, double temperature) {
        if (states.getDevice().isGpu() || states.getShape().get(0) <= rowsAtOnce()) {
            return energyAndGradientAtOnce(states, temperature);
        }
        NDArray both = Tensors.mapInParts(states, rowsAtOnce(), part -> {
            EnergyAndGradient of = energyAndGradientAtOnce(part, temperature);
            return of.gradient().concat(of.energy().expandDims(1), 1);
        });
        return new EnergyAndGradient(
                both.get(new NDIndex().addAllDim().addIndices(dimension)),
                both.get(new NDIndex().addAllDim().addSliceDim(0, dimension)));
    }

    private long rowsAtOnce() {
        return Math.max(1, Math.min(MOST_ROWS_AT_ONCE, PRODUCTS_AT_ONCE / ((long) dimension * dimension)));
    }

    private EnergyAndGradient energyAndGradientAtOnce(NDArray states, double temperature) {
        NDArray logs = componentLogDensities(states, temperature);
        NDArray logDensity = logSum(logs);
        NDArray shares = logs.subi(logDensity.expandDims(1)).exp();
        // −∇ log q = (Σₖ rₖ Λₖ) u − Σₖ rₖ Λₖ μₖ
        NDArray precision = MatrixProducts.product(shares, forms().precisions()).reshape(-1, dimension, dimension);
        NDArray gradient = precision
                .matMul(states.expandDims(2))
                .squeeze(2)
                .subi(shares.matMul(forms().linear().transpose()));
        return new EnergyAndGradient(logDensity.neg(), divided(gradient, temperature));
    }

    /**
     * Computes the probability that each state belongs to each component.
     *
     * @param states {@code [n, d]}
     * @return the probability of each component, {@code [n, K]}
     */
    NDArray responsibilities(NDArray states) {
        NDArray logs = componentLogDensities(states, 1);
        return logs.sub(logSum(logs).expandDims(1)).exp();
    }

    /** Computes log wₖ N(u; μₖ, T Σₖ), {@code [n, K]}. */
    private NDArray componentLogDensities(NDArray states, double temperature) {
        NDArray products = states.expandDims(2).mul(states.expandDims(1)).reshape(-1, (long) dimension * dimension);
        NDArray exponents =
                MatrixProducts.product(products, forms().quadratic()).addi(states.matMul(forms().linear()));
        return temperature == 1
                ? exponents.addi(forms().logConstants())
                : divided(exponents, temperature).addi(forms().logConstants(dimension, temperature));
    }

    /** Divides values by a temperature, in place. */
    private static NDArray divided(NDArray values, double temperature) {
        return temperature == 1 ? values : values.divi(Tensors.scalar(values.getManager(), temperature));
    }

    private synchronized QuadraticForms forms() {
        if (forms == null) {
            forms = QuadraticForms.of(manager, weights.toFloatArray(), means.toFloatArray(), factors.toFloatArray());
        }
        return forms;
    }

    private static NDArray logSum(NDArray logs) {
        NDArray largest = logs.max(new int[] {1}, true);
        return logs.sub(largest).exp().sum(new int[] {1}).log().addi(largest.squeeze(1));
    }

    @Override
    public NDArray sample(NDManager owner, long count, RandomSource random) {
        return sample(owner, count, random, 1);
    }

    private NDArray sample(NDManager owner, long count, RandomSource random, double temperature) {
        return owner.getDevice().isGpu()
                ? sampleByTensors(owner, count, random, temperature)
                : sampleInLoops(owner, count, random, temperature);
    }

    /**
     * Draws samples, {@code [count, d]}, in loops, which read the factor of each component where it is. The tensor operations copy a factor for
     * each sample.
     */
    NDArray sampleInLoops(NDManager owner, long count, RandomSource random, double temperature) {
        try (NDArray uniform = random.uniform(owner, 0, 1, new Shape(count))) {
            NDArray samples = random.normal(owner, new Shape(count, dimension));
            // The memory of the array itself, not a copy.
            FloatBuffer values =
                    samples.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
            componentDraws().draw(uniform.toFloatArray(), values, (float) Math.sqrt(temperature));
            return samples;
        }
    }

    private synchronized ComponentDraws componentDraws() {
        if (draws == null) {
            draws = new ComponentDraws(weights.toFloatArray(), means.toFloatArray(), factors.toFloatArray());
        }
        return draws;
    }

    /** Draws samples, {@code [count, d]}, by tensor operations. */
    NDArray sampleByTensors(NDManager owner, long count, RandomSource random, double temperature) {
        return Scope.compute(() -> {
            NDArray component = random.uniform(owner, 0, 1, new Shape(count, 1))
                    .gt(cumulative.expandDims(0))
                    .toType(DataType.INT64, false)
                    .sum(new int[] {1});
            // The last sum of the weights may be less than 1 by rounding.
            NDArray chosen = NDArrays.minimum(component, lastComponent);
            NDArray noise = random.normal(owner, new Shape(count, dimension, 1));
            if (temperature != 1) {
                noise.muli(Tensors.scalar(owner, Math.sqrt(temperature)));
            }
            NDArray samples = means.get(new NDIndex().addIndices("{}", chosen));
            long rowsAtOnce = Math.max(1, FACTOR_VALUES_AT_ONCE / ((long) dimension * dimension));
            for (long from = 0; from < count; from += rowsAtOnce) {
                Cancellation.check();
                NDIndex rows = new NDIndex().addSliceDim(from, Math.min(count, from + rowsAtOnce));
                Scope.run(() -> {
                    NDArray spread = factors.get(new NDIndex().addIndices("{}", chosen.get(rows)))
                            .matMul(noise.get(rows))
                            .squeeze(2);
                    samples.set(rows, samples.get(rows).add(spread));
                });
            }
            samples.attach(owner);
            return samples;
        });
    }

    @Override
    public void close() {
        manager.close();
    }
}
