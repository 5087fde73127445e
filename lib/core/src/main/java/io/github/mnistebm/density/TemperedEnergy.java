package io.github.mnistebm.density;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.tensor.Tensors;
import java.util.Optional;

/** An energy divided by a temperature. */
record TemperedEnergy(EnergyFunction energy, double temperature) implements EnergyFunction {

    @Override
    public int dimension() {
        return energy.dimension();
    }

    @Override
    public NDArray energy(NDArray states) {
        return energy.energy(states).div(Tensors.scalar(states.getManager(), temperature));
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        EnergyAndGradient at = energy.energyAndGradient(states);
        NDArray divisor = Tensors.scalar(states.getManager(), temperature);
        return new EnergyAndGradient(at.energy().div(divisor), at.gradient().div(divisor));
    }

    @Override
    public Optional<HostEnergy> onHost() {
        return energy.onHost().map(host -> host.dividedBy(temperature));
    }
}
