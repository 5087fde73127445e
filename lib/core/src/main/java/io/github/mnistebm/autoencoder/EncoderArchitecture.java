package io.github.mnistebm.autoencoder;

/** The architecture of an encoder from 784 pixels to d latents, or to the means and logarithms of variances of these. */
public enum EncoderArchitecture {
    /** One hidden layer of rectified linear units. */
    PERCEPTRON,
    /** {@link ConvolutionalEncoder}. */
    CONVOLUTIONAL
}
