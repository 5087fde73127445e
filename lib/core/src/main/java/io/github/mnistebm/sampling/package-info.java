/**
 * Markov chain Monte Carlo with many chains at once. A sampler knows its target only as an {@link
 * io.github.mnistebm.density.EnergyFunction}: the energy and its gradient of a batch of states.
 *
 * <p>Each transition kernel is one class, a pure step over an explicit {@link io.github.mnistebm.sampling.ChainState}; {@link
 * io.github.mnistebm.sampling.Sampler} repeats it, adapts the step size and the metric during burn-in and keeps the draws. Nothing in a
 * step reads a value back to the host. {@link io.github.mnistebm.sampling.Chains} moves the chains by tensor operations, or by the loops of
 * {@code sampling.host}.
 *
 * <p>More than a dozen classes: kernels and the values that they pass to each other are read together.
 */
package io.github.mnistebm.sampling;
