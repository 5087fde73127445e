package io.github.mnistebm.energy;

import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.tensor.HostSiluLayers;
import io.github.mnistebm.tensor.Lanes;
import java.util.Arrays;

/** An {@link EnergyNetwork} in plain loops. */
final class HostNetwork implements HostEnergy {

    private final float[] parameters;
    private final HostSiluLayers layers;
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
        float[][][] weights = new float[hiddenUnits.length][][];
        float[][] biases = new float[hiddenUnits.length][];
        int inputs = dimension;
        int offset = 0;
        for (int layer = 0; layer < hiddenUnits.length; layer++) {
            int units = hiddenUnits[layer];
            weights[layer] = new float[units][];
            for (int unit = 0; unit < units; unit++) {
                weights[layer][unit] = Arrays.copyOfRange(parameters, offset, offset + inputs);
                offset += inputs;
            }
            biases[layer] = Arrays.copyOfRange(parameters, offset, offset + units);
            offset += units;
            inputs = units;
        }
        this.layers = new HostSiluLayers(weights, biases);
        this.output = Arrays.copyOfRange(parameters, offset, offset + inputs);
    }

    boolean isOf(float[] others) {
        return Arrays.equals(parameters, others);
    }

    @Override
    public int dimension() {
        return layers.inputs();
    }

    @Override
    public long multiplications() {
        return layers.multiplications();
    }

    @Override
    public Evaluator evaluator(int lanes) {
        return isSmall() ? new SideBySide(lanes) : new OneByOne();
    }

    /** For narrow layers: rows of the chains of a block. */
    private final class SideBySide implements Evaluator {
        private final HostSiluLayers.SideBySide pass;

        SideBySide(int lanes) {
            pass = layers.new SideBySide(lanes);
        }

        @Override
        public void energy(int chains, float[][] positions, float[] energies) {
            float[][] hidden = pass.forward(positions);
            Arrays.fill(energies, 0);
            Lanes.addProducts(output, 0, output.length, hidden, energies);
        }

        @Override
        public void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients) {
            energy(chains, positions, energies);
            float[][] signal = pass.slopes();
            for (int unit = 0; unit < output.length; unit++) {
                Lanes.scale(signal[unit], output[unit]);
            }
            pass.backward(signal, gradients);
        }
    }

    /** For wide layers: rows of the units of a layer, one chain after the other. */
    private final class OneByOne implements Evaluator {
        private final float[] position = new float[dimension()];
        private final float[] gradient = new float[dimension()];
        private final float[][] hidden = new float[layers.layers()][];
        private final float[][] slopes = new float[layers.layers()][];

        OneByOne() {
            for (int layer = 0; layer < hidden.length; layer++) {
                hidden[layer] = new float[layers.biases(layer).length];
                slopes[layer] = new float[hidden[layer].length];
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
            for (int layer = 0; layer < hidden.length; layer++) {
                float[] units = hidden[layer];
                System.arraycopy(layers.biases(layer), 0, units, 0, units.length);
                Lanes.addProducts(inputs, 0, inputs.length, layers.transposed(layer), units);
                System.arraycopy(units, 0, slopes[layer], 0, units.length);
                Lanes.sigmoid(slopes[layer]);
                HostSiluLayers.activate(units, slopes[layer]);
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
                float[] signal = slopes[slopes.length - 1];
                Lanes.multiply(signal, output);
                for (int layer = hidden.length - 1; layer >= 0; layer--) {
                    float[] below = layer == 0 ? gradient : hidden[layer - 1];
                    Arrays.fill(below, 0);
                    Lanes.addProducts(signal, 0, signal.length, layers.weights(layer), below);
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
