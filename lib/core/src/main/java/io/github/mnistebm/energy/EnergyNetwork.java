package io.github.mnistebm.energy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.tensor.MatrixProducts;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

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
    private final Map<String, NDArray> named = new LinkedHashMap<>();
    private final List<NDArray> weights = new ArrayList<>();
    private final List<NDArray> biases = new ArrayList<>();
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
        long offset = 0;
        for (Map.Entry<String, Shape> entry : shapes.entrySet()) {
            named.put(entry.getKey(), view(offset, entry.getValue()));
            offset += entry.getValue().size();
        }
        for (int layer = 0; layer < hiddenUnits.size(); layer++) {
            weights.add(named.get(layer + ".weight"));
            biases.add(named.get(layer + ".bias"));
        }
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
        Scope.run(() -> {
            for (NDArray weight : network.weights) {
                float bound = (float) Math.sqrt(3.0 / weight.getShape().get(1));
                Tensors.copy(random.uniform(network.manager, -bound, bound, weight.getShape()), weight);
            }
        });
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

    private NDArray view(long offset, Shape shape) {
        NDArray slice = parameters.get(new NDIndex().addSliceDim(offset, offset + shape.size()));
        NDArray view = slice.reshape(shape);
        NDScope.unregister(slice, view);
        return view;
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
        NDArray hidden = states;
        for (int layer = 0; layer < weights.size(); layer++) {
            NDArray input = affine(layer, hidden);
            hidden = input.getNDArrayInternal().sigmoid().muli(input);
        }
        return hidden.matMul(output);
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
        Forward forward = forward(states);
        NDArray signal = forward.slopes().get(last()).mul(output);
        for (int layer = last(); layer > 0; layer--) {
            signal = MatrixProducts.product(signal, weights.get(layer))
                    .muli(forward.slopes().get(layer - 1));
        }
        return new EnergyAndGradient(forward.energy(), MatrixProducts.product(signal, weights.get(0)));
    }

    @Override
    public EnergyAndGradient parameterGradient(NDArray states, UnaryOperator<NDArray> coefficients) {
        Forward forward = forward(states);
        NDArray weighting = coefficients.apply(forward.energy());
        NDArray[] parts = new NDArray[2 * weights.size() + 1];
        parts[parts.length - 1] = weighting.matMul(forward.activations().get(weights.size()));
        NDArray signal = forward.slopes().get(last()).mul(output).muli(weighting.expandDims(1));
        for (int layer = last(); layer >= 0; layer--) {
            NDArray input = forward.activations().get(layer);
            parts[2 * layer] = MatrixProducts.transposedProduct(signal, input).flatten();
            parts[2 * layer + 1] = signal.sum(new int[] {0});
            if (layer > 0) {
                signal = MatrixProducts.product(signal, weights.get(layer))
                        .muli(forward.slopes().get(layer - 1));
            }
        }
        return new EnergyAndGradient(forward.energy(), NDArrays.concat(new NDList(parts)));
    }

    /** The values that the backward passes need: h₀ … h_L, silu′ at each layer's input, and f. */
    private record Forward(List<NDArray> activations, List<NDArray> slopes, NDArray energy) {}

    private Forward forward(NDArray states) {
        List<NDArray> activations = new ArrayList<>();
        List<NDArray> slopes = new ArrayList<>();
        NDArray hidden = states;
        activations.add(hidden);
        for (int layer = 0; layer < weights.size(); layer++) {
            NDArray input = affine(layer, hidden);
            NDArray sigmoid = input.getNDArrayInternal().sigmoid();
            hidden = input.muli(sigmoid);
            activations.add(hidden);
            // silu′(a) = σ(a) (1 + a (1 − σ(a))) = σ + h − h σ with h = a σ(a)
            slopes.add(hidden.sub(hidden.mul(sigmoid)).addi(sigmoid));
        }
        return new Forward(activations, slopes, hidden.matMul(output));
    }

    private NDArray affine(int layer, NDArray input) {
        return MatrixProducts.linear(input, weights.get(layer), biases.get(layer));
    }

    private int last() {
        return weights.size() - 1;
    }

    @Override
    public void close() {
        manager.close();
    }
}
