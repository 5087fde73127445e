package io.github.mnistebm.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ContrastiveDivergenceConfigTest {

    /** Each value differs from its default, and from the others of its type: a swap would show. */
    private static final ContrastiveDivergenceConfig OTHER =
            new ContrastiveDivergenceConfig(11, 12, 0.13, NegativeSource.NOISE, 14, 15, 16, 0.17, 18, 0.19, 0.21, 0.22);

    @Test
    void theBuilderSetsEachOptionByItsName() {
        assertThat(ContrastiveDivergenceConfig.builder()
                        .epochs(11)
                        .batchSize(12)
                        .learningRate(0.13)
                        .negatives(NegativeSource.NOISE)
                        .samplesPerDatapoint(14)
                        .importanceDraws(15)
                        .steps(16)
                        .initialStepSize(0.17)
                        .bufferBatches(18)
                        .restartProbability(0.19)
                        .energyPenalty(0.21)
                        .averageDecay(0.22)
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
}
