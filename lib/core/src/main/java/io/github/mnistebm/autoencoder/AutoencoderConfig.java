package io.github.mnistebm.autoencoder;

/**
 * The shape of an autoencoder and how it is trained.
 *
 * @param hiddenUnits width of the hidden layer of the encoder, and of the decoder if that is a perceptron; at least 1
 * @param latentDimension d; at least 1
 * @param encoder the architecture of the encoder; a perceptron if absent, as in cards that were saved before there was a choice
 * @param decoder the architecture of the decoder; absent in cards of models that were saved before there was a choice, and then a
 *     perceptron
 * @param epochs passes over the data; at least 1
 * @param batchSize images an update; at least 1
 * @param learningRate Adam's first learning rate, which falls to 0 along a cosine; positive
 * @param posteriorVariance the variance of the latents of an image; fixed if absent, as in cards that were saved before there was a
 *     choice
 * @param latentNoise standard deviation σ of the normal noise added to latents during training, if their variance is fixed; at least 0
 * @param latentPenalty λ of the penalty λ ‖z‖² an image, in nats, which keeps the encoder from outgrowing the noise, if the variance is
 *     fixed; at least 0
 * @param warmUpEpochs the number of epochs over which the weight of the Kullback-Leibler divergence rises from 0 to 1, if the variance
 *     is learned; at least 0
 * @param iwaeEpochs the number of epochs, the last ones, that maximize the importance-weighted bound, if the variance is learned; at
 *     least 0
 * @param iwaeDraws the number of draws an image of that bound; at least 1 if there are such epochs
 * @param mixtureEpochs the number of epochs, the last ones, whose prior is a mixture of normal distributions that is fitted to the
 *     latents at their beginning, if the variance is learned; at least 0
 * @param mixtureComponents the number of components of that mixture; at least 1 if there are such epochs
 */
public record AutoencoderConfig(
        int hiddenUnits,
        int latentDimension,
        EncoderArchitecture encoder,
        DecoderArchitecture decoder,
        int epochs,
        int batchSize,
        double learningRate,
        PosteriorVariance posteriorVariance,
        double latentNoise,
        double latentPenalty,
        int warmUpEpochs,
        int iwaeEpochs,
        int iwaeDraws,
        int mixtureEpochs,
        int mixtureComponents) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public AutoencoderConfig {
        encoder = encoder == null ? EncoderArchitecture.PERCEPTRON : encoder;
        posteriorVariance = posteriorVariance == null ? PosteriorVariance.FIXED : posteriorVariance;
        decoder = decoder == null ? DecoderArchitecture.PERCEPTRON : decoder;
        requireAtLeastOne("autoencoder hidden units", hiddenUnits);
        requireAtLeastOne("latent dimension", latentDimension);
        requireAtLeastOne("autoencoder epochs", epochs);
        requireAtLeastOne("autoencoder batch size", batchSize);
        if (!(learningRate > 0) || Double.isInfinite(learningRate)) {
            throw new IllegalArgumentException(
                    "autoencoder learning rate: must be positive and finite, found " + learningRate);
        }
        if (!(latentNoise >= 0) || Double.isInfinite(latentNoise)) {
            throw new IllegalArgumentException("latent noise: must be at least 0 and finite, found " + latentNoise);
        }
        if (!(latentPenalty >= 0) || Double.isInfinite(latentPenalty)) {
            throw new IllegalArgumentException("latent penalty: must be at least 0 and finite, found " + latentPenalty);
        }
        if (warmUpEpochs < 0) {
            throw new IllegalArgumentException("warm-up epochs: must be at least 0, found " + warmUpEpochs);
        }
        if (iwaeEpochs < 0) {
            throw new IllegalArgumentException("importance-weighted epochs: must be at least 0, found " + iwaeEpochs);
        }
        if (iwaeEpochs > 0 && iwaeDraws < 1) {
            throw new IllegalArgumentException("importance-weighted draws: must be at least 1, found " + iwaeDraws);
        }
        if (mixtureEpochs < 0) {
            throw new IllegalArgumentException("epochs with a mixture: must be at least 0, found " + mixtureEpochs);
        }
        if (mixtureEpochs > 0 && mixtureComponents < 1) {
            throw new IllegalArgumentException(
                    "components of the mixture: must be at least 1, found " + mixtureComponents);
        }
    }

    /**
     * Returns this configuration with another learning rate.
     *
     * @param newLearningRate the learning rate; positive
     * @return a new configuration
     * @throws IllegalArgumentException if the rate is out of range
     */
    public AutoencoderConfig withLearningRate(double newLearningRate) {
        return new AutoencoderConfig(
                hiddenUnits,
                latentDimension,
                encoder,
                decoder,
                epochs,
                batchSize,
                newLearningRate,
                posteriorVariance,
                latentNoise,
                latentPenalty,
                warmUpEpochs,
                iwaeEpochs,
                iwaeDraws,
                mixtureEpochs,
                mixtureComponents);
    }

    /** Returns the number of outputs of the encoder. */
    int encoderOutputs() {
        return isVariational() ? 2 * latentDimension : latentDimension;
    }

    /**
     * Returns whether this is a variational autoencoder.
     *
     * @return true if the variance of the latents is learned
     */
    public boolean isVariational() {
        return posteriorVariance == PosteriorVariance.LEARNED;
    }

    private static void requireAtLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": must be at least 1, found " + value);
        }
    }
}
