/**
 * Binary images to a continuous space R^d and back: encoder and decoder blocks, their training with regularized latents,
 * and the whitening of latents.
 */
package io.github.mnistebm.autoencoder;
