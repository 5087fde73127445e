package io.github.mnistebm.density;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;

/**
 * The uniform distribution on the cube [−1, 1]^d, the reference measure of an energy that is the whole model, such as one on pixels. Its
 * energy is d log 2 everywhere, and its gradient 0: it does not hold chains within the cube, which is left to their kernel.
 *
 * @param dimension d; positive
 */
public record UniformCube(int dimension) implements ReferenceMeasure {

    /**
     * Checks the dimension.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public UniformCube {
        if (dimension < 1) {
            throw new IllegalArgumentException("dimension: must be at least 1, found " + dimension);
        }
    }

    @Override
    public NDArray energy(NDArray states) {
        return states.getManager().full(new Shape(states.getShape().get(0)), (float) (dimension * Math.log(2)));
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        return new EnergyAndGradient(energy(states), states.zerosLike());
    }

    @Override
    public NDArray sample(NDManager manager, long count, RandomSource random) {
        return random.uniform(manager, -1, 1, new Shape(count, dimension));
    }

    /**
     * Returns this measure: a uniform distribution is the same at every temperature.
     *
     * @param temperature T; positive
     * @return this object
     */
    @Override
    public ReferenceMeasure tempered(double temperature) {
        EnergyFunction.requireTemperature(temperature);
        return this;
    }
}
