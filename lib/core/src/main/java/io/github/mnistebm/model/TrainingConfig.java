package io.github.mnistebm.model;

import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.autoencoder.AutoencoderConfig;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.energy.EnergyTrainer;
import io.github.mnistebm.energy.objective.EnergyTrainingConfig;
import io.github.mnistebm.energy.objective.Objective;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * The configuration of a training. Made by {@link Preset#builder()}.
 *
 * @param seed the seed of all random numbers
 * @param trainImages the number of training images in use, from the first on; at least 1
 * @param binarization the rule by which grey becomes black and white
 * @param autoencoder the autoencoder and its training
 * @param referenceComponents components of the Gaussian mixture that is the reference measure, fitted to the latents of the
 *     training images; 0 for the standard normal
 * @param energyHiddenUnits width of each hidden layer of the energy network, at least one
 * @param pretrainingEpochs epochs of noise-contrastive estimation before those of contrastive divergence; see {@link #pretraining}. None
 *     if absent, as in the cards of earlier versions; at least 0
 * @param pretrainingLearningRate Adam's first learning rate of these epochs; positive where there are some
 * @param energy the energy network's training
 * @param earlierRates the learning rates that were replaced during the training, in order, without the present ones. Empty if absent, as
 *     in the cards of earlier versions
 */
public record TrainingConfig(
        int seed,
        int trainImages,
        Binarization binarization,
        AutoencoderConfig autoencoder,
        int referenceComponents,
        List<Integer> energyHiddenUnits,
        int pretrainingEpochs,
        double pretrainingLearningRate,
        EnergyTrainingConfig energy,
        List<EarlierRate> earlierRates) {

    /** The least number of images: a covariance needs two. */
    private static final int MIN_IMAGES = 2;

    /** The most layers. A deeper network is a mistake, and would take long to refuse otherwise. */
    private static final int MAX_LAYERS = 1000;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is missing or out of range
     */
    public TrainingConfig {
        if (trainImages < 1) {
            throw new IllegalArgumentException("training images: must be at least 1, found " + trainImages);
        }
        if (referenceComponents < 0) {
            throw new IllegalArgumentException(
                    "reference components: must be at least 0, found " + referenceComponents);
        }
        if (binarization == null || autoencoder == null || energy == null || energyHiddenUnits == null) {
            throw new IllegalArgumentException(
                    "binarization, autoencoder, energy and energyHiddenUnits: must all be given");
        }
        if (energyHiddenUnits.isEmpty() || energyHiddenUnits.stream().anyMatch(units -> units == null || units < 1)) {
            throw new IllegalArgumentException(
                    "energy hidden units: expected at least one layer of at least 1 unit, found " + energyHiddenUnits);
        }
        if (energyHiddenUnits.size() > MAX_LAYERS) {
            throw new IllegalArgumentException("energy hidden units: expected at most " + MAX_LAYERS + " layers, found "
                    + energyHiddenUnits.size());
        }
        if (pretrainingEpochs < 0) {
            throw new IllegalArgumentException("pretraining epochs: must be at least 0, found " + pretrainingEpochs);
        }
        if (pretrainingEpochs > 0 && !(pretrainingLearningRate > 0 && Double.isFinite(pretrainingLearningRate))) {
            throw new IllegalArgumentException(
                    "pretraining learning rate: must be positive and finite, found " + pretrainingLearningRate);
        }
        energyHiddenUnits = List.copyOf(energyHiddenUnits);
        earlierRates = earlierRates == null ? List.of() : List.copyOf(earlierRates);
    }

    /**
     * Returns the first part of the energy network's training. Without chains, an epoch of noise-contrastive estimation takes a fraction
     * of the time of one of contrastive divergence, which then has less to learn. It needs a reference measure that is close to the
     * latents, as a mixture is.
     *
     * @return noise-contrastive estimation for {@link #pretrainingEpochs}; empty if there are none, or the objective of {@link #energy} is
     *     another than contrastive divergence, or the reference measure is the standard normal
     */
    public Optional<EnergyTrainingConfig> pretraining() {
        if (pretrainingEpochs == 0
                || energy.objective() != Objective.CONTRASTIVE_DIVERGENCE
                || referenceComponents == 0) {
            return Optional.empty();
        }
        return Optional.of(energy.toBuilder()
                .objective(Objective.NOISE_CONTRASTIVE)
                .epochs(pretrainingEpochs)
                .learningRate(pretrainingLearningRate)
                .build());
    }

    /**
     * Returns this configuration with another learning rate for the epochs of a phase that are still to come.
     *
     * @param phase the name of the phase
     * @param epochs the number of epochs done
     * @param learningRate the learning rate; positive
     * @return a new configuration; if epochs were trained with the present rate, its {@code earlierRates} contain that rate
     * @throws IllegalArgumentException if the rate is out of range, or the phase is complete or unknown
     */
    TrainingConfig withLearningRate(String phase, int epochs, double learningRate) {
        boolean ofAutoencoder = phase.equals(AutoencoderTrainer.PHASE);
        boolean ofPretraining =
                phase.equals(EnergyTrainer.PRETRAINING) && pretraining().isPresent();
        boolean ofEnergy = phase.equals(EnergyTrainer.PHASE);
        if (!ofAutoencoder && !ofPretraining && !ofEnergy) {
            throw new IllegalArgumentException(phase + " learning rate: this training has no such phase");
        }
        int all = ofAutoencoder ? autoencoder.epochs() : ofPretraining ? pretrainingEpochs : energy.epochs();
        if (epochs >= all) {
            throw new IllegalArgumentException(
                    phase + " learning rate: all " + all + " epochs of this phase are trained, none is left to change");
        }
        double earlier = ofAutoencoder
                ? autoencoder.learningRate()
                : ofPretraining ? pretrainingLearningRate : energy.learningRate();
        List<EarlierRate> rates = new ArrayList<>(earlierRates);
        if (epochs > 0 && earlier != learningRate) {
            rates.add(new EarlierRate(phase, epochs, earlier));
        }
        return new TrainingConfig(
                seed,
                trainImages,
                binarization,
                ofAutoencoder ? autoencoder.withLearningRate(learningRate) : autoencoder,
                referenceComponents,
                energyHiddenUnits,
                pretrainingEpochs,
                ofPretraining ? learningRate : pretrainingLearningRate,
                ofEnergy ? energy.toBuilder().learningRate(learningRate).build() : energy,
                rates);
    }

    /**
     * Checks, before a training, that it can work on that number of images, and that this machine has the memory.
     *
     * @param images the number of training images
     * @throws IllegalArgumentException if it cannot; the message names the option of the command line
     */
    public void requireTrainable(int images) {
        require(images >= MIN_IMAGES, "--train-images", "expected at least " + MIN_IMAGES + " images", images);
        int dimension = autoencoder.latentDimension();
        require(
                dimension < images,
                "--encoded-dim",
                "expected fewer dimensions than training images (--train-images), of which there are " + images,
                dimension);
        require(
                dimension <= DigitImages.PIXELS,
                "--encoded-dim",
                "expected at most " + DigitImages.PIXELS + ", the pixels of an image",
                dimension);
        require(
                referenceComponents <= images,
                "--reference-components",
                "expected at most as many as training images (--train-images), of which there are " + images,
                referenceComponents);
        requireMemory(images);
    }

    /** Counts only arrays that certainly exist at the same time: a training that is refused could not have worked. */
    private void requireMemory(int images) {
        double dimension = autoencoder.latentDimension();
        double parameters = ModelFolder.shapes(this).values().stream()
                .mapToDouble(Shape::size)
                .sum();
        double batch = Math.min(energy.batchSize(), images);
        boolean diverges = energy.objective() == Objective.CONTRASTIVE_DIVERGENCE;
        double chains = diverges ? batch * energy.samplesPerDatapoint() : 0;
        double draws = batch
                * switch (energy.objective()) {
                    case CONTRASTIVE_DIVERGENCE -> energy.importanceDraws();
                    case NOISE_CONTRASTIVE, ENERGY_DISCREPANCY -> energy.noiseDraws();
                    case SCORE_MATCHING -> 1;
                };
        double units = energyHiddenUnits.stream().mapToDouble(each -> each).sum();
        double matrices = referenceComponents * dimension * dimension;
        requireCountable("--auto-hidden-dim, --ebm-hidden-dim: the parameters", parameters);
        requireCountable("--mcmc-samples-per-datapoint: the chains", chains * energy.bufferBatches());
        requireCountable((diverges ? "--importance-draws" : "--noise-draws") + ": the draws", draws);
        double noise = pretraining().map(first -> batch * first.noiseDraws()).orElse(0.0);
        requireCountable("--noise-draws: the draws", noise);
        requireCountable("--reference-components: the mixture's numbers", matrices);
        // The parameters, their gradient, both moments of Adam, the last good epoch and the average; then the products
        // of each chain's state for the mixture.
        double floats = 6 * parameters
                + Math.max(chains + draws, noise) * units
                + chains * energy.bufferBatches() * dimension
                + 2 * matrices
                + (referenceComponents > 0 ? chains * dimension * dimension : 0);
        double pixels = 2.0 * images * DigitImages.PIXELS;
        requireGibibytes(floats * Float.BYTES + pixels, machineMemory(), "memory, of which this machine has");
        // The sums of expectation maximization, the covariances and their factors.
        requireGibibytes(
                matrices * (2 * Double.BYTES + Float.BYTES),
                Runtime.getRuntime().maxMemory(),
                "Java's heap (-Xmx), which has");
    }

    /** Asks for the attribute by name, so that a runtime without the module jdk.management, which knows the memory, can train. */
    private static long machineMemory() {
        try {
            return (Long) ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME), "TotalMemorySize");
        } catch (JMException e) {
            return Long.MAX_VALUE;
        }
    }

    private static void requireCountable(String what, double count) {
        if (!(count <= Integer.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: expected at most %d, found %.0f", what, Integer.MAX_VALUE, count));
        }
    }

    private static void requireGibibytes(double needed, long there, String where) {
        if (needed > there) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "the training needs about %.1f GiB of %s %.1f. Try smaller --encoded-dim, --reference-components,"
                            + " --auto-hidden-dim, --ebm-hidden-dim or --ebm-batch-size",
                    needed / (1 << 30),
                    where,
                    (double) there / (1 << 30)));
        }
    }

    private static void require(boolean holds, String option, String expected, int found) {
        if (!holds) {
            throw new IllegalArgumentException(option + ": " + expected + ", found " + found);
        }
    }

    /** Values of the {@linkplain Setting settings}, at first those of a preset. */
    public static final class Builder {
        private final Map<Setting<?>, Object> values = new HashMap<>();

        Builder() {}

        /**
         * Sets a value.
         *
         * @param <T> the type of the value
         * @param setting the setting
         * @param value the value; the configuration's record documents its range
         * @return this builder
         */
        public <T> Builder set(Setting<T> setting, T value) {
            values.put(setting, value);
            return this;
        }

        @SuppressWarnings("unchecked")
        private <T> T get(Setting<T> setting) {
            return (T) values.getOrDefault(setting, setting.value());
        }

        /**
         * Creates the configuration.
         *
         * @return the configuration
         * @throws IllegalArgumentException if a value is out of range
         */
        public TrainingConfig build() {
            int layers = get(Setting.ENERGY_LAYERS);
            if (layers < 1) {
                throw new IllegalArgumentException("energy layers: must be at least 1, found " + layers);
            }
            TrainingConfig config = new TrainingConfig(
                    get(Setting.SEED),
                    get(Setting.TRAIN_IMAGES),
                    get(Setting.BINARIZATION),
                    new AutoencoderConfig(
                            get(Setting.AUTOENCODER_HIDDEN_UNITS),
                            get(Setting.LATENT_DIMENSION),
                            get(Setting.ENCODER),
                            get(Setting.DECODER),
                            get(Setting.AUTOENCODER_EPOCHS),
                            get(Setting.AUTOENCODER_BATCH_SIZE),
                            get(Setting.AUTOENCODER_LEARNING_RATE),
                            get(Setting.POSTERIOR_VARIANCE),
                            get(Setting.LATENT_NOISE),
                            get(Setting.LATENT_PENALTY),
                            get(Setting.WARM_UP_EPOCHS),
                            get(Setting.IWAE_EPOCHS),
                            get(Setting.IWAE_DRAWS),
                            get(Setting.MIXTURE_EPOCHS),
                            get(Setting.REFERENCE_COMPONENTS)),
                    get(Setting.REFERENCE_COMPONENTS),
                    Collections.nCopies(layers, get(Setting.ENERGY_HIDDEN_UNITS)),
                    get(Setting.PRETRAINING_EPOCHS),
                    get(Setting.PRETRAINING_LEARNING_RATE),
                    EnergyTrainingConfig.builder()
                            .objective(get(Setting.OBJECTIVE))
                            .epochs(get(Setting.ENERGY_EPOCHS))
                            .batchSize(get(Setting.ENERGY_BATCH_SIZE))
                            .learningRate(get(Setting.ENERGY_LEARNING_RATE))
                            .negatives(get(Setting.NEGATIVES))
                            .samplesPerDatapoint(get(Setting.SAMPLES_PER_DATAPOINT))
                            .importanceDraws(get(Setting.IMPORTANCE_DRAWS))
                            .sampler(get(Setting.SAMPLER))
                            .steps(get(Setting.STEPS))
                            .energyPenalty(get(Setting.ENERGY_PENALTY))
                            .noiseDraws(get(Setting.NOISE_DRAWS))
                            .perturbation(get(Setting.PERTURBATION))
                            .build(),
                    List.of());
            // A number that the first epochs cannot have is refused at once, so that a message can name the option.
            config.pretraining();
            return config;
        }
    }
}
