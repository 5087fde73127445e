package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;

/** An energy divided by a temperature. */
record TemperedEnergy(EnergyFunction energy, double temperature) implements EnergyFunction {

    @Override
    public int dimension() {
        return energy.dimension();
    }

    @Override
    public NDArray energy(NDArray states) {
        return energy.energy(states).div(temperature);
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        EnergyAndGradient at = energy.energyAndGradient(states);
        return new EnergyAndGradient(at.energy().div(temperature), at.gradient().div(temperature));
    }
}
