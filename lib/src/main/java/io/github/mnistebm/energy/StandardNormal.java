package io.github.mnistebm.energy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.sampling.EnergyAndGradient;
import io.github.mnistebm.sampling.ReferenceMeasure;
import io.github.mnistebm.tensor.Tensors;

/**
 * The standard normal distribution on R^d. Its energy is normalized: −log q(u) = ‖u‖²/2 + (d/2) log 2π.
 *
 * @param dimension d; positive
 */
public record StandardNormal(int dimension) implements ReferenceMeasure {

    /**
     * Checks the dimension.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public StandardNormal {
        if (dimension < 1) {
            throw new IllegalArgumentException("dimension: must be at least 1, found " + dimension);
        }
    }

    @Override
    public NDArray energy(NDArray states) {
        NDManager manager = states.getManager();
        return states.square()
                .sum(new int[] {1})
                .muli(Tensors.scalar(manager, 0.5))
                .addi(Tensors.scalar(manager, dimension * Math.log(2 * Math.PI) / 2));
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        return new EnergyAndGradient(energy(states), states);
    }

    @Override
    public NDArray sample(NDManager manager, long count) {
        return manager.randomNormal(new Shape(count, dimension));
    }
}
