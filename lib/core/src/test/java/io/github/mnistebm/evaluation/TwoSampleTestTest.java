package io.github.mnistebm.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TwoSampleTestTest {

    private static float[] normal(int points, double shift, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[3 * points];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (shift + random.nextGaussian());
        }
        return values;
    }

    /** The standard error of a share of 2,000 is 0.011; neighbours are not independent, so six of them are allowed. */
    @Test
    void samplesOfOneDistributionGiveOneHalf() {
        assertThat(TwoSampleTest.share(normal(1000, 0, 1), normal(1000, 0, 2), 3))
                .isCloseTo(0.5, within(0.066));
    }

    @Test
    void samplesFarApartGiveOneAndCopiesGiveNought() {
        assertThat(TwoSampleTest.share(normal(100, 0, 1), normal(100, 100, 2), 3))
                .isEqualTo(1);
        assertThat(TwoSampleTest.share(normal(100, 0, 1), normal(100, 0, 1), 3)).isZero();
    }

    @Test
    void samplesThatDifferALittleLieBetween() {
        assertThat(TwoSampleTest.share(normal(1000, 0, 1), normal(1000, 1, 2), 3))
                .isBetween(0.6, 0.9);
    }

    @Test
    void bothSamplesHaveAsManyPoints() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TwoSampleTest.share(normal(10, 0, 1), normal(9, 0, 2), 3))
                .withMessage("second: expected 10 points, found 9");
    }
}
