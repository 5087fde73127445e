package io.github.mnistebm.energy;

import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.tensor.Lanes;
import java.util.Arrays;

/** An {@link EnergyNetwork} in plain loops. */
final class HostNetwork implements HostEnergy {

    /** Values that the sigmoid is taken of at a time. */
    private static final int TOGETHER = 1024;

    private final float[] parameters;
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
        this.parameters = parameters;
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

    boolean isOf(float[] others) {
        return Arrays.equals(parameters, others);
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
    public Evaluator evaluator(int lanes) {
        return isSmall() ? new SideBySide(lanes) : new OneByOne();
    }

    private float[] zeros() {
        int widest = Arrays.stream(biases).mapToInt(layer -> layer.length).max().orElseThrow();
        return new float[Math.max(dimension(), widest)];
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

    /** For narrow layers: rows of the chains of a block. */
    private final class SideBySide implements Evaluator {
        private final float[][][] hidden = new float[weights.length][][];
        private final float[][][] slopes = new float[weights.length][][];
        private final float[] together;
        private final float[] zeros = zeros();

        SideBySide(int lanes) {
            together = new float[Math.max(TOGETHER, lanes)];
            for (int layer = 0; layer < weights.length; layer++) {
                hidden[layer] = new float[weights[layer].length][lanes];
                slopes[layer] = new float[weights[layer].length][lanes];
            }
        }

        @Override
        public void energy(int chains, float[][] positions, float[] energies) {
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
            Arrays.fill(energies, 0);
            Lanes.addProducts(output, 0, output.length, inputs, energies);
        }

        @Override
        public void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients) {
            energy(chains, positions, energies);
            int last = weights.length - 1;
            float[][] signal = slopes[last];
            for (int unit = 0; unit < output.length; unit++) {
                Lanes.scale(signal[unit], output[unit]);
            }
            for (int layer = last; layer > 0; layer--) {
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
    }

    /** For wide layers: rows of the units of a layer, one chain after the other. */
    private final class OneByOne implements Evaluator {
        private final float[] position = new float[dimension()];
        private final float[] gradient = new float[dimension()];
        private final float[][] hidden = new float[weights.length][];
        private final float[][] slopes = new float[weights.length][];

        OneByOne() {
            for (int layer = 0; layer < weights.length; layer++) {
                hidden[layer] = new float[weights[layer].length];
                slopes[layer] = new float[weights[layer].length];
            }
        }

        @Override
        public void energy(int chains, float[][] positions, float[] energies) {
            for (int chain = 0; chain < chains; chain++) {
                energies[chain] = forward(positions, chain);
            }
        }

        private float forward(float[][] positions, int chain) {
            for (int i = 0; i < position.length; i++) {
                position[i] = positions[i][chain];
            }
            float[] inputs = position;
            for (int layer = 0; layer < weights.length; layer++) {
                float[] units = hidden[layer];
                System.arraycopy(biases[layer], 0, units, 0, units.length);
                Lanes.addProducts(inputs, 0, inputs.length, transposed[layer], units);
                System.arraycopy(units, 0, slopes[layer], 0, units.length);
                Lanes.sigmoid(slopes[layer]);
                activate(units, slopes[layer]);
                inputs = units;
            }
            float energy = 0;
            for (int unit = 0; unit < output.length; unit++) {
                energy += output[unit] * inputs[unit];
            }
            return energy;
        }

        @Override
        public void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients) {
            for (int chain = 0; chain < chains; chain++) {
                energies[chain] = forward(positions, chain);
                float[] signal = slopes[weights.length - 1];
                Lanes.multiply(signal, output);
                for (int layer = weights.length - 1; layer >= 0; layer--) {
                    float[] below = layer == 0 ? gradient : hidden[layer - 1];
                    Arrays.fill(below, 0);
                    Lanes.addProducts(signal, 0, signal.length, weights[layer], below);
                    if (layer > 0) {
                        Lanes.multiply(below, slopes[layer - 1]);
                    }
                    signal = below;
                }
                for (int i = 0; i < gradient.length; i++) {
                    gradients[i][chain] = gradient[i];
                }
            }
        }
    }
}
