package io.github.mnistebm.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The parameters of blocks, laid into one contiguous vector. The blocks go on with views of it, so that one in-place
 * operation on the vector updates every layer. Several threads may use the blocks at once, as long as none writes to the vector.
 */
public final class FlatParameters {

    private final NDManager manager;
    private final NDArray values;
    private final List<Parameter> parameters;
    private final List<NDArray> views;

    private FlatParameters(NDManager manager, NDArray values, List<Parameter> parameters) {
        this.manager = manager;
        this.values = values;
        this.parameters = List.copyOf(parameters);
        List<NDArray> parts = new ArrayList<>();
        long offset = 0;
        for (Parameter parameter : parameters) {
            NDArray view =
                    Scope.owned(manager, view(offset, parameter.getArray().getShape()));
            view.setName(parameter.getArray().getName());
            parameter.close();
            parameter.setShape(null);
            parameter.setArray(view);
            parts.add(view);
            offset += view.size();
        }
        this.views = List.copyOf(parts);
    }

    /**
     * Moves the parameters of initialized blocks into one vector.
     *
     * @param manager the owner of the vector and of the views
     * @param blocks the blocks
     * @return the vector, holding the blocks' present values
     */
    public static FlatParameters of(NDManager manager, Block... blocks) {
        List<Parameter> parameters = parameters(blocks);
        NDList flattened = new NDList();
        for (Parameter parameter : parameters) {
            flattened.add(parameter.getArray().stopGradient().flatten());
        }
        NDArray values = Scope.owned(manager, NDArrays.concat(flattened));
        flattened.close();
        return new FlatParameters(manager, values, parameters);
    }

    /** A parameter that several layers share counts once. */
    private static List<Parameter> parameters(Block... blocks) {
        return Stream.of(blocks)
                .flatMap(block -> ((PairList<String, Parameter>) block.getParameters()).values().stream())
                .distinct()
                .toList();
    }

    /**
     * Draws the weights, uniformly in ±√(12 / (inputs + outputs)) (Glorot &amp; Bengio 2010, "Understanding the difficulty of training
     * deep feedforward neural networks", equation 16, with twice the variance), and leaves the biases as they are. A weight of less than
     * two axes counts as one output of as many inputs.
     *
     * @param random the source of randomness
     */
    public void drawWeights(RandomSource random) {
        for (Parameter parameter : parameters) {
            if (parameter.getType() == Parameter.Type.WEIGHT) {
                Shape shape = parameter.getArray().getShape();
                long units = shape.dimension() < 2
                        ? 1 + shape.size()
                        : (shape.get(0) + shape.get(1)) * shape.slice(2).size();
                float bound = (float) Math.sqrt(12.0 / units);
                try (NDArray drawn = random.uniform(manager, -bound, bound, shape)) {
                    Tensors.copy(drawn, parameter.getArray());
                }
            }
        }
    }

    /**
     * Returns the vector; writing to it changes the blocks.
     *
     * @return all parameters, {@code [p]}
     */
    public NDArray values() {
        return values;
    }

    /**
     * Returns views of the parts of the vector, which the blocks hold too. They require no gradient.
     *
     * @return the view of each parameter, in the order of the vector; they stay this object's
     */
    public List<NDArray> views() {
        return views;
    }

    /**
     * Creates a store that hands the parameters to the blocks, for forward passes. The engine remembers nothing of such a pass, except
     * for gradients of its inputs.
     *
     * @return the store of the views
     */
    public ParameterStore store() {
        return new Store(manager, parameters, views);
    }

    /**
     * Creates the leaves of one backward pass through blocks: views that require a gradient, where the block's parameter does. No
     * other pass adds to their gradients.
     *
     * @param blocks some of the blocks
     * @return new views, attached to the manager of the vector and, if there is one, to the innermost scope
     */
    public Leaves leaves(Block... blocks) {
        List<Parameter> chosen = parameters(blocks);
        List<NDArray> arrays = new ArrayList<>();
        for (Parameter parameter : chosen) {
            NDArray leaf = parameter.getArray().stopGradient();
            leaf.setRequiresGradient(parameter.requiresGradient());
            arrays.add(leaf);
        }
        return new Leaves(new Store(manager, chosen, arrays), List.copyOf(arrays));
    }

    private NDArray view(long offset, Shape shape) {
        NDArray slice = values.get(new NDIndex().addSliceDim(offset, offset + shape.size()));
        NDArray view = slice.reshape(shape);
        if (slice != view) {
            slice.close();
        }
        return view;
    }

    /**
     * The parameters of a block as the leaves of a computation.
     *
     * @param store the store that hands them to the block
     * @param arrays the parameters, in the order of the vector
     */
    public record Leaves(ParameterStore store, List<NDArray> arrays) {

        /**
         * Returns the gradients that a backward pass left.
         *
         * @return the gradient of each parameter, in their order; zeros where a parameter has none
         */
        public List<NDArray> gradients() {
            return arrays.stream()
                    .map(array -> array.hasGradient() ? array.getGradient() : array.zerosLike())
                    .toList();
        }
    }

    /** Parameters by identity, all known from the beginning, so that several threads may ask at once. */
    private static final class Store extends ParameterStore {
        private final Map<Parameter, NDArray> arrays = new IdentityHashMap<>();

        Store(NDManager manager, List<Parameter> parameters, List<NDArray> values) {
            super(manager, false);
            for (int i = 0; i < values.size(); i++) {
                arrays.put(parameters.get(i), values.get(i));
            }
        }

        /** Returns null for an optional parameter that a block does not have. */
        @Override
        public NDArray getValue(Parameter parameter, Device device, boolean training) {
            return arrays.get(parameter);
        }
    }
}
