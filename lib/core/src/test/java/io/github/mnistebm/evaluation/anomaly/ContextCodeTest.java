package io.github.mnistebm.evaluation.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ContextCodeTest {

    private static final int PIXELS = DigitImages.PIXELS;
    private static final byte[] BLACK = new byte[PIXELS];

    private static byte[] withPixel(int row, int column) {
        byte[] image = BLACK.clone();
        image[row * DigitImages.SIDE + column] = 1;
        return image;
    }

    @Test
    void aPixelCostsMinusTheLogarithmOfItsProbability() {
        ContextCode code = ContextCode.fit(BLACK);
        // 784 pixels after a black context, all black.
        assertThat(code.length(BLACK, 0)).isCloseTo(784 * Math.log(785 / 784.5), within(1e-9));
    }

    @Test
    void aWhitePixelIsSeenByTheTenThatFollowItInTheTemplate() {
        ContextCode code = ContextCode.fit(BLACK);
        // The pixel itself, and ten contexts that training has not seen, after which both colours are as probable.
        double expected = 773 * Math.log(785 / 784.5) + Math.log(785 / 0.5) + 10 * Math.log(2);
        assertThat(code.length(withPixel(10, 10), 0)).isCloseTo(expected, within(1e-9));
        // In the last corner, none follows.
        assertThat(code.length(withPixel(27, 27), 0))
                .isCloseTo(783 * Math.log(785 / 784.5) + Math.log(785 / 0.5), within(1e-9));
    }

    @Test
    void ofSeveralImagesEachHasItsOwnLength() {
        byte[] images = Arrays.copyOf(BLACK, 2 * PIXELS);
        System.arraycopy(withPixel(5, 5), 0, images, PIXELS, PIXELS);
        ContextCode code = ContextCode.fit(images);
        assertThat(code.length(images, PIXELS)).isEqualTo(code.length(withPixel(5, 5), 0));
        assertThat(code.length(images, 0)).isEqualTo(code.length(BLACK, 0));
    }

    @Test
    void onesAreSimplerThanEightsAndNoiseCostsMoreThanEither() throws IOException {
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages some = all.first(2000);
                NDArray pixels = some.thresholded()) {
            byte[] images = pixels.toByteArray();
            ContextCode code = ContextCode.fit(images);
            double[] sums = new double[10];
            int[] counts = new int[10];
            for (int i = 0; i < some.size(); i++) {
                sums[some.labels()[i]] += code.length(images, i * PIXELS);
                counts[some.labels()[i]]++;
            }
            double ones = sums[1] / counts[1];
            double eights = sums[8] / counts[8];
            assertThat(ones).isLessThan(0.7 * eights);
            assertThat(code.length(Anomalies.noise(1, 1), 0)).isGreaterThan(5 * eights);
        }
    }
}
