package io.github.mnistebm.energy;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.sampling.EnergyAndGradient;
import io.github.mnistebm.sampling.EnergyFunction;
import io.github.mnistebm.sampling.ReferenceMeasure;

/**
 * The energy E(u) = f(u) − log q(u): an exponential tilting exp(−f) of a reference measure q (Pang et al. 2020,
 * "Learning latent space energy-based prior model", equation 3).
 *
 * @param tilt f
 * @param reference q
 */
public record TiltedEnergy(EnergyFunction tilt, ReferenceMeasure reference) implements EnergyFunction {

    /**
     * Checks that the two fit.
     *
     * @throws IllegalArgumentException if they are of different dimensions
     */
    public TiltedEnergy {
        if (tilt.dimension() != reference.dimension()) {
            throw new IllegalArgumentException(
                    "reference measure: expected dimension " + tilt.dimension() + ", found " + reference.dimension());
        }
    }

    @Override
    public int dimension() {
        return tilt.dimension();
    }

    @Override
    public NDArray energy(NDArray states) {
        return tilt.energy(states).addi(reference.energy(states));
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        EnergyAndGradient tilted = tilt.energyAndGradient(states);
        EnergyAndGradient referred = reference.energyAndGradient(states);
        return new EnergyAndGradient(
                tilted.energy().addi(referred.energy()), tilted.gradient().add(referred.gradient()));
    }
}
