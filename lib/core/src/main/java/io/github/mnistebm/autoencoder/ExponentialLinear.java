package io.github.mnistebm.autoencoder;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/** The exponential linear unit (Clevert, Unterthiner &amp; Hochreiter 2016, "Fast and accurate deep network learning by ELUs", equation 14). */
final class ExponentialLinear {

    /** From here on downwards, eˣ − 1 in 32 bits is −1. */
    private static final float SATURATED = -18;

    private ExponentialLinear() {}

    /**
     * Computes x where that is positive and eˣ − 1 elsewhere. The derivative eˣ counts as 0 where the value is −1 to rounding: products of
     * such derivatives are too small for the normal range of 32 bits, and processors compute with such numbers many times as slowly.
     */
    static NDArray of(NDArray inputs) {
        return Activation.elu(inputs.clip(SATURATED, Float.MAX_VALUE), 1);
    }
}
