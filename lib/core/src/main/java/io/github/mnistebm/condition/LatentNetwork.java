package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.HostSiluLayers;
import io.github.mnistebm.tensor.MatrixProducts;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.SiluLayers;
import io.github.mnistebm.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A perceptron on latents with {@value #HIDDEN_LAYERS} hidden layers of SiLU units and several outputs, with its gradients in closed form.
 * Owns its parameters. Several threads may evaluate it at once, as long as none writes to the parameters.
 */
final class LatentNetwork {

    private static final int HIDDEN_LAYERS = 2;
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";
    private static final int[] ROWS = {0};

    private final NDArray parameters;
    private final Map<String, NDArray> named;
    private final SiluLayers layers;

    /** Creates a network whose parameters are zero. */
    LatentNetwork(NDManager owner, int inputs, int hiddenUnits, int outputs) {
        Map<String, Shape> shapes = shapes(inputs, hiddenUnits, outputs);
        long size = shapes.values().stream().mapToLong(Shape::size).sum();
        parameters = Scope.owned(owner, owner.zeros(new Shape(size)));
        named = Tensors.views(parameters, shapes);
        layers = new SiluLayers(ofHiddenLayers(WEIGHT), ofHiddenLayers(BIAS));
    }

    private List<NDArray> ofHiddenLayers(String parameter) {
        return IntStream.range(0, HIDDEN_LAYERS)
                .mapToObj(layer -> named.get(layer + parameter))
                .toList();
    }

    /** The shapes of the parameters, in the order of {@link #parameters}. */
    static Map<String, Shape> shapes(int inputs, int hiddenUnits, int outputs) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (int layer = 0; layer <= HIDDEN_LAYERS; layer++) {
            int units = layer < HIDDEN_LAYERS ? hiddenUnits : outputs;
            shapes.put(layer + WEIGHT, new Shape(units, layer == 0 ? inputs : hiddenUnits));
            shapes.put(layer + BIAS, new Shape(units));
        }
        return shapes;
    }

    /** Draws the weights of the hidden layers, uniformly with variance one over the number of inputs. Those of the outputs stay 0. */
    void drawWeights(RandomSource random) {
        layers.drawWeights(random);
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
        return named.get(HIDDEN_LAYERS + WEIGHT);
    }

    /** The biases of the outputs, {@code [outputs]}. */
    NDArray outputBias() {
        return named.get(HIDDEN_LAYERS + BIAS);
    }

    int inputs() {
        return (int) layers.weights().get(0).getShape().get(1);
    }

    int outputs() {
        return (int) outputBias().size();
    }

    /** Evaluates the network: {@code [n, inputs]} to {@code [n, outputs]}. */
    NDArray outputs(NDArray states) {
        return outputsOf(layers.outputs(states));
    }

    private NDArray outputsOf(NDArray hidden) {
        return MatrixProducts.linear(hidden, outputWeight(), outputBias());
    }

    /** Evaluates the network, with the way back. */
    Pass forward(NDArray states) {
        SiluLayers.Pass hidden = layers.forward(states);
        return new Pass(hidden, outputsOf(hidden.outputs()));
    }

    /** The values that the backward passes need, and the outputs, {@code [n, outputs]}. */
    final class Pass {
        private final SiluLayers.Pass hidden;
        private final NDArray outputs;

        private Pass(SiluLayers.Pass hidden, NDArray outputs) {
            this.hidden = hidden;
            this.outputs = outputs;
        }

        NDArray outputs() {
            return outputs;
        }

        private NDArray signal(NDArray outputGradient) {
            return MatrixProducts.product(outputGradient, outputWeight()).muli(hidden.slope());
        }

        /** Maps the gradient of a sum over the rows with respect to the outputs to that with respect to the states. */
        NDArray stateGradient(NDArray outputGradient) {
            return hidden.stateGradient(signal(outputGradient));
        }

        /** Maps it to those with respect to the parameters, in their order. */
        List<NDArray> parameterGradients(NDArray outputGradient) {
            List<NDArray> gradients = new ArrayList<>(hidden.parameterGradients(signal(outputGradient)));
            gradients.add(MatrixProducts.transposedProduct(outputGradient, hidden.outputs())
                    .flatten());
            gradients.add(outputGradient.sum(ROWS));
            return gradients;
        }
    }

    HostLatentNetwork onHost() {
        HostSiluLayers hidden = new HostSiluLayers(
                layers.weights().stream().map(LatentNetwork::rows).toArray(float[][][]::new),
                layers.biases().stream().map(NDArray::toFloatArray).toArray(float[][]::new));
        return new HostLatentNetwork(hidden, rows(outputWeight()), outputBias().toFloatArray());
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
