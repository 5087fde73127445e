/**
 * Energy networks f, which tilt a reference measure, and their training by contrastive divergence. The trainer is given the kernel that
 * its negatives are sampled with.
 */
package io.github.mnistebm.energy;
