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
import ai.djl.util.PairList;
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
     * Returns the vector; writing to it changes the blocks.
     *
     * @return all parameters, {@code [p]}
     */
    public NDArray values() {
        return values;
    }

    /**
     * Makes views of the parts of the vector that no gradient is asked of, for gradients in closed form.
     *
     * @return of each parameter, in the order of the vector, attached to the manager of the vector
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
     * @return of each part of the vector, in its order
     */
    public List<NDArray> gradients() {
        return gradients(0);
    }

    /**
     * Returns the gradients that a backward pass through the last of the blocks left.
     *
     * @param skipped parameters of the blocks before
     * @return of each part of the vector after these, in its order
     */
    public List<NDArray> gradients(int skipped) {
        return parameters.stream()
                .skip(skipped)
                .map(parameter -> parameter.getArray().getGradient())
                .toList();
    }

    /**
     * Gives the blocks new views, which have no gradient yet. A backward pass then keeps what it computes, where it would have to add
     * it to zeros. A {@code ParameterStore} that has seen the old views is of no more use.
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
