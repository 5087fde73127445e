package io.github.mnistebm.density;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * The sum of two energies.
 *
 * @param first the one
 * @param second the other, of the same dimension
 */
record SumOfEnergies(EnergyFunction first, EnergyFunction second) implements EnergyFunction {

    SumOfEnergies {
        if (first.dimension() != second.dimension()) {
            throw new IllegalArgumentException(
                    "sum of energies: expected dimension " + first.dimension() + ", found " + second.dimension());
        }
    }

    @Override
    public int dimension() {
        return first.dimension();
    }

    @Override
    public NDArray energy(NDArray states) {
        return first.energy(states).add(second.energy(states));
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        EnergyAndGradient one = first.energyAndGradient(states);
        EnergyAndGradient other = second.energyAndGradient(states);
        return new EnergyAndGradient(
                one.energy().add(other.energy()), one.gradient().add(other.gradient()));
    }

    @Override
    public Optional<HostEnergy> onHost() {
        return first.onHost().flatMap(one -> second.onHost().map(other -> new HostSum(one, other)));
    }
}
