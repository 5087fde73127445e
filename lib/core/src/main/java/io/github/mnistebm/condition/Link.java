package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.density.EnergyAndGradient;

/** An energy −log p as a function of a network's outputs, in tensors and in loops. */
interface Link {

    /** Computes the energies of rows of outputs, {@code [n, outputs]}, and their gradients with respect to these. */
    EnergyAndGradient energyAndGradient(NDArray outputs);

    /** Does the same for lanes of outputs, {@code [outputs][lanes]}; the gradients take the place of the outputs. */
    void energyAndGradient(int chains, float[][] outputs, float[] energies);

    /** −log σ(−x) = log(1 + eˣ), without overflow. */
    static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /** σ(x). */
    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
