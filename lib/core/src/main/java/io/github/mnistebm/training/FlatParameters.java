package io.github.mnistebm.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * The parameters of blocks, laid into one contiguous vector. The blocks go on with views of it, so that one in-place
 * operation on the vector updates every layer.
 */
public final class FlatParameters {

    private final NDManager manager;
    private final NDArray values;
    private final List<Parameter> parameters;
    private final List<Shape> shapes;

    private FlatParameters(NDManager manager, NDArray values, List<Parameter> parameters) {
        this.manager = manager;
        this.values = values;
        this.parameters = List.copyOf(parameters);
        this.shapes = parameters.stream()
                .map(parameter -> parameter.getArray().getShape())
                .toList();
    }

    /**
     * Moves the parameters of initialized blocks into one vector.
     *
     * @param manager the owner of the vector and of the views
     * @param blocks the blocks, all parameters of which must be trainable
     * @return the vector, holding the blocks' present values
     */
    public static FlatParameters of(NDManager manager, Block... blocks) {
        List<Parameter> parameters = new ArrayList<>();
        for (Block block : blocks) {
            parameters.addAll(((PairList<String, Parameter>) block.getParameters()).values());
        }
        NDList flattened = new NDList();
        for (Parameter parameter : parameters) {
            flattened.add(parameter.getArray().stopGradient().flatten());
        }
        NDArray values = NDArrays.concat(flattened);
        values.attach(manager);
        flattened.close();
        NDScope.unregister(values);
        FlatParameters flat = new FlatParameters(manager, values, parameters);
        flat.dropGradients();
        return flat;
    }

    /**
     * Draws the weights, uniformly in ±√(12 / (inputs + outputs)) (Glorot &amp; Bengio 2010, "Understanding the difficulty of training
     * deep feedforward neural networks", equation 16, with twice the variance), and leaves the biases as they are.
     *
     * @param random the source of randomness
     */
    public void drawWeights(RandomSource random) {
        for (Parameter parameter : parameters) {
            if (parameter.getType() == Parameter.Type.WEIGHT) {
                Shape shape = parameter.getArray().getShape();
                long units = (shape.get(0) + shape.get(1)) * shape.slice(2).size();
                float bound = (float) Math.sqrt(12.0 / units);
                try (NDArray drawn = random.uniform(manager, -bound, bound, shape)) {
                    Tensors.copy(drawn, parameter.getArray());
                }
            }
        }
    }

    /**
     * Returns the store that hands the parameters to the blocks. It knows all parameters from the beginning, so that several threads may
     * use it at once.
     *
     * @return the store of the present views
     */
    public ParameterStore store() {
        ParameterStore store = new ParameterStore(manager, false);
        for (Parameter parameter : parameters) {
            store.getValue(parameter, manager.getDevice(), false);
        }
        return store;
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
     * Creates views of the parts of the vector that no gradient is asked of, for gradients in closed form.
     *
     * @return the view of each parameter, in the order of the vector, attached to the manager of the vector
     */
    public List<NDArray> views() {
        List<NDArray> views = new ArrayList<>();
        long offset = 0;
        for (Shape shape : shapes) {
            views.add(view(offset, shape));
            offset += shape.size();
        }
        return List.copyOf(views);
    }

    private NDArray view(long offset, Shape shape) {
        NDArray slice = values.get(new NDIndex().addSliceDim(offset, offset + shape.size()));
        NDArray view = slice.reshape(shape);
        view.attach(manager);
        NDScope.unregister(view);
        if (slice != view) {
            slice.close();
        }
        return view;
    }

    /**
     * Returns the gradients that a backward pass left, and that the next one would add to.
     *
     * @return the gradient of each part of the vector, in its order
     */
    public List<NDArray> gradients() {
        return gradients(0);
    }

    /**
     * Returns the gradients that a backward pass through the last of the blocks left.
     *
     * @param skipped parameters of the blocks before
     * @return the gradient of each part of the vector after these, in its order
     */
    public List<NDArray> gradients(int skipped) {
        return parameters.stream()
                .skip(skipped)
                .map(parameter -> parameter.getArray().getGradient())
                .toList();
    }

    /**
     * Gives the blocks new views, which have no gradient yet. A backward pass then keeps its results, and need not add
     * them to zeros. A {@link #store} of the old views cannot be used any more.
     */
    public void dropGradients() {
        long offset = 0;
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            Shape shape = shapes.get(i);
            NDArray view = view(offset, shape);
            offset += shape.size();
            view.setName(parameter.getArray().getName());
            view.setRequiresGradient(true);
            parameter.close();
            parameter.setShape(null);
            parameter.setArray(view);
        }
    }
}
