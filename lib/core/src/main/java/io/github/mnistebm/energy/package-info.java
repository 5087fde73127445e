/**
 * Energies f with parameters, which tilt a reference measure, and their training by contrastive divergence: a perceptron in closed form,
 * and any DJL block by automatic differentiation. The trainer is given the kernel that its negatives are sampled with.
 */
package io.github.mnistebm.energy;
