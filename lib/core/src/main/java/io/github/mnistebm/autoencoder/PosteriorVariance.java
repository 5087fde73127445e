package io.github.mnistebm.autoencoder;

/** The variance of the normal distribution of latents that an encoder gives for an image. */
public enum PosteriorVariance {
    /** The same for all images and latents, {@link AutoencoderConfig#latentNoise} squared. */
    FIXED,
    /** The encoder's own for each image and latent, as in a variational autoencoder. */
    LEARNED
}
