package io.github.mnistebm.tensor;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * The hidden layers of a perceptron with SiLU activations, hₗ = silu(Wₗ hₗ₋₁ + bₗ), with the gradients in closed form. Knows nothing of what
 * follows the last layer. Several threads may evaluate them at once, as long as none writes to the parameters.
 *
 * @param weights Wₗ of each layer, {@code [units, inputs]}; at least one, not owned
 * @param biases bₗ of each layer, {@code [units]}; not owned
 */
public record SiluLayers(List<NDArray> weights, List<NDArray> biases) {

    private static final int[] ROWS = {0};

    /** Copies the lists. */
    public SiluLayers {
        weights = List.copyOf(weights);
        biases = List.copyOf(biases);
    }

    /**
     * Draws the weights, uniformly in ±√(3/inputs), so that their variance is one over the number of inputs.
     *
     * @param random the source of randomness
     */
    public void drawWeights(RandomSource random) {
        Scope.run(() -> {
            for (NDArray weight : weights) {
                float bound = (float) Math.sqrt(3.0 / weight.getShape().get(1));
                Tensors.copy(random.uniform(weight.getManager(), -bound, bound, weight.getShape()), weight);
            }
        });
    }

    /**
     * Evaluates the layers.
     *
     * @param states h₀, {@code [n, inputs]}
     * @return the last hₗ, {@code [n, units]}
     */
    public NDArray outputs(NDArray states) {
        NDArray hidden = states;
        for (int layer = 0; layer < weights.size(); layer++) {
            NDArray input = affine(layer, hidden);
            hidden = input.getNDArrayInternal().sigmoid().muli(input);
        }
        return hidden;
    }

    /**
     * Evaluates the layers, with the way back.
     *
     * @param states h₀, {@code [n, inputs]}
     * @return the values that the gradients need
     */
    public Pass forward(NDArray states) {
        List<NDArray> activations = new ArrayList<>(List.of(states));
        List<NDArray> slopes = new ArrayList<>();
        NDArray hidden = states;
        for (int layer = 0; layer < weights.size(); layer++) {
            NDArray input = affine(layer, hidden);
            NDArray sigmoid = input.getNDArrayInternal().sigmoid();
            hidden = input.muli(sigmoid);
            activations.add(hidden);
            // silu′(a) = σ(a) (1 + a (1 − σ(a))) = σ + h − h σ with h = a σ(a)
            slopes.add(hidden.sub(hidden.mul(sigmoid)).addi(sigmoid));
        }
        return new Pass(activations, slopes);
    }

    private NDArray affine(int layer, NDArray input) {
        return MatrixProducts.linear(input, weights.get(layer), biases.get(layer));
    }

    private int last() {
        return weights.size() - 1;
    }

    /** The values of a forward pass. A <em>signal</em> is the gradient by the last layer's input Wₗ hₗ₋₁ + bₗ. */
    public final class Pass {
        private final List<NDArray> activations;
        private final List<NDArray> slopes;

        private Pass(List<NDArray> activations, List<NDArray> slopes) {
            this.activations = activations;
            this.slopes = slopes;
        }

        /**
         * Returns the last hₗ.
         *
         * @return {@code [n, units]}
         */
        public NDArray outputs() {
            return activations.get(weights.size());
        }

        /**
         * Returns silu′ at the last layer's input, by which the gradient by the outputs is multiplied to give the signal.
         *
         * @return {@code [n, units]}
         */
        public NDArray slope() {
            return slopes.get(last());
        }

        /**
         * Computes the gradient by the states.
         *
         * @param signal {@code [n, units]}
         * @return {@code [n, inputs]}
         */
        public NDArray stateGradient(NDArray signal) {
            NDArray below = signal;
            for (int layer = last(); layer > 0; layer--) {
                below = MatrixProducts.product(below, weights.get(layer)).muli(slopes.get(layer - 1));
            }
            return MatrixProducts.product(below, weights.get(0));
        }

        /**
         * Computes the gradients by the parameters, summed over the rows.
         *
         * @param signal {@code [n, units]}
         * @return for each layer that by the weights, row by row, then that by the biases
         */
        public List<NDArray> parameterGradients(NDArray signal) {
            NDArray[] gradients = new NDArray[2 * weights.size()];
            NDArray below = signal;
            for (int layer = last(); layer >= 0; layer--) {
                gradients[2 * layer] = MatrixProducts.transposedProduct(below, activations.get(layer))
                        .flatten();
                gradients[2 * layer + 1] = below.sum(ROWS);
                if (layer > 0) {
                    below = MatrixProducts.product(below, weights.get(layer)).muli(slopes.get(layer - 1));
                }
            }
            return List.of(gradients);
        }
    }
}
