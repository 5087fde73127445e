package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.MatrixProducts;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A perceptron on latents with {@value #HIDDEN_LAYERS} hidden layers of SiLU units and several outputs, with its gradients in closed form.
 * Owns its parameters. Several threads may evaluate it at once, as long as none writes to the parameters.
 */
final class LatentNetwork {

    private static final int HIDDEN_LAYERS = 2;
    private static final int[] ROWS = {0};

    private final NDArray parameters;
    private final Map<String, NDArray> named = new LinkedHashMap<>();
    private final List<NDArray> weights = new ArrayList<>();
    private final List<NDArray> biases = new ArrayList<>();

    /** Creates a network whose parameters are zero. */
    LatentNetwork(NDManager owner, int inputs, int hiddenUnits, int outputs) {
        Map<String, Shape> shapes = shapes(inputs, hiddenUnits, outputs);
        long size = shapes.values().stream().mapToLong(Shape::size).sum();
        parameters = Scope.owned(owner, owner.zeros(new Shape(size)));
        long offset = 0;
        for (Map.Entry<String, Shape> entry : shapes.entrySet()) {
            Shape shape = entry.getValue();
            NDArray slice = parameters.get(new NDIndex().addSliceDim(offset, offset + shape.size()));
            NDArray view = slice.reshape(shape);
            NDScope.unregister(slice, view);
            named.put(entry.getKey(), view);
            (shape.dimension() == 2 ? weights : biases).add(view);
            offset += shape.size();
        }
    }

    /** The shapes of the parameters, in the order of {@link #parameters}. */
    static Map<String, Shape> shapes(int inputs, int hiddenUnits, int outputs) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (int layer = 0; layer <= HIDDEN_LAYERS; layer++) {
            int units = layer < HIDDEN_LAYERS ? hiddenUnits : outputs;
            shapes.put(layer + ".weight", new Shape(units, layer == 0 ? inputs : hiddenUnits));
            shapes.put(layer + ".bias", new Shape(units));
        }
        return shapes;
    }

    /** Draws the weights of the hidden layers, uniformly with variance one over the number of inputs. Those of the outputs stay 0. */
    void drawWeights(RandomSource random) {
        Scope.run(() -> {
            for (NDArray weight : weights.subList(0, HIDDEN_LAYERS)) {
                float bound = (float) Math.sqrt(3.0 / weight.getShape().get(1));
                Tensors.copy(random.uniform(weight.getManager(), -bound, bound, weight.getShape()), weight);
            }
        });
    }

    /** All parameters, {@code [p]}; writing to them changes the network. */
    NDArray parameters() {
        return parameters;
    }

    /** Views of the parameters by name. */
    Map<String, NDArray> namedParameters() {
        return Collections.unmodifiableMap(named);
    }

    /** The weights of the outputs, {@code [outputs, hidden]}. */
    NDArray outputWeight() {
        return weights.get(HIDDEN_LAYERS);
    }

    /** The biases of the outputs, {@code [outputs]}. */
    NDArray outputBias() {
        return biases.get(HIDDEN_LAYERS);
    }

    int inputs() {
        return (int) weights.get(0).getShape().get(1);
    }

    int outputs() {
        return (int) outputBias().size();
    }

    /** Evaluates the network: {@code [n, inputs]} to {@code [n, outputs]}. */
    NDArray outputs(NDArray states) {
        NDArray hidden = states;
        for (int layer = 0; layer < HIDDEN_LAYERS; layer++) {
            NDArray input = MatrixProducts.linear(hidden, weights.get(layer), biases.get(layer));
            hidden = input.getNDArrayInternal().sigmoid().muli(input);
        }
        return MatrixProducts.linear(hidden, outputWeight(), outputBias());
    }

    /** Evaluates the network, with the way back. */
    Pass forward(NDArray states) {
        List<NDArray> activations = new ArrayList<>(List.of(states));
        List<NDArray> slopes = new ArrayList<>();
        NDArray hidden = states;
        for (int layer = 0; layer < HIDDEN_LAYERS; layer++) {
            NDArray input = MatrixProducts.linear(hidden, weights.get(layer), biases.get(layer));
            NDArray sigmoid = input.getNDArrayInternal().sigmoid();
            hidden = input.muli(sigmoid);
            activations.add(hidden);
            // silu′(a) = σ(a) (1 + a (1 − σ(a))) = σ + h − h σ with h = a σ(a)
            slopes.add(hidden.sub(hidden.mul(sigmoid)).addi(sigmoid));
        }
        return new Pass(activations, slopes, MatrixProducts.linear(hidden, outputWeight(), outputBias()));
    }

    /** The values that the backward passes need, and the outputs, {@code [n, outputs]}. */
    final class Pass {
        private final List<NDArray> activations;
        private final List<NDArray> slopes;
        private final NDArray outputs;

        private Pass(List<NDArray> activations, List<NDArray> slopes, NDArray outputs) {
            this.activations = activations;
            this.slopes = slopes;
            this.outputs = outputs;
        }

        NDArray outputs() {
            return outputs;
        }

        /** Maps the gradient of a sum over the rows with respect to the outputs to that with respect to the states. */
        NDArray stateGradient(NDArray outputGradient) {
            NDArray signal = outputGradient;
            for (int layer = HIDDEN_LAYERS; layer > 0; layer--) {
                signal = MatrixProducts.product(signal, weights.get(layer)).muli(slopes.get(layer - 1));
            }
            return MatrixProducts.product(signal, weights.get(0));
        }

        /** Maps it to those with respect to the parameters, in their order. */
        List<NDArray> parameterGradients(NDArray outputGradient) {
            NDArray[] gradients = new NDArray[2 * (HIDDEN_LAYERS + 1)];
            NDArray signal = outputGradient;
            for (int layer = HIDDEN_LAYERS; layer >= 0; layer--) {
                gradients[2 * layer] = MatrixProducts.transposedProduct(signal, activations.get(layer))
                        .flatten();
                gradients[2 * layer + 1] = signal.sum(ROWS);
                if (layer > 0) {
                    signal = MatrixProducts.product(signal, weights.get(layer)).muli(slopes.get(layer - 1));
                }
            }
            return List.of(gradients);
        }
    }

    HostLatentNetwork onHost() {
        return new HostLatentNetwork(
                weights.stream().map(LatentNetwork::rows).toArray(float[][][]::new),
                biases.stream().map(NDArray::toFloatArray).toArray(float[][]::new));
    }

    private static float[][] rows(NDArray matrix) {
        float[] values = matrix.toFloatArray();
        int columns = (int) matrix.getShape().get(1);
        float[][] rows = new float[values.length / columns][columns];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(values, row * columns, rows[row], 0, columns);
        }
        return rows;
    }
}
