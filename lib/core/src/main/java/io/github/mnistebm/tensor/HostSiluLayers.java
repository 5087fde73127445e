package io.github.mnistebm.tensor;

/**
 * {@link SiluLayers} in plain loops, with the parameters that they had when this was made. Several threads may use it at once.
 */
public final class HostSiluLayers {

    /** Values that the sigmoid is taken of at a time. */
    private static final int TOGETHER = 1024;

    private final float[][][] weights;
    private final float[][][] transposed;
    private final float[][] biases;

    /**
     * Takes the parameters.
     *
     * @param weights {@code [layer][unit][input]}; at least one layer, taken over
     * @param biases {@code [layer][unit]}; taken over
     */
    public HostSiluLayers(float[][][] weights, float[][] biases) {
        this.weights = weights;
        this.biases = biases;
        this.transposed = new float[weights.length][][];
        for (int layer = 0; layer < weights.length; layer++) {
            transposed[layer] = Lanes.transposed(weights[layer]);
        }
    }

    /**
     * Returns the number of layers.
     *
     * @return at least 1
     */
    public int layers() {
        return weights.length;
    }

    /**
     * Returns the number of inputs of the first layer.
     *
     * @return at least 1
     */
    public int inputs() {
        return transposed[0].length;
    }

    /**
     * Returns the weights of a layer.
     *
     * @param layer the layer, from 0
     * @return {@code [unit][input]}; they stay this object's
     */
    public float[][] weights(int layer) {
        return weights[layer];
    }

    /**
     * Returns the weights of a layer the other way round.
     *
     * @param layer the layer, from 0
     * @return {@code [input][unit]}; they stay this object's
     */
    public float[][] transposed(int layer) {
        return transposed[layer];
    }

    /**
     * Returns the biases of a layer.
     *
     * @param layer the layer, from 0
     * @return {@code [unit]}; they stay this object's
     */
    public float[] biases(int layer) {
        return biases[layer];
    }

    /**
     * Estimates the work of an evaluation with its gradient.
     *
     * @return the number of multiplications for a state
     */
    public long multiplications() {
        long products = 0;
        for (float[][] layer : weights) {
            products += multiplications(layer.length, layer[0].length);
        }
        return products;
    }

    /**
     * Estimates the work of a layer, there and back.
     *
     * @param units the units of the layer
     * @param inputs its inputs
     * @return the number of multiplications for a state
     */
    public static long multiplications(int units, int inputs) {
        // Some twenty for each unit's activation.
        return units * (2L * inputs + 20);
    }

    /**
     * Applies the activation to values of a layer.
     *
     * @param values a, which becomes h = a σ(a)
     * @param sigmoids σ(a), which becomes the slope σ + h − h σ
     */
    public static void activate(float[] values, float[] sigmoids) {
        for (int i = 0; i < values.length; i++) {
            float sigmoid = sigmoids[i];
            float active = values[i] * sigmoid;
            values[i] = active;
            sigmoids[i] = sigmoid + active - active * sigmoid;
        }
    }

    /** Working memory for rows of chains side by side; not for several threads at once. */
    public final class SideBySide {
        private final float[][][] hidden = new float[weights.length][][];
        private final float[][][] slopes = new float[weights.length][][];
        private final float[] together;
        private final float[] zeros;

        /**
         * Creates the memory.
         *
         * @param lanes the most chains at once
         */
        public SideBySide(int lanes) {
            together = new float[Math.max(TOGETHER, lanes)];
            int widest = inputs();
            for (int layer = 0; layer < weights.length; layer++) {
                hidden[layer] = new float[weights[layer].length][lanes];
                slopes[layer] = new float[weights[layer].length][lanes];
                widest = Math.max(widest, weights[layer].length);
            }
            zeros = new float[widest];
        }

        /**
         * Evaluates the layers.
         *
         * @param positions {@code [inputs][lanes]}
         * @return the values of the last layer, {@code [units][lanes]}, which stay this object's
         */
        public float[][] forward(float[][] positions) {
            float[][] inputs = positions;
            for (int layer = 0; layer < weights.length; layer++) {
                float[][] units = hidden[layer];
                Lanes.affine(weights[layer], biases[layer], inputs, units);
                Lanes.sigmoid(units, slopes[layer], together);
                for (int unit = 0; unit < units.length; unit++) {
                    activate(units[unit], slopes[layer][unit]);
                }
                inputs = units;
            }
            return inputs;
        }

        /**
         * Returns the slopes of the last layer after {@link #forward}.
         *
         * @return {@code [units][lanes]}; they stay this object's and may be changed
         */
        public float[][] slopes() {
            return slopes[weights.length - 1];
        }

        /**
         * Computes the signal of the last layer from the gradient by what follows it, a matrix product of its values.
         *
         * @param following the weights of what follows the other way round, {@code [units][outputs]}
         * @param gradient the gradient by the outputs, {@code [outputs][lanes]}
         * @return the signal, {@code [units][lanes]}, for {@link #backward}; in the place of the values of the last layer
         */
        public float[][] signal(float[][] following, float[][] gradient) {
            return below(weights.length, following, gradient);
        }

        /**
         * Computes the gradient by the positions, after {@link #forward}, once.
         *
         * @param signal the gradient by the last layer's inputs to its activation, {@code [units][lanes]}
         * @param gradients receives the gradient by the positions, {@code [inputs][lanes]}
         */
        public void backward(float[][] signal, float[][] gradients) {
            float[][] below = signal;
            for (int layer = weights.length - 1; layer > 0; layer--) {
                below = below(layer, transposed[layer], below);
            }
            Lanes.affine(transposed[0], zeros, below, gradients);
        }

        /** The values of the layer below are no longer needed: the sums take their place. */
        private float[][] below(int layer, float[][] following, float[][] signal) {
            float[][] sums = hidden[layer - 1];
            Lanes.affine(following, zeros, signal, sums);
            for (int unit = 0; unit < sums.length; unit++) {
                Lanes.multiply(sums[unit], slopes[layer - 1][unit]);
            }
            return sums;
        }
    }
}
