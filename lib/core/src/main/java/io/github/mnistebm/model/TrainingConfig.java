package io.github.mnistebm.model;

import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.autoencoder.AutoencoderConfig;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.autoencoder.DecoderArchitecture;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.energy.ContrastiveDivergenceConfig;
import io.github.mnistebm.energy.ContrastiveDivergenceTrainer;
import io.github.mnistebm.energy.NegativeSource;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
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
        ContrastiveDivergenceConfig energy,
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
        energyHiddenUnits = List.copyOf(energyHiddenUnits);
        earlierRates = earlierRates == null ? List.of() : List.copyOf(earlierRates);
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
        boolean first = phase.equals(AutoencoderTrainer.PHASE);
        if (!first && !phase.equals(ContrastiveDivergenceTrainer.PHASE)) {
            throw new IllegalArgumentException("learning rate: there is no phase " + phase);
        }
        int all = first ? autoencoder.epochs() : energy.epochs();
        if (epochs >= all) {
            throw new IllegalArgumentException(
                    phase + " learning rate: all " + all + " epochs of this phase are trained, none is left to change");
        }
        double earlier = first ? autoencoder.learningRate() : energy.learningRate();
        List<EarlierRate> rates = new ArrayList<>(earlierRates);
        if (epochs > 0 && earlier != learningRate) {
            rates.add(new EarlierRate(phase, epochs, earlier));
        }
        return new TrainingConfig(
                seed,
                trainImages,
                binarization,
                first ? autoencoder.withLearningRate(learningRate) : autoencoder,
                referenceComponents,
                energyHiddenUnits,
                first ? energy : energy.withLearningRate(learningRate),
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
        double chains = batch * energy.samplesPerDatapoint();
        double units = energyHiddenUnits.stream().mapToDouble(each -> each).sum();
        double matrices = referenceComponents * dimension * dimension;
        requireCountable("--auto-hidden-dim, --ebm-hidden-dim: the parameters", parameters);
        requireCountable("--mcmc-samples-per-datapoint: the chains", chains * energy.bufferBatches());
        requireCountable("--importance-draws: the draws", batch * energy.importanceDraws());
        requireCountable("--reference-components: the mixture's numbers", matrices);
        // The parameters, their gradient, both moments of Adam, the last good epoch and the average; then the products
        // of each chain's state for the mixture.
        double floats = 6 * parameters
                + (chains + batch * energy.importanceDraws()) * units
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

    /** Sets options by name. The names are those of the command line. */
    public static final class Builder {
        private int seed = 1;
        private int trainImages = 60_000;
        private Binarization binarization = Binarization.THRESHOLD;

        private int autoencoderHiddenUnits = 512;
        private int latentDimension = 28;
        private DecoderArchitecture decoder = DecoderArchitecture.CONVOLUTIONAL;
        private int autoencoderEpochs = 10;
        private int autoencoderBatchSize = 128;
        private double autoencoderLearningRate = 1e-3;
        private double latentNoise = 0.1;
        private double latentPenalty = 0.25;

        private int referenceComponents = 100;
        private int energyHiddenUnits = 256;
        private int energyLayers = 2;
        private int energyEpochs = 24;
        private int energyBatchSize = 512;
        private double energyLearningRate = 2e-3;
        private NegativeSource negatives = NegativeSource.PERSISTENT;
        private int samplesPerDatapoint = 1;
        private int importanceDraws = 8;
        private int steps = 5;
        private int bufferBatches = 4;
        private double restartProbability = 0.01;
        private double energyPenalty;
        private double averageDecay = 0.999;

        Builder() {}

        /**
         * Sets the seed of all random numbers.
         *
         * @param seed any number
         * @return this builder
         */
        public Builder seed(int seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Sets how many training images are used.
         *
         * @param trainImages at least 1
         * @return this builder
         */
        public Builder trainImages(int trainImages) {
            this.trainImages = trainImages;
            return this;
        }

        /**
         * Sets how grey becomes black and white.
         *
         * @param binarization the rule
         * @return this builder
         */
        public Builder binarization(Binarization binarization) {
            this.binarization = binarization;
            return this;
        }

        /**
         * Sets the width of the encoder's hidden layer, and of the decoder's if that is a perceptron.
         *
         * @param hiddenUnits at least 1
         * @return this builder
         */
        public Builder autoencoderHiddenUnits(int hiddenUnits) {
            this.autoencoderHiddenUnits = hiddenUnits;
            return this;
        }

        /**
         * Sets the dimension of the latents.
         *
         * @param latentDimension d, at least 1
         * @return this builder
         */
        public Builder latentDimension(int latentDimension) {
            this.latentDimension = latentDimension;
            return this;
        }

        /**
         * Sets how latents become images.
         *
         * @param decoder the architecture
         * @return this builder
         */
        public Builder decoder(DecoderArchitecture decoder) {
            this.decoder = decoder;
            return this;
        }

        /**
         * Sets how often the autoencoder sees the data.
         *
         * @param epochs at least 1
         * @return this builder
         */
        public Builder autoencoderEpochs(int epochs) {
            this.autoencoderEpochs = epochs;
            return this;
        }

        /**
         * Sets the autoencoder's batch size.
         *
         * @param batchSize at least 1
         * @return this builder
         */
        public Builder autoencoderBatchSize(int batchSize) {
            this.autoencoderBatchSize = batchSize;
            return this;
        }

        /**
         * Sets the autoencoder's first learning rate.
         *
         * @param learningRate the learning rate; positive
         * @return this builder
         */
        public Builder autoencoderLearningRate(double learningRate) {
            this.autoencoderLearningRate = learningRate;
            return this;
        }

        /**
         * Sets the noise on latents during the autoencoder's training.
         *
         * @param latentNoise standard deviation, at least 0
         * @return this builder
         */
        public Builder latentNoise(double latentNoise) {
            this.latentNoise = latentNoise;
            return this;
        }

        /**
         * Sets the penalty on the square of latents.
         *
         * @param latentPenalty nats, at least 0
         * @return this builder
         */
        public Builder latentPenalty(double latentPenalty) {
            this.latentPenalty = latentPenalty;
            return this;
        }

        /**
         * Sets what the reference measure is.
         *
         * @param referenceComponents the number of components of a Gaussian mixture, or 0 for the standard normal
         * @return this builder
         */
        public Builder referenceComponents(int referenceComponents) {
            this.referenceComponents = referenceComponents;
            return this;
        }

        /**
         * Sets the width of the energy network's hidden layers.
         *
         * @param hiddenUnits at least 1
         * @return this builder
         */
        public Builder energyHiddenUnits(int hiddenUnits) {
            this.energyHiddenUnits = hiddenUnits;
            return this;
        }

        /**
         * Sets the number of the energy network's hidden layers.
         *
         * @param layers at least 1
         * @return this builder
         */
        public Builder energyLayers(int layers) {
            this.energyLayers = layers;
            return this;
        }

        /**
         * Sets how often the energy network sees the data.
         *
         * @param epochs at least 1
         * @return this builder
         */
        public Builder energyEpochs(int epochs) {
            this.energyEpochs = epochs;
            return this;
        }

        /**
         * Sets the energy network's batch size.
         *
         * @param batchSize at least 1
         * @return this builder
         */
        public Builder energyBatchSize(int batchSize) {
            this.energyBatchSize = batchSize;
            return this;
        }

        /**
         * Sets the energy network's first learning rate.
         *
         * @param learningRate the learning rate; positive
         * @return this builder
         */
        public Builder energyLearningRate(double learningRate) {
            this.energyLearningRate = learningRate;
            return this;
        }

        /**
         * Sets where the chains of the negatives start.
         *
         * @param negatives the source
         * @return this builder
         */
        public Builder negatives(NegativeSource negatives) {
            this.negatives = negatives;
            return this;
        }

        /**
         * Sets how many negatives there are for each data point.
         *
         * @param samplesPerDatapoint at least 1
         * @return this builder
         */
        public Builder samplesPerDatapoint(int samplesPerDatapoint) {
            this.samplesPerDatapoint = samplesPerDatapoint;
            return this;
        }

        /**
         * Sets how many draws of the reference measure there are for each data point, weighted by importance.
         *
         * @param importanceDraws at least 0
         * @return this builder
         */
        public Builder importanceDraws(int importanceDraws) {
            this.importanceDraws = importanceDraws;
            return this;
        }

        /**
         * Sets the MALA steps of an update.
         *
         * @param steps at least 1
         * @return this builder
         */
        public Builder steps(int steps) {
            this.steps = steps;
            return this;
        }

        /**
         * Sets how many sets of chains the replay buffer holds.
         *
         * @param bufferBatches at least 1
         * @return this builder
         */
        public Builder bufferBatches(int bufferBatches) {
            this.bufferBatches = bufferBatches;
            return this;
        }

        /**
         * Sets the share of the buffer's chains that start anew at each use.
         *
         * @param restartProbability in [0, 1)
         * @return this builder
         */
        public Builder restartProbability(double restartProbability) {
            this.restartProbability = restartProbability;
            return this;
        }

        /**
         * Sets the weight of the penalty on the square of the network's values.
         *
         * @param energyPenalty at least 0
         * @return this builder
         */
        public Builder energyPenalty(double energyPenalty) {
            this.energyPenalty = energyPenalty;
            return this;
        }

        /**
         * Sets the decay of the moving average of weights.
         *
         * @param averageDecay in [0, 1)
         * @return this builder
         */
        public Builder averageDecay(double averageDecay) {
            this.averageDecay = averageDecay;
            return this;
        }

        /**
         * Makes the configuration.
         *
         * @return the configuration
         * @throws IllegalArgumentException if an option is out of range
         */
        public TrainingConfig build() {
            if (energyLayers < 1) {
                throw new IllegalArgumentException("energy layers: must be at least 1, found " + energyLayers);
            }
            return new TrainingConfig(
                    seed,
                    trainImages,
                    binarization,
                    new AutoencoderConfig(
                            autoencoderHiddenUnits,
                            latentDimension,
                            decoder,
                            autoencoderEpochs,
                            autoencoderBatchSize,
                            autoencoderLearningRate,
                            latentNoise,
                            latentPenalty),
                    referenceComponents,
                    Collections.nCopies(energyLayers, energyHiddenUnits),
                    new ContrastiveDivergenceConfig(
                            energyEpochs,
                            energyBatchSize,
                            energyLearningRate,
                            negatives,
                            samplesPerDatapoint,
                            importanceDraws,
                            steps,
                            INITIAL_STEP_SIZE,
                            bufferBatches,
                            restartProbability,
                            energyPenalty,
                            averageDecay),
                    List.of());
        }

        private static final double INITIAL_STEP_SIZE = 0.1;
    }
}
