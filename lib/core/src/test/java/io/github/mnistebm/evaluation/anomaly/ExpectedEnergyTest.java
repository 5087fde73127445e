package io.github.mnistebm.evaluation.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.mnistebm.data.DigitImages;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ExpectedEnergyTest {

    private static final int SIDE = DigitImages.SIDE;

    /** The edges of a rectangle away from the border are its outline. */
    private static byte[] rectangles(int[]... heightsAndWidths) {
        byte[] images = new byte[heightsAndWidths.length * DigitImages.PIXELS];
        for (int i = 0; i < heightsAndWidths.length; i++) {
            for (int row = 0; row < heightsAndWidths[i][0]; row++) {
                int first = i * DigitImages.PIXELS + (row + 3) * SIDE + 3;
                Arrays.fill(images, first, first + heightsAndWidths[i][1], (byte) 1);
            }
        }
        return images;
    }

    private static final byte[] IMAGES =
            rectangles(new int[] {2, 3}, new int[] {4, 4}, new int[] {1, 9}, new int[] {10, 5}, new int[] {7, 20});

    private static double[] energies(double constant, double edge, double white) {
        return new double[] {
            constant + edge * 10 + white * 6,
            constant + edge * 16 + white * 16,
            constant + edge * 20 + white * 9,
            constant + edge * 30 + white * 50,
            constant + edge * 54 + white * 140
        };
    }

    @Test
    void anEnergyThatFollowsEdgesAndWhitePixelsHasNoExcess() {
        double[] energies = energies(5, 0.25, -0.125);
        assertThat(ExpectedEnergy.fit(IMAGES, energies).excess(IMAGES, energies))
                .containsExactly(new double[5], within(1e-9));
    }

    @Test
    void theExcessIsWhatTheEnergyHasBeyondTheFit() {
        ExpectedEnergy expected = ExpectedEnergy.fit(IMAGES, energies(5, 0.25, -0.125));
        byte[] other = rectangles(new int[] {3, 3});
        // 12 edges, 9 white pixels.
        assertThat(expected.excess(other, new double[] {5 + 3 - 1.125 + 7})[0]).isCloseTo(7, within(1e-9));
    }

    @Test
    void edgesOfTheImageAreNoEdges() {
        ExpectedEnergy expected = ExpectedEnergy.fit(IMAGES, energies(0, 1, 0));
        byte[] white = new byte[DigitImages.PIXELS];
        Arrays.fill(white, (byte) 1);
        assertThat(expected.excess(white, new double[] {0})[0]).isCloseTo(0, within(1e-9));
    }

    @Test
    void imagesThatAreAllAlikeCannotBeFitted() {
        byte[] alike = rectangles(new int[] {2, 2}, new int[] {2, 2}, new int[] {2, 2}, new int[] {2, 2});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExpectedEnergy.fit(alike, new double[] {1, 2, 3, 4}))
                .withMessage("expected energy: the edges and white pixels of the images are too much alike");
    }

    @Test
    void threeImagesAreTooFew() {
        byte[] few = rectangles(new int[] {2, 3}, new int[] {4, 4}, new int[] {1, 9});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExpectedEnergy.fit(few, new double[3]))
                .withMessage("expected energy: four images or more are needed, found 3");
    }

    @Test
    void eachEnergyNeedsItsImage() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExpectedEnergy.fit(IMAGES, new double[4]))
                .withMessage("expected energy: expected 784 pixels for each energy, found 3920 for 4");
    }
}
