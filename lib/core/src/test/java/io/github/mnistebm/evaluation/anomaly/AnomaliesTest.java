package io.github.mnistebm.evaluation.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mnistebm.data.DigitImages;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AnomaliesTest {

    private static double whiteShare(byte[] images) {
        long white = 0;
        for (byte pixel : images) {
            white += pixel;
        }
        return (double) white / images.length;
    }

    @Test
    void halfOfTheNoiseIsWhite() {
        byte[] noise = Anomalies.noise(100, 1);
        // Five standard deviations of the share of 78,400 fair coins.
        assertThat(Math.abs(whiteShare(noise) - 0.5)).isLessThan(5 * 0.5 / Math.sqrt(noise.length));
    }

    @Test
    void shufflingKeepsTheBlocksAndChangesTheirOrder() {
        // One white block in each image, with a pattern of its own.
        byte[] digits = new byte[20 * DigitImages.PIXELS];
        for (int image = 0; image < 20; image++) {
            digits[image * DigitImages.PIXELS] = 1;
            digits[image * DigitImages.PIXELS + DigitImages.SIDE + 2] = 1;
        }
        byte[] shuffled = Anomalies.shuffledBlocks(digits, 1);
        int moved = 0;
        for (int image = 0; image < 20; image++) {
            byte[] one = Arrays.copyOfRange(shuffled, image * DigitImages.PIXELS, (image + 1) * DigitImages.PIXELS);
            int corner = 0;
            while (one[corner] == 0) {
                corner++;
            }
            assertThat(corner / DigitImages.SIDE % 4).isZero();
            assertThat(corner % DigitImages.SIDE % 4).isZero();
            assertThat(one[corner + DigitImages.SIDE + 2]).isEqualTo((byte) 1);
            assertThat(whiteShare(one)).isEqualTo(2.0 / DigitImages.PIXELS);
            moved += corner == 0 ? 0 : 1;
        }
        assertThat(moved).isGreaterThan(10);
    }
}
