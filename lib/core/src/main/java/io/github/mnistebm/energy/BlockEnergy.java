package io.github.mnistebm.energy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.Pair;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.tensor.Autograd;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.training.FlatParameters;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The energy of any DJL block with one output a row, by automatic differentiation.
 *
 * <p>The block is evaluated as in inference: layers that act on training only, such as dropout, pass their input on. An energy is a
 * function of one state, so that normalization over a batch has no place in it. Several threads may evaluate it at once, as long as none
 * writes to the parameters; their backward passes take turns, as {@link Autograd} says.
 */
public final class BlockEnergy implements TrainableEnergy {

    private final NDManager manager;
    private final Block block;
    private final Shape stateShape;
    private final FlatParameters parameters;
    private final ParameterStore store;
    private final Map<String, NDArray> named;

    private BlockEnergy(NDManager manager, Block block, Shape stateShape, FlatParameters parameters) {
        this.manager = manager;
        this.block = block;
        this.stateShape = stateShape;
        this.parameters = parameters;
        this.store = parameters.store();
        Map<String, NDArray> byName = new LinkedHashMap<>();
        for (Pair<String, Parameter> parameter : block.getParameters()) {
            byName.put(parameter.getKey(), parameter.getValue().getArray());
        }
        this.named = Collections.unmodifiableMap(byName);
    }

    /**
     * Creates an energy of a block. If the block is not initialized yet, its weights are drawn from the source, uniformly in
     * ±√(12 / (inputs + outputs)), and its other parameters are those that their types begin with, such as 0 for a bias. An initialized
     * block keeps its values.
     *
     * @param parent the parent of the manager that owns the parameters
     * @param block maps {@code [n, …state shape]} to {@code [n, 1]} or {@code [n]}; it then holds views of the energy's parameters
     * @param stateShape the shape in which the block expects one state, for instance {@code (1, 28, 28)}; the energy itself takes rows of
     *     as many coordinates
     * @param random the source of randomness of the weights
     * @return the energy
     * @throws IllegalArgumentException if the block has no parameters, or not one output a row
     */
    public static BlockEnergy of(NDManager parent, Block block, Shape stateShape, RandomSource random) {
        NDManager manager = parent.newSubManager();
        try {
            return Scope.compute(() -> initialized(manager, block, stateShape, random));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static BlockEnergy initialized(NDManager manager, Block block, Shape stateShape, RandomSource random) {
        boolean draws = !block.isInitialized();
        if (draws) {
            block.setInitializer(Initializer.ZEROS, Parameter.Type.WEIGHT);
            block.initialize(manager, DataType.FLOAT32, new Shape(1).addAll(stateShape));
        }
        if (block.getParameters().isEmpty()) {
            throw new IllegalArgumentException("block: expected parameters to train, found none");
        }
        FlatParameters parameters = FlatParameters.of(manager, block);
        if (draws) {
            parameters.drawWeights(random);
        }
        BlockEnergy energy = new BlockEnergy(manager, block, stateShape, parameters);
        energy.energy(manager.zeros(new Shape(2, energy.dimension())));
        return energy;
    }

    @Override
    public int dimension() {
        return Math.toIntExact(stateShape.size());
    }

    /**
     * Returns the block.
     *
     * @return the block; it holds views of the parameters
     */
    public Block block() {
        return block;
    }

    @Override
    public NDArray parameters() {
        return parameters.values();
    }

    @Override
    public Map<String, NDArray> namedParameters() {
        return named;
    }

    /** Evaluates the block. Its parameters come from a store, so that they require a gradient in one thread's pass only. */
    private NDArray forward(NDArray states, ParameterStore from) {
        long n = states.getShape().get(0);
        NDArray output = block.forward(from, new NDList(states.reshape(new Shape(n).addAll(stateShape))), false)
                .singletonOrThrow();
        if (output.size() != n) {
            throw new IllegalArgumentException(
                    "block: expected one output a row, shape (" + n + ", 1), found " + output.getShape());
        }
        return output.reshape(n);
    }

    @Override
    public NDArray energy(NDArray states) {
        return forward(states, store);
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        return handedOut(states, () -> {
            NDArray leaf = states.stopGradient();
            leaf.setRequiresGradient(true);
            NDArray energy = Autograd.differentiated(() -> forward(leaf, store));
            return new EnergyAndGradient(energy, leaf.getGradient());
        });
    }

    @Override
    public EnergyAndGradient parameterGradient(NDArray states, UnaryOperator<NDArray> coefficients) {
        return handedOut(states, () -> {
            FlatParameters.Leaves leaves = parameters.leaves(block);
            NDArray energy = Autograd.differentiated(() -> forward(states, leaves.store()), coefficients);
            NDList gradients = new NDList();
            leaves.gradients().forEach(gradient -> gradients.add(gradient.flatten()));
            return new EnergyAndGradient(energy, NDArrays.concat(gradients));
        });
    }

    /** Frees all that a computation makes, except for its result, which goes to the manager of the states and the caller's scope. */
    private static EnergyAndGradient handedOut(NDArray states, Supplier<EnergyAndGradient> computation) {
        return Scope.compute(() -> {
            EnergyAndGradient result = computation.get();
            result.arrays().forEach(array -> array.attach(states.getManager()));
            return result;
        });
    }

    /** Returns the description of the block. */
    @Override
    public String toString() {
        return block.toString();
    }

    @Override
    public void close() {
        manager.close();
    }
}
