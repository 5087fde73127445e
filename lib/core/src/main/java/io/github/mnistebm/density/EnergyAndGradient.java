package io.github.mnistebm.density;

import ai.djl.ndarray.NDArray;

/**
 * The energy of a batch of states and its gradient.
 *
 * @param energy E, {@code [chains]}
 * @param gradient ∇E, {@code [chains, d]}
 */
public record EnergyAndGradient(NDArray energy, NDArray gradient) {}
