package io.github.mnistebm.energy.objective;

import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.SamplingAlgorithm;

/**
 * The training of an energy network. Made by {@link #builder()}, by the names of the options.
 *
 * @param objective the objective; contrastive divergence if absent, as in the cards of earlier versions
 * @param epochs passes over the data; at least 1
 * @param batchSize data points an update; at least 1
 * @param learningRate Adam's first learning rate, which falls to 0 along a cosine; positive
 * @param negatives the start of the chains
 * @param samplesPerDatapoint negatives for each data point; at least 1
 * @param importanceDraws draws of the reference measure for each data point, which share the work of the chains by importance
 *     sampling; at least 0
 * @param sampler the algorithm of the chains; MALA if absent, as in the cards of earlier versions
 * @param steps steps of each chain an update; at least 1
 * @param initialStepSize ε of the first step of Langevin dynamics, {@linkplain SamplingAlgorithm#stepSize converted} for another sampler, and
 *     adapted from update to update; positive
 * @param bufferBatches the number of sets of chains in the replay buffer, each of as many as an update needs; at least 1
 * @param restartProbability share of the buffer's chains that each use starts anew from the reference measure, in [0, 1)
 * @param energyPenalty α of the term α (mean f² over data + mean f² over negatives), which keeps f near 0; at least 0
 * @param averageDecay decay of the moving average of weights that is kept for sampling, in [0, 1)
 * @param noiseDraws ν of noise-contrastive estimation, M of energy discrepancy: draws for each data point; at least 1 for these two
 * @param perturbation standard deviation of the noise on data of energy discrepancy and score matching; positive for these two
 */
public record EnergyTrainingConfig(
        Objective objective,
        int epochs,
        int batchSize,
        double learningRate,
        NegativeSource negatives,
        int samplesPerDatapoint,
        int importanceDraws,
        SamplingAlgorithm sampler,
        int steps,
        double initialStepSize,
        int bufferBatches,
        double restartProbability,
        double energyPenalty,
        double averageDecay,
        int noiseDraws,
        double perturbation) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public EnergyTrainingConfig {
        objective = objective == null ? Objective.CONTRASTIVE_DIVERGENCE : objective;
        sampler = sampler == null ? SamplingAlgorithm.MALA : sampler;
        requireAtLeastOne("energy epochs", epochs);
        requireAtLeastOne("energy batch size", batchSize);
        requireAtLeastOne("samples per data point", samplesPerDatapoint);
        requireAtLeastOne("steps", steps);
        requireAtLeastOne("buffer batches", bufferBatches);
        requirePositive("energy learning rate", learningRate);
        requirePositive("step size", initialStepSize);
        if (importanceDraws < 0) {
            throw new IllegalArgumentException("importance draws: must be at least 0, found " + importanceDraws);
        }
        if (negatives == null) {
            throw new IllegalArgumentException("negatives: must be given");
        }
        if (!(restartProbability >= 0 && restartProbability < 1)) {
            throw new IllegalArgumentException("restart probability: must be in [0, 1), found " + restartProbability);
        }
        if (!(energyPenalty >= 0) || Double.isInfinite(energyPenalty)) {
            throw new IllegalArgumentException("energy penalty: must be at least 0 and finite, found " + energyPenalty);
        }
        if (!(averageDecay >= 0 && averageDecay < 1)) {
            throw new IllegalArgumentException("average decay: must be in [0, 1), found " + averageDecay);
        }
        if (objective == Objective.NOISE_CONTRASTIVE || objective == Objective.ENERGY_DISCREPANCY) {
            requireAtLeastOne("noise draws", noiseDraws);
        }
        if (objective == Objective.SCORE_MATCHING || objective == Objective.ENERGY_DISCREPANCY) {
            requirePositive("perturbation", perturbation);
        }
    }

    /**
     * Starts from the defaults, which suit the latents of an autoencoder: persistent chains, a few importance draws for each data point
     * and no penalty.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts from this configuration.
     *
     * @return a new builder with its values
     */
    public Builder toBuilder() {
        return builder()
                .objective(objective)
                .epochs(epochs)
                .batchSize(batchSize)
                .learningRate(learningRate)
                .negatives(negatives)
                .samplesPerDatapoint(samplesPerDatapoint)
                .importanceDraws(importanceDraws)
                .sampler(sampler)
                .steps(steps)
                .initialStepSize(initialStepSize)
                .bufferBatches(bufferBatches)
                .restartProbability(restartProbability)
                .energyPenalty(energyPenalty)
                .averageDecay(averageDecay)
                .noiseDraws(noiseDraws)
                .perturbation(perturbation);
    }

    private static void requireAtLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": must be at least 1, found " + value);
        }
    }

    private static void requirePositive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + ": must be positive and finite, found " + value);
        }
    }

    /** Sets options of a {@link EnergyTrainingConfig} by name. */
    public static final class Builder {
        private Objective objective = Objective.CONTRASTIVE_DIVERGENCE;
        private int epochs = 24;
        private int batchSize = 512;
        private double learningRate = 2e-3;
        private NegativeSource negatives = NegativeSource.PERSISTENT;
        private int samplesPerDatapoint = 1;
        private int importanceDraws = 8;
        private SamplingAlgorithm sampler = SamplingAlgorithm.MALA;
        private int steps = 5;
        private double initialStepSize = SamplerConfig.FIRST_STEP_SIZE;
        private int bufferBatches = 4;
        private double restartProbability = 0.01;
        private double energyPenalty;
        private double averageDecay = 0.999;
        private int noiseDraws = 8;
        private double perturbation = 0.1;

        private Builder() {}

        /**
         * Sets the objective.
         *
         * @param objective the objective
         * @return this builder
         */
        public Builder objective(Objective objective) {
            this.objective = objective;
            return this;
        }

        /**
         * Sets the number of passes over the data.
         *
         * @param epochs the number of passes; at least 1
         * @return this builder
         */
        public Builder epochs(int epochs) {
            this.epochs = epochs;
            return this;
        }

        /**
         * Sets the size of a batch.
         *
         * @param batchSize data points an update; at least 1
         * @return this builder
         */
        public Builder batchSize(int batchSize) {
            this.batchSize = batchSize;
            return this;
        }

        /**
         * Sets Adam's first learning rate.
         *
         * @param learningRate the learning rate; positive
         * @return this builder
         */
        public Builder learningRate(double learningRate) {
            this.learningRate = learningRate;
            return this;
        }

        /**
         * Sets where the chains of the negatives start.
         *
         * @param negatives the start of the chains
         * @return this builder
         */
        public Builder negatives(NegativeSource negatives) {
            this.negatives = negatives;
            return this;
        }

        /**
         * Sets the number of chains for each data point of an update.
         *
         * @param samplesPerDatapoint negatives for each data point; at least 1
         * @return this builder
         */
        public Builder samplesPerDatapoint(int samplesPerDatapoint) {
            this.samplesPerDatapoint = samplesPerDatapoint;
            return this;
        }

        /**
         * Sets the number of weighted draws of the reference measure for each data point of an update.
         *
         * @param importanceDraws draws for each data point; 0 for chains alone
         * @return this builder
         */
        public Builder importanceDraws(int importanceDraws) {
            this.importanceDraws = importanceDraws;
            return this;
        }

        /**
         * Sets the algorithm of the chains.
         *
         * @param sampler the algorithm
         * @return this builder
         */
        public Builder sampler(SamplingAlgorithm sampler) {
            this.sampler = sampler;
            return this;
        }

        /**
         * Sets the number of steps of each chain an update.
         *
         * @param steps steps; at least 1
         * @return this builder
         */
        public Builder steps(int steps) {
            this.steps = steps;
            return this;
        }

        /**
         * Sets the first step size.
         *
         * @param initialStepSize ε of Langevin dynamics, converted for another sampler; positive
         * @return this builder
         */
        public Builder initialStepSize(double initialStepSize) {
            this.initialStepSize = initialStepSize;
            return this;
        }

        /**
         * Sets the size of the replay buffer.
         *
         * @param bufferBatches the number of sets of chains, each of as many as an update needs; at least 1
         * @return this builder
         */
        public Builder bufferBatches(int bufferBatches) {
            this.bufferBatches = bufferBatches;
            return this;
        }

        /**
         * Sets the share of the buffer's chains that each use starts anew.
         *
         * @param restartProbability the share, in [0, 1)
         * @return this builder
         */
        public Builder restartProbability(double restartProbability) {
            this.restartProbability = restartProbability;
            return this;
        }

        /**
         * Sets the weight of the penalty on the square of f.
         *
         * @param energyPenalty α; at least 0
         * @return this builder
         */
        public Builder energyPenalty(double energyPenalty) {
            this.energyPenalty = energyPenalty;
            return this;
        }

        /**
         * Sets the decay of the moving average of weights.
         *
         * @param averageDecay the decay, in [0, 1)
         * @return this builder
         */
        public Builder averageDecay(double averageDecay) {
            this.averageDecay = averageDecay;
            return this;
        }

        /**
         * Sets the number of draws for each data point of noise-contrastive estimation and of energy discrepancy.
         *
         * @param noiseDraws draws for each data point; at least 1 for these objectives
         * @return this builder
         */
        public Builder noiseDraws(int noiseDraws) {
            this.noiseDraws = noiseDraws;
            return this;
        }

        /**
         * Sets the standard deviation of the noise on data of energy discrepancy and of score matching.
         *
         * @param perturbation the standard deviation; positive for these objectives
         * @return this builder
         */
        public Builder perturbation(double perturbation) {
            this.perturbation = perturbation;
            return this;
        }

        /**
         * Creates the configuration.
         *
         * @return the configuration
         * @throws IllegalArgumentException if an option is out of range
         */
        public EnergyTrainingConfig build() {
            return new EnergyTrainingConfig(
                    objective,
                    epochs,
                    batchSize,
                    learningRate,
                    negatives,
                    samplesPerDatapoint,
                    importanceDraws,
                    sampler,
                    steps,
                    initialStepSize,
                    bufferBatches,
                    restartProbability,
                    energyPenalty,
                    averageDecay,
                    noiseDraws,
                    perturbation);
        }
    }
}
