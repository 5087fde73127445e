package io.github.mnistebm.autoencoder;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import io.github.mnistebm.tensor.MatrixProducts;
import java.util.List;

/**
 * A perceptron with one hidden layer of rectified linear units, y = W₂ relu(W₁ x + b₁) + b₂, with its gradients in closed form.
 *
 * @param hiddenWeight W₁, {@code [h, inputs]}
 * @param hiddenBias b₁, {@code [h]}
 * @param outputWeight W₂, {@code [outputs, h]}
 * @param outputBias b₂, {@code [outputs]}
 */
record Perceptron(NDArray hiddenWeight, NDArray hiddenBias, NDArray outputWeight, NDArray outputBias) {

    /** The number of parameters. */
    static final int PARAMETERS = 4;

    /** Takes the parameters in the order of the components. */
    static Perceptron of(List<NDArray> parameters) {
        return new Perceptron(parameters.get(0), parameters.get(1), parameters.get(2), parameters.get(3));
    }

    /** Evaluates it for rows of inputs. */
    Pass forward(NDArray inputs) {
        NDArray hidden = Activation.relu(MatrixProducts.linear(inputs, hiddenWeight, hiddenBias));
        NDArray outputs = MatrixProducts.linear(hidden, outputWeight, outputBias);
        return new Pass(this, inputs, hidden, outputs);
    }

    /** Decodes latents with the way back, where the outputs are logits. */
    DecodedLogits decode(NDArray latents) {
        Pass decoded = forward(latents);
        return new DecodedLogits(
                decoded.outputs(), gradient -> decoded.inputGradient(decoded.hiddenGradient(gradient)));
    }

    /**
     * The values that the backward pass needs.
     *
     * @param of the perceptron
     * @param inputs x, {@code [n, inputs]}
     * @param hidden relu(W₁ x + b₁), {@code [n, h]}
     * @param outputs y, {@code [n, outputs]}
     */
    record Pass(Perceptron of, NDArray inputs, NDArray hidden, NDArray outputs) {

        /** Maps the gradient with respect to the outputs to that with respect to the inputs of the hidden units. */
        NDArray hiddenGradient(NDArray outputGradient) {
            return MatrixProducts.product(outputGradient, of.outputWeight).muli(hidden.sign());
        }

        /** From there to that by the inputs. */
        NDArray inputGradient(NDArray hiddenGradient) {
            return MatrixProducts.product(hiddenGradient, of.hiddenWeight);
        }

        /** And to those by the parameters, in the order of the components. */
        List<NDArray> parameterGradients(NDArray hiddenGradient, NDArray outputGradient) {
            return List.of(
                    MatrixProducts.transposedProduct(hiddenGradient, inputs),
                    hiddenGradient.sum(new int[] {0}),
                    MatrixProducts.transposedProduct(outputGradient, hidden),
                    outputGradient.sum(new int[] {0}));
        }
    }
}
