package io.github.mnistebm.evaluation.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
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
    void itIsTheStatisticOfMannAndWhitneyAsAShareOfThePairs() {
        SplittableRandom random = new SplittableRandom(1);
        // Few values, so that many are the same.
        double[] usual = random.ints(200, 0, 20).asDoubleStream().toArray();
        double[] anomalies = random.ints(70, 5, 25).asDoubleStream().toArray();
        double u = 0;
        for (double anomaly : anomalies) {
            for (double other : usual) {
                u += anomaly > other ? 1 : anomaly == other ? 0.5 : 0;
            }
        }
        assertThat(Detection.auroc(usual, anomalies)).isCloseTo(u / (200 * 70), within(1e-12));
        assertThat(Detection.auroc(anomalies, usual)).isCloseTo(1 - u / (200 * 70), within(1e-12));
    }

    @Test
    void theAveragePrecisionSumsPrecisionTimesTheStepOfRecallOverThresholds() {
        SplittableRandom random = new SplittableRandom(2);
        double[] usual = random.ints(200, 0, 20).asDoubleStream().toArray();
        double[] anomalies = random.ints(70, 5, 25).asDoubleStream().toArray();
        double sum = 0;
        double recall = 0;
        for (int threshold = 25; threshold >= 0; threshold--) {
            int least = threshold;
            double found =
                    Arrays.stream(anomalies).filter(score -> score >= least).count();
            double wrong = Arrays.stream(usual).filter(score -> score >= least).count();
            if (found + wrong > 0) {
                sum += (found / 70 - recall) * found / (found + wrong);
                recall = found / 70;
            }
        }
        assertThat(Detection.averagePrecision(usual, anomalies)).isCloseTo(sum, within(1e-12));
    }

    @Test
    void aScoreThatRanksEveryAnomalyLastHasAnAveragePrecisionAboveZero() {
        double[] usual = new double[12_425];
        Arrays.fill(usual, 1);
        double[] anomalies = new double[7_877];
        for (int i = 0; i < anomalies.length; i++) {
            anomalies[i] = -i;
        }
        // The mean of i / (12,425 + i), about 1 − b log(1 + 1/b) with b = 12,425 / 7,877: ones on the papers' split.
        double b = 12_425.0 / 7_877;
        assertThat(Detection.averagePrecision(usual, anomalies)).isCloseTo(1 - b * Math.log1p(1 / b), within(1e-4));
        assertThat(Detection.averagePrecision(usual, anomalies)).isCloseTo(0.226, within(5e-4));
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
