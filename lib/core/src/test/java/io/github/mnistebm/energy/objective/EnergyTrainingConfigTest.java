package io.github.mnistebm.energy.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.mnistebm.sampling.SamplingAlgorithm;
import org.junit.jupiter.api.Test;

class EnergyTrainingConfigTest {

    /** Each value differs from its default, and from the others of its type: a swap would show. */
    private static final EnergyTrainingConfig OTHER = new EnergyTrainingConfig(
            Objective.ENERGY_DISCREPANCY,
            11,
            12,
            0.13,
            NegativeSource.NOISE,
            14,
            15,
            SamplingAlgorithm.HMC,
            16,
            0.17,
            18,
            0.19,
            0.21,
            0.22,
            23,
            0.24);

    @Test
    void theBuilderSetsEachOptionByItsName() {
        assertThat(EnergyTrainingConfig.builder()
                        .objective(Objective.ENERGY_DISCREPANCY)
                        .epochs(11)
                        .batchSize(12)
                        .learningRate(0.13)
                        .negatives(NegativeSource.NOISE)
                        .samplesPerDatapoint(14)
                        .importanceDraws(15)
                        .sampler(SamplingAlgorithm.HMC)
                        .steps(16)
                        .initialStepSize(0.17)
                        .bufferBatches(18)
                        .restartProbability(0.19)
                        .energyPenalty(0.21)
                        .averageDecay(0.22)
                        .noiseDraws(23)
                        .perturbation(0.24)
                        .build())
                .isEqualTo(OTHER);
    }

    @Test
    void aConfigurationsBuilderStartsFromAllOfItsValues() {
        assertThat(OTHER.toBuilder().build()).isEqualTo(OTHER);
    }

    @Test
    void anOptionOutOfRangeIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OTHER.toBuilder().learningRate(Double.NaN).build())
                .withMessage("energy learning rate: must be positive and finite, found NaN");
    }

    /** The cards of models that were trained before there was a choice have none of these values. */
    @Test
    void absentValuesAreContrastiveDivergenceByMala() {
        EnergyTrainingConfig earlier = new EnergyTrainingConfig(
                null, 11, 12, 0.13, NegativeSource.DATA, 1, 0, null, 5, 0.1, 4, 0.01, 0, 0.9, 0, 0);
        assertThat(earlier.objective()).isEqualTo(Objective.CONTRASTIVE_DIVERGENCE);
        assertThat(earlier.sampler()).isEqualTo(SamplingAlgorithm.MALA);
    }

    @Test
    void theValuesOfAnObjectiveAreCheckedWhereItNeedsThem() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EnergyTrainingConfig.builder()
                        .objective(Objective.NOISE_CONTRASTIVE)
                        .noiseDraws(0)
                        .build())
                .withMessage("noise draws: must be at least 1, found 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EnergyTrainingConfig.builder()
                        .objective(Objective.SCORE_MATCHING)
                        .perturbation(Double.NaN)
                        .build())
                .withMessage("perturbation: must be positive and finite, found NaN");
    }
}
