/**
 * Energies f with parameters, which tilt a reference measure, and their training: a perceptron in closed form, and any DJL block by
 * automatic differentiation. The trainer is given an objective, and the kernel that contrastive divergence samples its negatives with.
 */
package io.github.mnistebm.energy;
