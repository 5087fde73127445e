package io.github.mnistebm.autoencoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import java.util.List;

/**
 * Normal distributions of the latents of images, N(μ, σ²), independent of each other (Kingma &amp; Welling 2014, "Auto-encoding variational
 * Bayes", equation 9).
 *
 * @param means μ, {@code [n, d]}
 * @param logVariances log σ², {@code [n, d]}
 */
public record LatentNormals(NDArray means, NDArray logVariances) implements Scope.Result {

    /**
     * Computes the Kullback-Leibler divergences from the standard normal distribution, Σ (μ² + σ² − 1 − log σ²) / 2.
     *
     * @return the sum over the latents of each image, nats, {@code [n]}
     */
    public NDArray divergences() {
        NDArray one = scalar(1);
        return means.square()
                .addi(logVariances.exp())
                .subi(one)
                .subi(logVariances)
                .sum(new int[] {1})
                .muli(scalar(0.5));
    }

    /** Computes the entropies, Σ (1 + log 2π + log σ²) / 2, {@code [n]}. */
    NDArray entropies() {
        return logVariances
                .add(scalar(1 + Math.log(2 * Math.PI)))
                .sum(new int[] {1})
                .muli(scalar(0.5));
    }

    /**
     * Draws latents.
     *
     * @param random the source of randomness
     * @return μ + σ ξ with ξ standard normal, {@code [n, d]}
     */
    public NDArray sample(RandomSource random) {
        return random.normal(means.getManager(), means.getShape())
                .muli(deviations())
                .addi(means);
    }

    /** Computes σ. */
    NDArray deviations() {
        return logVariances.mul(scalar(0.5)).exp();
    }

    private NDArray scalar(double value) {
        NDManager manager = means.getManager();
        return Tensors.scalar(manager, value);
    }

    @Override
    public List<NDArray> arrays() {
        return List.of(means, logVariances);
    }
}
