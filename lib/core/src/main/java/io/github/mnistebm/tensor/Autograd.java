package io.github.mnistebm.tensor;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.training.GradientCollector;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Automatic differentiation, also from several threads. The engine has one gradient collector for the whole process, and throws if a
 * second one is opened, so that threads take turns here.
 */
public final class Autograd {

    private static final Object COLLECTOR = new Object();

    private Autograd() {}

    /**
     * Computes a value so that a backward pass through it is possible. Without this, whether the engine records depends on the thread.
     *
     * @param computation a computation from arrays that require a gradient; it does not call this class
     * @return its result
     * @throws IllegalStateException if other code has opened a gradient collector
     */
    public static NDArray recorded(Supplier<NDArray> computation) {
        return collecting(collector -> computation.get());
    }

    /**
     * Computes values and runs a backward pass through their sum, as {@link #backward(NDArray)} does. One collector serves both: the engine
     * looks at each array of the process when it opens one.
     *
     * @param computation a computation from arrays that require a gradient; it does not call this class
     * @return the values, without their history
     * @throws IllegalStateException if other code has opened a gradient collector
     */
    public static NDArray differentiated(Supplier<NDArray> computation) {
        return collecting(collector -> {
            NDArray values = computation.get();
            collector.backward(values.sum());
            return values.stopGradient();
        });
    }

    /**
     * Computes values and runs a backward pass through their weighted sum, with one collector as well.
     *
     * @param computation a computation from arrays that require a gradient; it does not call this class
     * @param weights maps the values, without their history, to the weight of each, of the same shape
     * @return the values, without their history
     * @throws IllegalStateException if other code has opened a gradient collector
     */
    public static NDArray differentiated(Supplier<NDArray> computation, UnaryOperator<NDArray> weights) {
        return collecting(collector -> {
            NDArray values = computation.get();
            NDArray fixed = values.stopGradient();
            collector.backward(values.mul(weights.apply(fixed).stopGradient()).sum());
            return fixed;
        });
    }

    /**
     * Runs a backward pass through the sum of some values, which adds to the gradient of each array that they were computed from and that
     * requires a gradient. A second pass through the same values is not possible.
     *
     * @param values the values, {@linkplain #recorded recorded}, of any shape
     * @throws IllegalStateException if other code has opened a gradient collector
     */
    public static void backward(NDArray values) {
        differentiated(() -> values);
    }

    /**
     * Runs a backward pass through the weighted sum of some values, as {@link #backward(NDArray)} does.
     *
     * @param values the values, recorded
     * @param weights the weight of each value, of the same shape: the gradient of a further function with respect to the values
     * @throws IllegalStateException if other code has opened a gradient collector
     */
    public static void backward(NDArray values, NDArray weights) {
        differentiated(() -> values, fixed -> weights);
    }

    private static NDArray collecting(Function<GradientCollector, NDArray> work) {
        synchronized (COLLECTOR) {
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                return work.apply(collector);
            }
        }
    }
}
