package io.github.mnistebm.density;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

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

    /**
     * Returns the energy at a temperature that keeps the modes: f(u) − log q_T(u), with q_T the {@linkplain ReferenceMeasure#tempered
     * tempered reference measure}. A low temperature contracts each mode, whereas p(u)^(1/T) would leave the deepest mode alone.
     * The tilt is not divided by T, because it contributes to the probabilities of the modes: with f/T, some modes would all but vanish.
     *
     * @param temperature T; positive
     * @return the energy; this object if T is 1
     * @throws IllegalArgumentException if T is not positive and finite
     */
    public TiltedEnergy tempered(double temperature) {
        return temperature == 1 ? this : new TiltedEnergy(tilt, reference.tempered(temperature));
    }

    /**
     * Returns this energy as a tilting of another reference measure, for proposals and draws of that one.
     *
     * @param other r, of the same dimension
     * @return f(u) − log q(u) + log r(u) − log r(u); this object if r is q
     */
    public TiltedEnergy over(ReferenceMeasure other) {
        return other == reference ? this : new TiltedEnergy(minus(other), other);
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

    @Override
    public Optional<HostEnergy> onHost() {
        return tilt.onHost().flatMap(by -> reference.onHost().map(measure -> new HostSum(by, measure)));
    }
}
