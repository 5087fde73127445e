/** Estimates of the log-likelihood of held-out latents. */
package io.github.mnistebm.evaluation.likelihood;
