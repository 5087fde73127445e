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

    private final NDArray values;
    private final List<NDArray> views;

    private FlatParameters(NDArray values, List<NDArray> views) {
        this.values = values;
        this.views = views;
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
        List<NDArray> views = new ArrayList<>();
        long offset = 0;
        for (Parameter parameter : parameters) {
            Shape shape = parameter.getArray().getShape();
            NDArray view = values.get(new NDIndex().addSliceDim(offset, offset + shape.size()))
                    .reshape(shape);
            offset += shape.size();
            String name = parameter.getArray().getName();
            parameter.getArray().close();
            view.setName(name);
            view.setRequiresGradient(true);
            parameter.close();
            parameter.setShape(null);
            parameter.setArray(view);
            views.add(view);
        }
        NDScope.unregister(values);
        views.forEach(NDScope::unregister);
        return new FlatParameters(values, List.copyOf(views));
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
     * Returns the gradients that a backward pass left, and that the next one adds to.
     *
     * @return of each part of the vector, in its order
     */
    public List<NDArray> gradients() {
        return views.stream().map(NDArray::getGradient).toList();
    }
}
