package io.github.mnistebm.evaluation.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DistributionTest {

    private static final Distribution TO_EIGHTY = Distribution.of(
            IntStream.rangeClosed(0, 80).mapToDouble(i -> 80 - i).toArray());

    @Test
    void tellsTheShareBelowAValue() {
        assertThat(TO_EIGHTY.shareBelow(-1)).isZero();
        assertThat(TO_EIGHTY.shareBelow(0)).isZero();
        assertThat(TO_EIGHTY.shareBelow(0.5)).isEqualTo(1.0 / 81);
        assertThat(TO_EIGHTY.shareBelow(1000)).isEqualTo(1);
    }

    @Test
    void countsIntoFortyEqualBins() {
        assertThat(TO_EIGHTY.histogram().edges()).hasSize(41).startsWith(0, 2).endsWith(78, 80);
        assertThat(TO_EIGHTY.histogram().counts()).hasSize(40).startsWith(2, 2).endsWith(2, 3);
    }

    @Test
    void valuesThatAreAllTheSameShareABin() {
        assertThat(Distribution.of(new double[] {5, 5}).histogram().counts()).startsWith(2, 0);
    }
}
