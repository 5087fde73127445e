package io.github.mnistebm.condition;

import io.github.mnistebm.tensor.Lanes;

/** A {@link LatentNetwork} in plain loops, for rows of chains side by side. */
final class HostLatentNetwork {

    /** Values that the sigmoid is taken of at a time. */
    private static final int TOGETHER = 1024;

    /** {@code [layer][unit][input]}. */
    private final float[][][] weights;
    /** {@code [layer][input][unit]}, for the way back. */
    private final float[][][] transposed;

    private final float[][] biases;

    HostLatentNetwork(float[][][] weights, float[][] biases) {
        this.weights = weights;
        this.biases = biases;
        this.transposed = new float[weights.length][][];
        for (int layer = 0; layer < weights.length; layer++) {
            int inputs = weights[layer][0].length;
            transposed[layer] = new float[inputs][weights[layer].length];
            for (int unit = 0; unit < weights[layer].length; unit++) {
                for (int input = 0; input < inputs; input++) {
                    transposed[layer][input][unit] = weights[layer][unit][input];
                }
            }
        }
    }

    int inputs() {
        return transposed[0].length;
    }

    int outputs() {
        return biases[biases.length - 1].length;
    }

    /** There and back, and some twenty for each unit's activation. */
    long multiplications() {
        long products = 0;
        for (float[][] layer : weights) {
            products += (long) layer.length * (2L * layer[0].length + 20);
        }
        return products;
    }

    /** Working memory for blocks of chains; not for several threads at once. */
    final class Pass {
        private final float[][][] hidden = new float[weights.length - 1][][];
        private final float[][][] slopes = new float[weights.length - 1][][];
        private final float[] together;
        private final float[] zeros;

        Pass(int lanes) {
            together = new float[Math.max(TOGETHER, lanes)];
            int widest = inputs();
            for (int layer = 0; layer < hidden.length; layer++) {
                hidden[layer] = new float[weights[layer].length][lanes];
                slopes[layer] = new float[weights[layer].length][lanes];
                widest = Math.max(widest, weights[layer].length);
            }
            zeros = new float[widest];
        }

        /** Computes the outputs, {@code [outputs][lanes]}, of positions, {@code [inputs][lanes]}. */
        void forward(float[][] positions, float[][] outputs) {
            float[][] inputs = positions;
            for (int layer = 0; layer < hidden.length; layer++) {
                Lanes.affine(weights[layer], biases[layer], inputs, hidden[layer]);
                Lanes.sigmoid(hidden[layer], slopes[layer], together);
                for (int unit = 0; unit < hidden[layer].length; unit++) {
                    activate(hidden[layer][unit], slopes[layer][unit]);
                }
                inputs = hidden[layer];
            }
            Lanes.affine(weights[hidden.length], biases[hidden.length], inputs, outputs);
        }

        /** After {@link #forward}, once: maps the gradient with respect to the outputs to that with respect to the positions. */
        void backward(float[][] outputGradient, float[][] gradients) {
            float[][] signal = outputGradient;
            for (int layer = hidden.length; layer > 0; layer--) {
                // The values of the layer below are no longer needed: the sums take their place.
                float[][] below = hidden[layer - 1];
                Lanes.affine(transposed[layer], zeros, signal, below);
                for (int unit = 0; unit < below.length; unit++) {
                    Lanes.multiply(below[unit], slopes[layer - 1][unit]);
                }
                signal = below;
            }
            Lanes.affine(transposed[0], zeros, signal, gradients);
        }

        /** h = a σ(a), and its slope σ + h − h σ, where σ was. */
        private static void activate(float[] values, float[] sigmoids) {
            for (int i = 0; i < values.length; i++) {
                float sigmoid = sigmoids[i];
                float active = values[i] * sigmoid;
                values[i] = active;
                sigmoids[i] = sigmoid + active - active * sigmoid;
            }
        }
    }
}
