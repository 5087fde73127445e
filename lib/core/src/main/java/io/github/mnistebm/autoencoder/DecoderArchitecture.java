package io.github.mnistebm.autoencoder;

/** The architecture of a decoder from d latents to 784 logits. */
public enum DecoderArchitecture {
    /** One hidden layer of rectified linear units, as wide as the encoder's. */
    PERCEPTRON,
    /** {@link ConvolutionalDecoder}: sharper digits in less time. */
    CONVOLUTIONAL,
    /** {@link ConvolutionalDecoder} with exponential linear units and a further convolution of all pixels: a higher likelihood. */
    DEEP
}
