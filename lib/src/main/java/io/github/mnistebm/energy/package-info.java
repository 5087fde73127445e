/**
 * The energy E(u) = f(u) − log q(u): a network f that tilts a reference measure q, and its training by contrastive
 * divergence. The trainer is given the kernel that its negatives are sampled with.
 */
package io.github.mnistebm.energy;
