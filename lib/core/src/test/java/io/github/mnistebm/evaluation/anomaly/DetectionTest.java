package io.github.mnistebm.evaluation.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DetectionTest {

    @Test
    void anomaliesThatAllScoreHigherGiveOne() {
        assertThat(Detection.auroc(new double[] {1, 2}, new double[] {3, 4, 5})).isEqualTo(1);
    }

    @Test
    void anomaliesThatAllScoreLowerGiveZero() {
        assertThat(Detection.auroc(new double[] {3, 4}, new double[] {1, 2})).isZero();
    }

    @Test
    void tiesCountHalf() {
        assertThat(Detection.auroc(new double[] {1, 1, 1}, new double[] {1, 1})).isEqualTo(0.5);
    }

    @Test
    void itIsTheShareOfPairsInTheRightOrder() {
        // Of 2 × 3 pairs: 2 > 1, 5 > 1, 5 > 3, 5 > 4.
        assertThat(Detection.auroc(new double[] {1, 3, 4}, new double[] {2, 5})).isEqualTo(4.0 / 6);
    }

    @Test
    void theAveragePrecisionOfAPerfectScoreIsOne() {
        assertThat(Detection.averagePrecision(new double[] {1, 2}, new double[] {3, 4}))
                .isEqualTo(1);
    }

    @Test
    void theAveragePrecisionIsTheMeanOfThePrecisionsAtEachAnomaly() {
        // Ranked from above: anomaly, usual, anomaly, usual: precisions 1 and 2/3.
        assertThat(Detection.averagePrecision(new double[] {1, 3}, new double[] {2, 4}))
                .isCloseTo((1 + 2.0 / 3) / 2, within(1e-12));
    }

    @Test
    void ofScoresThatAreAllTheSameItIsTheShareOfTheAnomalies() {
        assertThat(Detection.averagePrecision(new double[] {1, 1, 1}, new double[] {1}))
                .isEqualTo(0.25);
    }

    @Test
    void ofOneKindAloneThereIsNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Detection.auroc(new double[0], new double[] {1}))
                .withMessage("scores: expected at least one of each kind, found 0 usual and 1 anomalies");
    }
}
