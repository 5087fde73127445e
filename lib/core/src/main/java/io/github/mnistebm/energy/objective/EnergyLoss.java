package io.github.mnistebm.energy.objective;

import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.sampling.TransitionKernel;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.training.TrainingHistory;
import java.util.List;
import java.util.function.Function;

/** An objective with its numbers, by which an energy can be trained any number of times. Implementations are immutable. */
public interface EnergyLoss {

    /** The loss, a column of the history of each objective but contrastive divergence. */
    String LOSS = "loss";

    /** The loss of f = 0, with the same random numbers; the column of the history after {@value #LOSS}. */
    String REFERENCE_LOSS = "loss of the reference measure";

    /**
     * Returns the objective of a configuration.
     *
     * @param config the configuration of the training
     * @param kernel makes the kernel of the chains for an energy, where the objective has chains
     * @return the objective
     */
    static EnergyLoss of(EnergyTrainingConfig config, Function<TiltedEnergy, TransitionKernel> kernel) {
        return switch (config.objective()) {
            case CONTRASTIVE_DIVERGENCE -> new ContrastiveDivergence(config, kernel);
            case NOISE_CONTRASTIVE -> new NoiseContrastiveEstimation(config.noiseDraws());
            case ENERGY_DISCREPANCY -> new EnergyDiscrepancy(config.noiseDraws(), config.perturbation());
            case SCORE_MATCHING -> new DenoisingScoreMatching(config.perturbation());
        };
    }

    /**
     * Returns the names of the measurements of an epoch.
     *
     * @return the columns of the history, in their order
     */
    default List<String> measures() {
        return List.of(LOSS, REFERENCE_LOSS);
    }

    /**
     * Returns a further remedy for a training that diverges.
     *
     * @return words that follow the remedy of a smaller learning rate, such as {@code , or a larger --energy-penalty}; empty if there is none
     */
    default String furtherRemedy() {
        return "";
    }

    /**
     * Begins a training.
     *
     * @param manager the parent of the manager of the estimator's arrays
     * @param energy the model; its f changes with each update
     * @param batchSize the number of data points of each update
     * @param before the history of a training that goes on; without epochs for one that begins
     * @param random the source of randomness of what is drawn before the first update
     * @return the estimator of the loss
     */
    LossEstimator begin(
            NDManager manager, TiltedEnergy energy, int batchSize, TrainingHistory before, RandomSource random);
}
