package io.github.mnistebm.autoencoder;

import ai.djl.ndarray.NDArray;
import java.util.function.UnaryOperator;

/**
 * The output of a decoder for some latents, and the backward pass through it.
 *
 * @param logits the logits of each pixel's probability to be white, {@code [n, 784]}
 * @param vectorJacobianProduct maps the gradient of a sum over the latents with respect to the logits, {@code [n, 784]}, to that
 *     with respect to the latents, {@code [n, d]}; called at most once
 */
public record DecodedLogits(NDArray logits, UnaryOperator<NDArray> vectorJacobianProduct) {}
