package io.github.mnistebm.density;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.tensor.Tensors;
import java.util.Optional;

/** An energy divided by a number: by a temperature, or by −1, to take it from another one. */
record DividedEnergy(EnergyFunction energy, double divisor) implements EnergyFunction {

    @Override
    public int dimension() {
        return energy.dimension();
    }

    @Override
    public NDArray energy(NDArray states) {
        return energy.energy(states).div(Tensors.scalar(states.getManager(), divisor));
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        EnergyAndGradient at = energy.energyAndGradient(states);
        NDArray by = Tensors.scalar(states.getManager(), divisor);
        return new EnergyAndGradient(at.energy().div(by), at.gradient().div(by));
    }

    @Override
    public Optional<HostEnergy> onHost() {
        return energy.onHost().map(host -> host.dividedBy(divisor));
    }
}
