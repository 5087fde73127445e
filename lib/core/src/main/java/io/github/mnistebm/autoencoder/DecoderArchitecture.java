package io.github.mnistebm.autoencoder;

/** The architecture of a decoder from d latents to 784 logits. */
public enum DecoderArchitecture {
    /** One hidden layer of rectified linear units, as wide as the encoder's. */
    PERCEPTRON,
    /** {@link ConvolutionalDecoder}: sharper digits in less time. */
    CONVOLUTIONAL
}
