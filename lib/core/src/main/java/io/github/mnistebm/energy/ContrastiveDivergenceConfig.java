package io.github.mnistebm.energy;

import io.github.mnistebm.sampling.SamplerConfig;

/**
 * The training of an energy network.
 *
 * @param epochs passes over the data; at least 1
 * @param batchSize data points an update; at least 1
 * @param learningRate Adam's first learning rate, which falls to 0 along a cosine; positive
 * @param negatives the start of the chains
 * @param samplesPerDatapoint negatives for each data point; at least 1
 * @param importanceDraws draws of the reference measure for each data point, which share the work of the chains by importance
 *     sampling; at least 0
 * @param steps MALA steps an update; at least 1
 * @param initialStepSize ε of the first step, adapted from update to update; positive
 * @param bufferBatches the number of sets of chains in the replay buffer, each of as many as an update needs; at least 1
 * @param restartProbability share of the buffer's chains that each use starts anew from the reference measure, in [0, 1)
 * @param energyPenalty α of the term α (mean f² over data + mean f² over negatives), which keeps f near 0; at least 0
 * @param averageDecay decay of the moving average of weights that is kept for sampling, in [0, 1)
 */
public record ContrastiveDivergenceConfig(
        int epochs,
        int batchSize,
        double learningRate,
        NegativeSource negatives,
        int samplesPerDatapoint,
        int importanceDraws,
        int steps,
        double initialStepSize,
        int bufferBatches,
        double restartProbability,
        double energyPenalty,
        double averageDecay) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public ContrastiveDivergenceConfig {
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
    }

    /**
     * Returns this configuration with another learning rate.
     *
     * @param newLearningRate the learning rate; positive
     * @return a new configuration
     * @throws IllegalArgumentException if the rate is out of range
     */
    public ContrastiveDivergenceConfig withLearningRate(double newLearningRate) {
        return new ContrastiveDivergenceConfig(
                epochs,
                batchSize,
                newLearningRate,
                negatives,
                samplesPerDatapoint,
                importanceDraws,
                steps,
                initialStepSize,
                bufferBatches,
                restartProbability,
                energyPenalty,
                averageDecay);
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

    /**
     * Returns the acceptance that the step size is steered to.
     *
     * @return 0.574
     */
    public double targetAcceptance() {
        return SamplerConfig.OPTIMAL_ACCEPTANCE;
    }
}
