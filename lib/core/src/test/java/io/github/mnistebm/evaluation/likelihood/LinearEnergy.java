package io.github.mnistebm.evaluation.likelihood;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;

/** f(u) = a·u. Tilting a standard normal by it gives Z = exp(‖a‖²/2) and the normal distribution of mean −a. */
record LinearEnergy(float[] a) implements EnergyFunction {

    @Override
    public int dimension() {
        return a.length;
    }

    @Override
    public NDArray energy(NDArray states) {
        return states.matMul(states.getManager().create(a));
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        NDArray gradient = states.getManager().create(a).reshape(new Shape(1, a.length));
        return new EnergyAndGradient(
                energy(states), gradient.repeat(0, states.getShape().get(0)));
    }
}
