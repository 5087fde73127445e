/**
 * The energy E(u) = f(u) − log q(u): a network f that tilts a reference measure q, a standard normal or a Gaussian mixture
 * fitted by expectation maximization, and its training by contrastive divergence. The trainer is given the kernel that its
 * negatives are sampled with.
 */
package io.github.mnistebm.energy;
