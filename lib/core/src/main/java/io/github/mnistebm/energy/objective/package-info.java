/**
 * Objectives by which an energy f that tilts a reference measure learns from data: contrastive divergence, noise-contrastive estimation,
 * energy discrepancy and denoising score matching. Each gives the states at which an update evaluates f, and the
 * derivatives of its loss with respect to the values of f there.
 */
package io.github.mnistebm.energy.objective;
