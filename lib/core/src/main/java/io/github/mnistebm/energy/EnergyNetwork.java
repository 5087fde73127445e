package io.github.mnistebm.energy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.SiluLayers;
import io.github.mnistebm.tensor.Tensors;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A multilayer perceptron f: R^d → R with SiLU activations, hₗ = silu(Wₗ hₗ₋₁ + bₗ) with h₀ = u, and f(u) = w · h_L. A
 * bias of f would drop out of the density; there is none.
 *
 * <p>Both gradients, with respect to the states and to the parameters, are in closed form: a sampler needs no
 * automatic differentiation, which in DJL is neither concurrent nor cheap. All parameters are views of one contiguous
 * vector. Several threads may evaluate it at once, as long as none writes to the parameters.
 */
public final class EnergyNetwork implements TrainableEnergy {

    private final NDManager manager;
    private final int dimension;
    private final List<Integer> hiddenUnits;
    private final NDArray parameters;
    private final Map<String, NDArray> named;
    private final SiluLayers layers;
    private final NDArray output;
    /** In plain loops, as the parameters were when last asked for. */
    private HostNetwork host;

    private EnergyNetwork(NDManager parent, int dimension, List<Integer> hiddenUnits) {
        if (dimension < 1) {
            throw new IllegalArgumentException("dimension: must be at least 1, found " + dimension);
        }
        if (hiddenUnits.isEmpty() || hiddenUnits.stream().anyMatch(units -> units < 1)) {
            throw new IllegalArgumentException(
                    "hidden units: expected at least one layer of at least 1 unit, found " + hiddenUnits);
        }
        this.manager = parent.newSubManager();
        this.dimension = dimension;
        this.hiddenUnits = List.copyOf(hiddenUnits);
        Map<String, Shape> shapes = parameterShapes(dimension, hiddenUnits);
        this.parameters = manager.zeros(
                new Shape(shapes.values().stream().mapToLong(Shape::size).sum()));
        NDScope.unregister(parameters);
        this.named = Tensors.views(parameters, shapes);
        this.layers = new SiluLayers(ofEachLayer("weight"), ofEachLayer("bias"));
        this.output = named.get("output.weight");
    }

    /**
     * Creates a network with f = 0, so that training starts at the reference measure: hidden weights uniform in
     * ±√(3/inputs), biases and the last layer zero.
     *
     * @param parent the parent of the manager that owns the parameters
     * @param dimension d
     * @param hiddenUnits the width of each hidden layer, at least one
     * @param random the source of randomness
     * @return the network
     * @throws IllegalArgumentException if a size is not positive
     */
    public static EnergyNetwork create(
            NDManager parent, int dimension, List<Integer> hiddenUnits, RandomSource random) {
        EnergyNetwork network = zeros(parent, dimension, hiddenUnits);
        network.layers.drawWeights(random);
        return network;
    }

    /**
     * Creates a network whose parameters are all zero. The caller fills them.
     *
     * @param parent the parent of the manager that owns the parameters
     * @param dimension d
     * @param hiddenUnits the width of each hidden layer, at least one
     * @return the network
     * @throws IllegalArgumentException if a size is not positive
     */
    public static EnergyNetwork zeros(NDManager parent, int dimension, List<Integer> hiddenUnits) {
        return new EnergyNetwork(parent, dimension, hiddenUnits);
    }

    /**
     * Returns the shape of each parameter under the name that it has on disk.
     *
     * @param dimension d
     * @param hiddenUnits the width of each hidden layer
     * @return {@code 0.weight}, {@code 0.bias} and so on for the hidden layers, last {@code output.weight}
     */
    public static Map<String, Shape> parameterShapes(int dimension, List<Integer> hiddenUnits) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        int inputs = dimension;
        for (int layer = 0; layer < hiddenUnits.size(); layer++) {
            int units = hiddenUnits.get(layer);
            shapes.put(layer + ".weight", new Shape(units, inputs));
            shapes.put(layer + ".bias", new Shape(units));
            inputs = units;
        }
        shapes.put("output.weight", new Shape(inputs));
        return shapes;
    }

    private List<NDArray> ofEachLayer(String parameter) {
        return IntStream.range(0, hiddenUnits.size())
                .mapToObj(layer -> named.get(layer + "." + parameter))
                .toList();
    }

    @Override
    public int dimension() {
        return dimension;
    }

    /**
     * Returns the width of each hidden layer.
     *
     * @return at least one positive number
     */
    public List<Integer> hiddenUnits() {
        return hiddenUnits;
    }

    /**
     * Returns all parameters; writing to them changes the network.
     *
     * @return for each hidden layer the weights {@code [units, inputs]} row by row, then the biases; last the output
     *     weights; {@code [p]}
     */
    @Override
    public NDArray parameters() {
        return parameters;
    }

    /**
     * Returns the parameters by name; writing to them changes the network.
     *
     * @return views of {@link #parameters()} with the names and shapes of {@link #parameterShapes}
     */
    @Override
    public Map<String, NDArray> namedParameters() {
        return Collections.unmodifiableMap(named);
    }

    @Override
    public NDArray energy(NDArray states) {
        return layers.outputs(states).matMul(output);
    }

    @Override
    public Optional<HostEnergy> onHost() {
        float[] values = parameters.toFloatArray();
        // A kernel of several parts calls this several times, and several threads may do so at once.
        HostNetwork last = host;
        if (last == null || !last.isOf(values)) {
            int[] units = hiddenUnits.stream().mapToInt(Integer::intValue).toArray();
            last = new HostNetwork(dimension, units, values);
            host = last;
        }
        return Optional.of(last);
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        SiluLayers.Pass pass = layers.forward(states);
        NDArray signal = pass.slope().mul(output);
        return new EnergyAndGradient(pass.outputs().matMul(output), pass.stateGradient(signal));
    }

    @Override
    public EnergyAndGradient parameterGradient(NDArray states, UnaryOperator<NDArray> coefficients) {
        SiluLayers.Pass pass = layers.forward(states);
        NDArray energy = pass.outputs().matMul(output);
        NDArray weighting = coefficients.apply(energy);
        NDArray signal = pass.slope().mul(output).muli(weighting.expandDims(1));
        NDList parts = new NDList(pass.parameterGradients(signal));
        parts.add(weighting.matMul(pass.outputs()));
        return new EnergyAndGradient(energy, NDArrays.concat(parts));
    }

    @Override
    public void close() {
        manager.close();
    }
}
