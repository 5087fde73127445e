/**
 * Binary images to a continuous space R^d and back: encoder and decoder blocks, their training with regularized latents,
 * and the whitening of latents.
 *
 * <p>More than a dozen classes: each choice of the configuration is a type.
 */
package io.github.mnistebm.autoencoder;
