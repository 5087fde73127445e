package io.github.mnistebm.energy;

import io.github.mnistebm.sampling.HostEnergy;
import java.util.Arrays;

/** An {@link EnergyNetwork} in plain loops. */
final class HostNetwork implements HostEnergy {

    /** {@code [layer][unit][input]}. */
    private final float[][][] weights;
    /** {@code [layer][input][unit]}, for the way back. */
    private final float[][][] transposed;

    private final float[][] biases;
    private final float[] output;

    /**
     * Takes the parameters in the order of {@link EnergyNetwork#parameters()}.
     *
     * @param dimension d
     * @param hiddenUnits the width of each hidden layer
     * @param parameters {@code [p]}
     */
    HostNetwork(int dimension, int[] hiddenUnits, float[] parameters) {
        int layers = hiddenUnits.length;
        this.weights = new float[layers][][];
        this.transposed = new float[layers][][];
        this.biases = new float[layers][];
        int inputs = dimension;
        int offset = 0;
        for (int layer = 0; layer < layers; layer++) {
            int units = hiddenUnits[layer];
            weights[layer] = new float[units][];
            transposed[layer] = new float[inputs][units];
            for (int unit = 0; unit < units; unit++) {
                weights[layer][unit] = Arrays.copyOfRange(parameters, offset, offset + inputs);
                offset += inputs;
                for (int input = 0; input < inputs; input++) {
                    transposed[layer][input][unit] = weights[layer][unit][input];
                }
            }
            biases[layer] = Arrays.copyOfRange(parameters, offset, offset + units);
            offset += units;
            inputs = units;
        }
        this.output = Arrays.copyOfRange(parameters, offset, offset + inputs);
    }

    @Override
    public int dimension() {
        return transposed[0].length;
    }

    @Override
    public long multiplications() {
        long products = 0;
        for (float[][] layer : weights) {
            // There and back, and some twenty for each unit's activation.
            products += (long) layer.length * (2L * layer[0].length + 20);
        }
        return products;
    }

    @Override
    public Evaluator evaluator() {
        return new NetworkEvaluator();
    }

    private final class NetworkEvaluator implements Evaluator {
        private final float[][][] hidden = new float[weights.length][][];
        private final float[][][] signals = new float[weights.length][][];
        private final float[] sigmoids = new float[LANES];
        private final float[] zeros = new float
                [Math.max(
                        dimension(),
                        Arrays.stream(biases)
                                .mapToInt(layer -> layer.length)
                                .max()
                                .orElseThrow())];

        NetworkEvaluator() {
            for (int layer = 0; layer < weights.length; layer++) {
                hidden[layer] = new float[weights[layer].length][LANES];
                signals[layer] = new float[weights[layer].length][LANES];
            }
        }

        @Override
        public void energy(float[][] positions, float[] energies) {
            forward(positions, energies);
        }

        @Override
        public void energyAndGradient(float[][] positions, float[] energies, float[][] gradients) {
            forward(positions, energies);
            int last = weights.length - 1;
            for (int unit = 0; unit < output.length; unit++) {
                scale(signals[last][unit], output[unit]);
            }
            float[][] signal = signals[last];
            for (int layer = last; layer > 0; layer--) {
                // What the forward pass left of the layer below is no longer needed: the sums go where it was.
                float[][] below = hidden[layer - 1];
                Lanes.affine(transposed[layer], zeros, signal, below);
                for (int unit = 0; unit < below.length; unit++) {
                    Lanes.multiply(below[unit], signals[layer - 1][unit]);
                }
                signal = below;
            }
            Lanes.affine(transposed[0], zeros, signal, gradients);
        }

        /** Leaves the slope of each unit's activation in {@code signals}. */
        private void forward(float[][] positions, float[] energies) {
            float[][] inputs = positions;
            for (int layer = 0; layer < weights.length; layer++) {
                float[][] units = hidden[layer];
                Lanes.affine(weights[layer], biases[layer], inputs, units);
                for (int unit = 0; unit < units.length; unit++) {
                    Lanes.sigmoid(units[unit], sigmoids);
                    activate(units[unit], sigmoids, signals[layer][unit]);
                }
                inputs = units;
            }
            Arrays.fill(energies, 0);
            Lanes.addProducts(output, 0, output.length, inputs, energies);
        }

        /** h = a σ(a), and its slope σ + h − h σ. */
        private static void activate(float[] values, float[] sigmoids, float[] slopes) {
            for (int lane = 0; lane < values.length; lane++) {
                float sigmoid = sigmoids[lane];
                float active = values[lane] * sigmoid;
                values[lane] = active;
                slopes[lane] = sigmoid + active - active * sigmoid;
            }
        }

        private static void scale(float[] values, float factor) {
            for (int lane = 0; lane < values.length; lane++) {
                values[lane] *= factor;
            }
        }
    }
}
