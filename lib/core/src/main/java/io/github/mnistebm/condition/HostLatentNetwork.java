package io.github.mnistebm.condition;

import io.github.mnistebm.tensor.HostSiluLayers;
import io.github.mnistebm.tensor.Lanes;

/** A {@link LatentNetwork} in plain loops, for rows of chains side by side. */
final class HostLatentNetwork {

    private final HostSiluLayers layers;
    /** {@code [output][unit]}. */
    private final float[][] weights;
    /** {@code [unit][output]}, for the way back. */
    private final float[][] transposed;

    private final float[] biases;

    HostLatentNetwork(HostSiluLayers layers, float[][] weights, float[] biases) {
        this.layers = layers;
        this.weights = weights;
        this.transposed = Lanes.transposed(weights);
        this.biases = biases;
    }

    int inputs() {
        return layers.inputs();
    }

    int outputs() {
        return biases.length;
    }

    long multiplications() {
        return layers.multiplications() + HostSiluLayers.multiplications(outputs(), transposed.length);
    }

    /** Working memory for blocks of chains; not for several threads at once. */
    final class Pass {
        private final HostSiluLayers.SideBySide hidden;

        Pass(int lanes) {
            hidden = layers.new SideBySide(lanes);
        }

        /** Computes the outputs, {@code [outputs][lanes]}, of positions, {@code [inputs][lanes]}. */
        void forward(float[][] positions, float[][] outputs) {
            Lanes.affine(weights, biases, hidden.forward(positions), outputs);
        }

        /** After {@link #forward}, once: maps the gradient with respect to the outputs to that with respect to the positions. */
        void backward(float[][] outputGradient, float[][] gradients) {
            hidden.backward(hidden.signal(transposed, outputGradient), gradients);
        }
    }
}
