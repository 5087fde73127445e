/** Estimates of the log-likelihood of held-out latents, and of held-out images. */
package io.github.mnistebm.evaluation.likelihood;
