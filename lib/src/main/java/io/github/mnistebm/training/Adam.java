package io.github.mnistebm.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.github.mnistebm.tensor.Tensors;

/**
 * Adam (Kingma &amp; Ba 2015, algorithm 1) on one contiguous parameter vector, in place.
 *
 * <p>DJL's own Adam leaves its moments to no owner, and walks the parameters one by one; this one frees them when it is
 * closed and makes the same few operations for a whole network.
 */
public final class Adam implements AutoCloseable {

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final NDManager manager;
    private final NDArray parameters;
    private final NDArray mean;
    private final NDArray variance;
    private long updates;

    /**
     * Creates an optimizer with moments of zero and the paper's defaults: β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.
     *
     * @param parameters what it updates, {@code [p]}; not closed with this object
     */
    public Adam(NDArray parameters) {
        this.manager = parameters.getManager().newSubManager();
        this.parameters = parameters;
        this.mean = manager.zeros(parameters.getShape());
        this.variance = manager.zeros(parameters.getShape());
        // A surrounding scope must not close what lives as long as this object.
        NDScope.unregister(mean, variance);
    }

    /**
     * Moves the parameters one step against the gradient.
     *
     * @param gradient of the loss, {@code [p]}
     * @param learningRate the step, before Adam's normalization
     */
    public void update(NDArray gradient, double learningRate) {
        updates++;
        double meanCorrection = 1 - Math.pow(BETA1, updates);
        double varianceCorrection = 1 - Math.pow(BETA2, updates);
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            mean.muli(scalar(BETA1)).addi(gradient.mul(scalar(1 - BETA1)));
            variance.muli(scalar(BETA2)).addi(gradient.square().muli(scalar(1 - BETA2)));
            NDArray scale = variance.div(scalar(varianceCorrection)).sqrt().addi(scalar(EPSILON));
            parameters.subi(mean.mul(scalar(learningRate / meanCorrection)).divi(scale));
        }
    }

    private NDArray scalar(double value) {
        return Tensors.scalar(manager, value);
    }

    @Override
    public void close() {
        manager.close();
    }
}
