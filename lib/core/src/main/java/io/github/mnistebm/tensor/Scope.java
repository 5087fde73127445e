package io.github.mnistebm.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.List;
import java.util.function.Supplier;

/**
 * Bounds the life of native memory. Every array that is made within a scope is freed at its end, except for those of the result, which
 * belong to the scope around it or, without one, to their manager. Scopes nest, and belong to one thread.
 */
public final class Scope {

    private Scope() {}

    /** A result that holds arrays. */
    public interface Result {

        /**
         * Returns the arrays that outlive the scope in which the result was made.
         *
         * @return the arrays
         */
        List<NDArray> arrays();
    }

    /**
     * Does some work, and frees every array that it made.
     *
     * @param work the work
     */
    public static void run(Runnable work) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            work.run();
        }
    }

    /**
     * Computes a result, and frees every other array that was made on the way.
     *
     * @param <T> the type of the result: an array, a {@link Result}, or a value without arrays
     * @param computation the computation
     * @return the result
     */
    public static <T> T compute(Supplier<T> computation) {
        T result = computeOwned(computation);
        arraysOf(result).forEach(NDScope::register);
        return result;
    }

    /**
     * Computes a result that the enclosing scopes do not free.
     *
     * @param <T> the type of the result: an array or a {@link Result}
     * @param computation the computation
     * @return the result; it belongs to the managers of its arrays
     */
    public static <T> T computeOwned(Supplier<T> computation) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            T result = computation.get();
            arraysOf(result).forEach(NDScope::unregister);
            return result;
        }
    }

    /**
     * Makes a manager the owner of an array, which the scope that it was made in does not free.
     *
     * @param owner the manager
     * @param array the array
     * @return the array
     */
    public static NDArray owned(NDManager owner, NDArray array) {
        array.attach(owner);
        NDScope.unregister(array);
        return array;
    }

    private static List<NDArray> arraysOf(Object result) {
        if (result instanceof NDArray array) {
            return List.of(array);
        }
        return result instanceof Result several ? several.arrays() : List.of();
    }
}
