package io.github.mnistebm.model;

/** Named sets of training options. */
public enum Preset {
    /** The best model that trains in a few minutes on two cores. */
    DEFAULT,
    /** The sizes of the seed project: 4 latents, 8 hidden units in the energy network; the rest as by default. */
    SEED,
    /** Small and short, to see that everything works: a tenth of the images, seconds of training. */
    QUICK;

    /**
     * Starts from this preset's options.
     *
     * @return a builder whose options can still be changed
     */
    public TrainingConfig.Builder builder() {
        TrainingConfig.Builder builder = new TrainingConfig.Builder();
        return switch (this) {
            case DEFAULT -> builder;
            case SEED ->
                builder.autoencoderHiddenUnits(1024)
                        .latentDimension(4)
                        .autoencoderEpochs(30)
                        .autoencoderBatchSize(64)
                        .autoencoderLearningRate(3e-4)
                        .energyHiddenUnits(8)
                        .energyEpochs(3)
                        .energyBatchSize(1024)
                        .energyLearningRate(3e-4)
                        .samplesPerDatapoint(8);
            case QUICK ->
                builder.trainImages(6_000)
                        .autoencoderHiddenUnits(256)
                        .latentDimension(16)
                        .autoencoderEpochs(6)
                        .referenceComponents(10)
                        .energyHiddenUnits(64)
                        .energyEpochs(6)
                        .energyBatchSize(256);
        };
    }

    /** The environment variable that names the preset of the notebooks. */
    public static final String VARIABLE = "MNIST_EBM_PRESET";

    /**
     * Returns the preset that the environment variable {@value #VARIABLE} names, so that notebooks run quickly in a test.
     *
     * @return the preset; {@link #DEFAULT} without the variable
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Preset ofEnvironment() {
        String name = System.getenv(VARIABLE);
        return name == null || name.isBlank() ? DEFAULT : named(name);
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
        throw new IllegalArgumentException("preset: expected default, seed or quick, found " + name);
    }
}
