/**
 * Langevin sampling of many chains at once. A sampler knows its target only as an {@link
 * io.github.mnistebm.sampling.EnergyFunction}: the energy and its gradient of a batch of states.
 *
 * <p>One class a transition kernel, each a pure step over an explicit {@link
 * io.github.mnistebm.sampling.ChainState}; {@link io.github.mnistebm.sampling.LangevinSampler} repeats it, adapts the
 * step size during burn-in and keeps the draws. Nothing in a step reads a value back to the host.
 *
 * <p>The classes named {@code Host…} are the same in plain loops, for processors; {@link io.github.mnistebm.sampling.Chains}
 * chooses between the two.
 */
package io.github.mnistebm.sampling;
