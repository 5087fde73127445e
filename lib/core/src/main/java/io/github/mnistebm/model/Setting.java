package io.github.mnistebm.model;

import io.github.mnistebm.autoencoder.AutoencoderConfig;
import io.github.mnistebm.autoencoder.DecoderArchitecture;
import io.github.mnistebm.autoencoder.EncoderArchitecture;
import io.github.mnistebm.autoencoder.PosteriorVariance;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.energy.objective.EnergyTrainingConfig;
import io.github.mnistebm.energy.objective.NegativeSource;
import io.github.mnistebm.energy.objective.Objective;
import io.github.mnistebm.sampling.SamplingAlgorithm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/**
 * A choice of a {@linkplain TrainingConfig training's configuration}. Presets, the command line and programs name it by its constant
 * here. The configuration's records document the ranges of the values and check them.
 *
 * @param <T> the type of the value
 * @param option the option of the command line
 * @param value the value of {@link Preset#DEFAULT}
 * @param description a sentence for the help of the command line
 * @param getter the function that returns the value of a configuration
 */
public record Setting<T>(String option, T value, String description, Function<TrainingConfig, T> getter) {

    private static final EnergyTrainingConfig ENERGY =
            EnergyTrainingConfig.builder().build();

    private static final List<Setting<?>> DECLARED = new ArrayList<>();

    /** All settings, in the order of the help. */
    public static final List<Setting<?>> ALL = Collections.unmodifiableList(DECLARED);

    /** {@link TrainingConfig#seed()}. */
    public static final Setting<Integer> SEED =
            training("--seed", 1, "Seed of all random numbers.", TrainingConfig::seed);

    /** {@link TrainingConfig#trainImages()}. */
    public static final Setting<Integer> TRAIN_IMAGES = training(
            "--train-images",
            60_000,
            "How many of the training images to use, from the first on.",
            TrainingConfig::trainImages);

    /** {@link TrainingConfig#binarization()}. */
    public static final Setting<Binarization> BINARIZATION = training(
            "--binarization",
            Binarization.THRESHOLD,
            "White above grey value 127, or white with probability grey/255, drawn anew each epoch.",
            TrainingConfig::binarization);

    /** {@link AutoencoderConfig#hiddenUnits()}. */
    public static final Setting<Integer> AUTOENCODER_HIDDEN_UNITS = autoencoder(
            "--auto-hidden-dim",
            512,
            "width of the encoder's hidden layer, and of the decoder's if that is a perceptron.",
            AutoencoderConfig::hiddenUnits);

    /** {@link AutoencoderConfig#latentDimension()}. */
    public static final Setting<Integer> LATENT_DIMENSION =
            autoencoder("--encoded-dim", 28, "dimension of the latents.", AutoencoderConfig::latentDimension);

    /** {@link AutoencoderConfig#encoder()}. */
    public static final Setting<EncoderArchitecture> ENCODER = autoencoder(
            "--encoder", EncoderArchitecture.PERCEPTRON, "how images become latents.", AutoencoderConfig::encoder);

    /** {@link AutoencoderConfig#decoder()}. */
    public static final Setting<DecoderArchitecture> DECODER = autoencoder(
            "--decoder", DecoderArchitecture.CONVOLUTIONAL, "how latents become images.", AutoencoderConfig::decoder);

    /** {@link AutoencoderConfig#epochs()}. */
    public static final Setting<Integer> AUTOENCODER_EPOCHS =
            autoencoder("--auto-num-epochs", 10, "passes over the data.", AutoencoderConfig::epochs);

    /** {@link AutoencoderConfig#batchSize()}. */
    public static final Setting<Integer> AUTOENCODER_BATCH_SIZE =
            autoencoder("--auto-batch-size", 128, "images an update.", AutoencoderConfig::batchSize);

    /** {@link AutoencoderConfig#learningRate()}. */
    public static final Setting<Double> AUTOENCODER_LEARNING_RATE =
            autoencoder("--auto-lr", 1e-3, "Adam's first learning rate.", AutoencoderConfig::learningRate);

    /** {@link AutoencoderConfig#posteriorVariance()}. */
    public static final Setting<PosteriorVariance> POSTERIOR_VARIANCE = autoencoder(
            "--posterior-variance",
            PosteriorVariance.FIXED,
            "variance of an image's latents: that of --latent-noise, or learned, as a variational autoencoder does.",
            AutoencoderConfig::posteriorVariance);

    /** {@link AutoencoderConfig#warmUpEpochs()}. */
    public static final Setting<Integer> WARM_UP_EPOCHS = autoencoder(
            "--kl-warm-up",
            2,
            "epochs over which the Kullback-Leibler divergence gains its weight, if the variance is learned.",
            AutoencoderConfig::warmUpEpochs);

    /** {@link AutoencoderConfig#iwaeEpochs()}. */
    public static final Setting<Integer> IWAE_EPOCHS = autoencoder(
            "--iwae-epochs",
            0,
            "how many epochs, the last ones, maximize the importance-weighted bound, if the variance is learned.",
            AutoencoderConfig::iwaeEpochs);

    /** {@link AutoencoderConfig#iwaeDraws()}. */
    public static final Setting<Integer> IWAE_DRAWS =
            autoencoder("--iwae-draws", 5, "draws an image of that bound.", AutoencoderConfig::iwaeDraws);

    /** {@link AutoencoderConfig#mixtureEpochs()}. */
    public static final Setting<Integer> MIXTURE_EPOCHS = autoencoder(
            "--mixture-epochs",
            0,
            "how many epochs, the last ones, take a mixture that is fitted to the latents as their prior, if the variance is learned.",
            AutoencoderConfig::mixtureEpochs);

    /** {@link AutoencoderConfig#latentNoise()}. */
    public static final Setting<Double> LATENT_NOISE = autoencoder(
            "--latent-noise",
            0.1,
            "standard deviation of the noise on latents during training.",
            AutoencoderConfig::latentNoise);

    /** {@link AutoencoderConfig#latentPenalty()}. */
    public static final Setting<Double> LATENT_PENALTY = autoencoder(
            "--latent-penalty",
            0.25,
            "weight of the penalty on the square of latents, nats.",
            AutoencoderConfig::latentPenalty);

    /** {@link TrainingConfig#referenceComponents()}. */
    public static final Setting<Integer> REFERENCE_COMPONENTS = training(
            "--reference-components",
            100,
            "Energy: components of the Gaussian mixture that is the reference measure; 0 for the standard normal.",
            TrainingConfig::referenceComponents);

    /** The width of each layer of {@link TrainingConfig#energyHiddenUnits()}. */
    public static final Setting<Integer> ENERGY_HIDDEN_UNITS = training(
            "--ebm-hidden-dim", 256, "Energy network: width of the hidden layers.", config -> config.energyHiddenUnits()
                    .get(0));

    /** The number of layers of {@link TrainingConfig#energyHiddenUnits()}. */
    public static final Setting<Integer> ENERGY_LAYERS = training(
            "--ebm-num-layers", 2, "Energy network: number of hidden layers.", config -> config.energyHiddenUnits()
                    .size());

    /** {@link TrainingConfig#pretrainingEpochs()}. */
    public static final Setting<Integer> PRETRAINING_EPOCHS = training(
            "--pretraining-epochs",
            6,
            "Energy network: passes over the data by noise-contrastive estimation, before contrastive divergence. Has no effect with another"
                    + " objective or with --reference-components 0.",
            TrainingConfig::pretrainingEpochs);

    /** {@link TrainingConfig#pretrainingLearningRate()}. */
    public static final Setting<Double> PRETRAINING_LEARNING_RATE = training(
            "--pretraining-lr",
            8e-3,
            "Energy network: Adam's first learning rate in the passes of --pretraining-epochs.",
            TrainingConfig::pretrainingLearningRate);

    /** {@link EnergyTrainingConfig#epochs()}. */
    public static final Setting<Integer> ENERGY_EPOCHS = training(
            "--ebm-num-epochs",
            8,
            "Energy network: passes over the data, after those of --pretraining-epochs. Without these, it takes more, such as 24.",
            config -> config.energy().epochs());

    /** {@link EnergyTrainingConfig#batchSize()}. */
    public static final Setting<Integer> ENERGY_BATCH_SIZE =
            energy("--ebm-batch-size", "Energy network: data points an update.", EnergyTrainingConfig::batchSize);

    /** {@link EnergyTrainingConfig#learningRate()}. */
    public static final Setting<Double> ENERGY_LEARNING_RATE =
            energy("--ebm-lr", "Energy network: Adam's first learning rate.", EnergyTrainingConfig::learningRate);

    /** {@link EnergyTrainingConfig#objective()}. */
    public static final Setting<Objective> OBJECTIVE = energy(
            "--objective",
            "Energy network: what it learns from. Contrastive divergence compares data with samples of chains, noise-contrastive estimation"
                    + " with draws of the reference measure, energy discrepancy with perturbed data; score matching removes noise from data.",
            EnergyTrainingConfig::objective);

    /** {@link EnergyTrainingConfig#negatives()}. */
    public static final Setting<NegativeSource> NEGATIVES = energy(
            "--negatives",
            "Where the chains of the negatives start: at the data, where they were left, or at noise.",
            EnergyTrainingConfig::negatives);

    /** {@link EnergyTrainingConfig#samplesPerDatapoint()}. */
    public static final Setting<Integer> SAMPLES_PER_DATAPOINT = energy(
            "--mcmc-samples-per-datapoint",
            "Chains for each data point of an update.",
            EnergyTrainingConfig::samplesPerDatapoint);

    /** {@link EnergyTrainingConfig#importanceDraws()}. */
    public static final Setting<Integer> IMPORTANCE_DRAWS = energy(
            "--importance-draws",
            "Draws of the reference measure for each data point of an update, weighted by importance,"
                    + " that share the work of the chains; 0 for chains alone.",
            EnergyTrainingConfig::importanceDraws);

    /** {@link EnergyTrainingConfig#sampler()}. */
    public static final Setting<SamplingAlgorithm> SAMPLER = energy(
            "--sampler",
            "How the chains of the negatives move: by the Metropolis-adjusted Langevin algorithm, by Hamiltonian Monte Carlo, or by the"
                    + " unadjusted Langevin algorithm, without jumps and with a step size of 0.1. Has no effect with another objective than"
                    + " contrastive divergence.",
            EnergyTrainingConfig::sampler);

    /** {@link EnergyTrainingConfig#steps()}. */
    public static final Setting<Integer> STEPS =
            energy("--mcmc-steps", "Steps of each chain an update.", EnergyTrainingConfig::steps);

    /** {@link EnergyTrainingConfig#energyPenalty()}. */
    public static final Setting<Double> ENERGY_PENALTY = energy(
            "--energy-penalty",
            "Energy network: weight of the penalty on the square of its values.",
            EnergyTrainingConfig::energyPenalty);

    /** {@link EnergyTrainingConfig#noiseDraws()}. */
    public static final Setting<Integer> NOISE_DRAWS = energy(
            "--noise-draws",
            "Draws for each data point of an update: of the reference measure in noise-contrastive estimation, of perturbed data in energy"
                    + " discrepancy.",
            EnergyTrainingConfig::noiseDraws);

    /** {@link EnergyTrainingConfig#perturbation()}. */
    public static final Setting<Double> PERTURBATION = energy(
            "--perturbation",
            "Standard deviation of the noise on data in energy discrepancy and score matching.",
            EnergyTrainingConfig::perturbation);

    private static <T> Setting<T> training(String option, T value, String description, Function<TrainingConfig, T> of) {
        Setting<T> setting = new Setting<>(option, value, description, of);
        DECLARED.add(setting);
        return setting;
    }

    private static <T> Setting<T> autoencoder(
            String option, T value, String description, Function<AutoencoderConfig, T> of) {
        return training(option, value, "Autoencoder: " + description, config -> of.apply(config.autoencoder()));
    }

    private static <T> Setting<T> energy(String option, String description, Function<EnergyTrainingConfig, T> of) {
        return training(option, of.apply(ENERGY), description, config -> of.apply(config.energy()));
    }
}
