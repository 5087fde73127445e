package io.github.mnistebm.energy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.mnistebm.tensor.RandomSource;
import java.util.function.Supplier;

/** Creates an energy of a given architecture. A model is trained, and loaded, with the same factory. */
@FunctionalInterface
public interface EnergyFactory {

    /**
     * Creates an untrained energy.
     *
     * @param parent the parent of the manager that owns the parameters
     * @param dimension the dimension d of a state
     * @param random the source of randomness of the parameters
     * @return a new energy
     */
    TrainableEnergy create(NDManager parent, int dimension, RandomSource random);

    /**
     * Creates a factory of {@link BlockEnergy}.
     *
     * @param block makes a new block from {@code [n, d]} to {@code [n, 1]} at each call
     * @return the factory
     */
    static EnergyFactory of(Supplier<? extends Block> block) {
        return (parent, dimension, random) -> BlockEnergy.of(parent, block.get(), new Shape(dimension), random);
    }
}
