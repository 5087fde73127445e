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

    /** Each rectangle twice, once with more energy than expected, once with as much less; the larger, the more. */
    @Test
    void theRelativeExcessIsInUnitsOfTheDeviationThatTheComplexityLetsOneExpect() {
        int[][] sizes = {{2, 3}, {4, 4}, {1, 9}, {10, 5}, {7, 20}, {3, 12}};
        int[][] twice = new int[2 * sizes.length][];
        double[] energies = new double[twice.length];
        double[] signs = new double[twice.length];
        double[] deviations = new double[twice.length];
        for (int i = 0; i < twice.length; i++) {
            twice[i] = sizes[i / 2];
            int edges = 2 * (twice[i][0] + twice[i][1]);
            int white = twice[i][0] * twice[i][1];
            signs[i] = i % 2 == 0 ? 1 : -1;
            deviations[i] = signs[i] * (2 + 0.125 * white);
            energies[i] = 5 + 0.25 * edges - 0.125 * white + deviations[i];
        }
        byte[] images = rectangles(twice);
        ExpectedEnergy expected = ExpectedEnergy.fit(images, energies);
        assertThat(expected.excess(images, energies)).containsExactly(deviations, within(1e-9));
        assertThat(expected.relativeExcess(images, energies)).containsExactly(signs, within(1e-9));
    }

    @Test
    void theExpectedDeviationIsAtLeastAFifthOfTheMean() {
        int[][] sizes = {
            {10, 20}, {10, 20}, {12, 20}, {12, 20}, {9, 15}, {9, 15}, {5, 20}, {5, 20}, {4, 18}, {4, 18}, {20, 7},
            {20, 7}
        };
        double[] energies = new double[sizes.length];
        double sum = 0;
        for (int i = 0; i < sizes.length; i++) {
            // The line is below zero for a single pixel.
            double deviation = sizes[i][0] * sizes[i][1] - 60;
            energies[i] = i % 2 == 0 ? deviation : -deviation;
            sum += deviation;
        }
        ExpectedEnergy expected = ExpectedEnergy.fit(rectangles(sizes), energies);
        byte[] pixel = rectangles(new int[] {1, 1});
        assertThat(expected.relativeExcess(pixel, new double[] {7})[0])
                .isCloseTo(7 / (0.2 * sum / sizes.length), within(1e-9));
    }

    @Test
    void imagesThatAreAllAlikeCannotBeFitted() {
        byte[] alike =
                rectangles(new int[] {2, 2}, new int[] {2, 2}, new int[] {2, 2}, new int[] {2, 2}, new int[] {2, 2});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExpectedEnergy.fit(alike, new double[] {1, 2, 3, 4, 5}))
                .withMessage("expected energy: the complexities of the images are too much alike");
    }

    @Test
    void fourImagesAreTooFew() {
        byte[] few = Arrays.copyOf(IMAGES, 4 * DigitImages.PIXELS);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExpectedEnergy.fit(few, new double[4]))
                .withMessage("expected energy: five images or more are needed, found 4");
    }

    @Test
    void eachEnergyNeedsItsImage() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExpectedEnergy.fit(IMAGES, new double[4]))
                .withMessage("expected energy: expected 784 pixels for each energy, found 3920 for 4");
    }
}
