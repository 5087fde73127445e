package io.github.mnistebm.model;

import io.github.mnistebm.autoencoder.DecoderArchitecture;
import io.github.mnistebm.autoencoder.EncoderArchitecture;
import io.github.mnistebm.autoencoder.PosteriorVariance;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.energy.objective.Objective;

/** Named sets of values for the settings. */
public enum Preset {
    /** The best model that trains in a few minutes on two cores. */
    DEFAULT,
    /** The sizes of the seed project: 4 latents, 8 hidden units in the energy network; the rest as by default. */
    SEED,
    /** Small and short, to see that everything works: a tenth of the images, seconds of training. */
    QUICK,
    /** The highest likelihood of images: a variational autoencoder on images whose pixels are drawn anew each epoch; most of an hour. */
    LIKELIHOOD;

    /**
     * Returns a builder that holds this preset's values.
     *
     * @return a new builder
     */
    public TrainingConfig.Builder builder() {
        TrainingConfig.Builder builder = new TrainingConfig.Builder();
        return switch (this) {
            case DEFAULT -> builder;
            case SEED ->
                builder.set(Setting.AUTOENCODER_HIDDEN_UNITS, 1024)
                        .set(Setting.LATENT_DIMENSION, 4)
                        .set(Setting.AUTOENCODER_EPOCHS, 30)
                        .set(Setting.AUTOENCODER_BATCH_SIZE, 64)
                        .set(Setting.AUTOENCODER_LEARNING_RATE, 3e-4)
                        .set(Setting.ENERGY_HIDDEN_UNITS, 8)
                        .set(Setting.PRETRAINING_EPOCHS, 0)
                        .set(Setting.ENERGY_EPOCHS, 3)
                        .set(Setting.ENERGY_BATCH_SIZE, 1024)
                        .set(Setting.ENERGY_LEARNING_RATE, 3e-4)
                        .set(Setting.SAMPLES_PER_DATAPOINT, 8);
            case QUICK ->
                builder.set(Setting.TRAIN_IMAGES, 6_000)
                        .set(Setting.AUTOENCODER_HIDDEN_UNITS, 256)
                        .set(Setting.LATENT_DIMENSION, 16)
                        .set(Setting.AUTOENCODER_EPOCHS, 6)
                        .set(Setting.REFERENCE_COMPONENTS, 10)
                        .set(Setting.ENERGY_HIDDEN_UNITS, 64)
                        .set(Setting.PRETRAINING_EPOCHS, 3)
                        .set(Setting.ENERGY_EPOCHS, 6)
                        .set(Setting.ENERGY_BATCH_SIZE, 256);
            case LIKELIHOOD ->
                builder.set(Setting.BINARIZATION, Binarization.STOCHASTIC)
                        .set(Setting.LATENT_DIMENSION, 40)
                        .set(Setting.ENCODER, EncoderArchitecture.CONVOLUTIONAL)
                        .set(Setting.DECODER, DecoderArchitecture.DEEP)
                        .set(Setting.POSTERIOR_VARIANCE, PosteriorVariance.LEARNED)
                        .set(Setting.AUTOENCODER_EPOCHS, 60)
                        .set(Setting.AUTOENCODER_LEARNING_RATE, 2e-3)
                        .set(Setting.MIXTURE_EPOCHS, 50)
                        .set(Setting.IWAE_EPOCHS, 12)
                        .set(Setting.OBJECTIVE, Objective.NOISE_CONTRASTIVE)
                        .set(Setting.ENERGY_LEARNING_RATE, 8e-3)
                        .set(Setting.ENERGY_HIDDEN_UNITS, 512)
                        .set(Setting.ENERGY_EPOCHS, 36);
        };
    }

    /** The environment variable that names the preset of the notebooks. */
    public static final String VARIABLE = "MNIST_EBM_PRESET";

    /**
     * Returns the preset that the environment variable {@value #VARIABLE} names, so that notebooks run quickly in a test.
     *
     * @return the preset; without the variable {@link #DEFAULT}, or {@link #QUICK} where there is a single core
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Preset ofEnvironment() {
        return of(System.getenv(VARIABLE), Runtime.getRuntime().availableProcessors());
    }

    static Preset of(String name, int cores) {
        if (name == null || name.isBlank()) {
            return cores < 2 ? QUICK : DEFAULT;
        }
        return named(name);
    }

    /**
     * Finds a preset by name.
     *
     * @param name in any case, such as {@code quick}
     * @return the preset
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Preset named(String name) {
        for (Preset preset : values()) {
            if (preset.name().equalsIgnoreCase(name)) {
                return preset;
            }
        }
        throw new IllegalArgumentException("preset: expected default, seed, quick or likelihood, found " + name);
    }
}
