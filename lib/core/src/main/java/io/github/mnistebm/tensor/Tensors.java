package io.github.mnistebm.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Operations on arrays that DJL lacks. */
public final class Tensors {

    private Tensors() {}

    /**
     * Writes the values of one array into another, on the device and through views.
     *
     * <p>{@link NDArray#copyTo} is not used in this project: on the PyTorch engine it goes through the host, and gives
     * the target a new storage in a Java buffer. Views of the target then keep the old values, and whatever PyTorch
     * writes later (a gradient that accumulates) lands in memory that the garbage collector has already freed.
     *
     * @param source the values
     * @param target contiguous, of as many values; it may require a gradient
     */
    public static void copy(NDArray source, NDArray target) {
        Scope.run(() -> target.stopGradient()
                .reshape(-1)
                .set(new NDIndex(":"), source.stopGradient().reshape(-1)));
    }

    /**
     * Creates an array of one number by filling it on the device.
     *
     * <p>DJL's operations with plain numbers ({@code array.mul(2)}) copy theirs from the host at each call, and of one that
     * automatic differentiation has to remember the memory is freed before the backward pass.
     *
     * @param manager the owner of the result
     * @param value the number
     * @return a 32-bit float of shape {@code ()}
     */
    public static NDArray scalar(NDManager manager, double value) {
        return manager.full(new Shape(), (float) value, DataType.FLOAT32);
    }

    /**
     * Writes zeros into an array, also over values that are not finite.
     *
     * @param target contiguous
     */
    public static void clear(NDArray target) {
        Scope.run(() -> copy(target.zerosLike(), target));
    }

    /**
     * Returns whether all values are finite.
     *
     * @param array the array, 32-bit floats
     * @return false if a value is infinite or not a number
     */
    public static boolean isFinite(NDArray array) {
        return Scope.compute(() -> {
            // A finite value minus itself is 0; any other value minus itself is NaN.
            NDArray values = array.stopGradient();
            return values.sub(values).sum().getFloat() == 0;
        });
    }

    /**
     * Maps the rows of an array part by part, so that intermediate arrays stay small. No gradient flows through.
     *
     * @param rows {@code [n, …]} with n &gt; 0
     * @param rowsAtOnce the size of a part; at least 1
     * @param map the map from {@code [m, …]} to {@code [m, …]}
     * @return the results below each other, {@code [n, …]}, attached to the manager of the rows
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public static NDArray mapInParts(NDArray rows, long rowsAtOnce, UnaryOperator<NDArray> map) {
        NDArray result = null;
        long n = rows.getShape().get(0);
        try {
            for (long from = 0; from < n; from += rowsAtOnce) {
                Cancellation.check();
                NDIndex part = new NDIndex().addSliceDim(from, Math.min(n, from + rowsAtOnce));
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    // Parameters of blocks require gradients: until the result is detached, it keeps all arrays that a
                    // backward pass would need.
                    NDArray mapped = map.apply(rows.get(part)).stopGradient();
                    if (result == null) {
                        Shape each = mapped.getShape().slice(1);
                        result = rows.getManager().create(new Shape(n).addAll(each), mapped.getDataType());
                        NDScope.unregister(result);
                    }
                    result.set(part, mapped);
                }
            }
        } catch (RuntimeException e) {
            if (result != null) {
                result.close();
            }
            throw e;
        }
        // To the scope of the caller, if there is one.
        NDScope.register(result);
        return result;
    }

    /**
     * Takes a vector apart.
     *
     * @param vector {@code [p]}
     * @param shapes the shape of each part by name, p values in all
     * @return views of the parts in their order, by name, in no scope; freed with the vector's manager
     */
    public static Map<String, NDArray> views(NDArray vector, Map<String, Shape> shapes) {
        Map<String, NDArray> views = new LinkedHashMap<>();
        long offset = 0;
        for (Map.Entry<String, Shape> part : shapes.entrySet()) {
            long end = offset + part.getValue().size();
            NDArray slice = vector.get(new NDIndex().addSliceDim(offset, end));
            NDArray view = slice.reshape(part.getValue());
            NDScope.unregister(slice, view);
            views.put(part.getKey(), view);
            offset = end;
        }
        return views;
    }
}
