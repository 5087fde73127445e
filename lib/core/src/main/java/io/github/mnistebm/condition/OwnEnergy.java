package io.github.mnistebm.condition;

import io.github.mnistebm.density.EnergyFunction;

/**
 * A condition that an energy on latents states.
 *
 * @param energy the energy
 * @param negated whether the opposite is asked for
 */
record OwnEnergy(EnergyFunction energy, boolean negated) implements Opaque {

    @Override
    public EnergyFunction energy(Subject subject) {
        if (energy.dimension() != subject.dimension()) {
            throw new IllegalArgumentException(
                    "condition: expected dimension " + subject.dimension() + ", found " + energy.dimension());
        }
        return negated ? new NotEnergy(energy) : energy;
    }

    @Override
    public Condition not() {
        return new OwnEnergy(energy, !negated);
    }

    @Override
    public String toString() {
        return (negated ? "not " : "") + "an energy of latents";
    }
}
