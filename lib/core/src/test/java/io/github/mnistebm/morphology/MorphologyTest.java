package io.github.mnistebm.morphology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MorphologyTest {

    private static final int SIDE = DigitImages.SIDE;
    private static final double CENTRE = (SIDE - 1) / 2.0;

    /** The filter of the magnification, of a third of a pixel, moves the edges of a shape outwards by less than this on both sides. */
    private static final double BLUR = 0.8;

    private interface Shape {
        boolean contains(double x, double y);
    }

    /** Draws a shape around the centre, with x to the right and y upwards. */
    private static byte[] draw(Shape shape) {
        byte[] pixels = new byte[DigitImages.PIXELS];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (shape.contains(i % SIDE - CENTRE, CENTRE - i / SIDE) ? 1 : 0);
        }
        return pixels;
    }

    private static byte[] bar(double width, double height, double degrees) {
        double shear = Math.tan(Math.toRadians(degrees));
        return draw((x, y) -> Math.abs(x - shear * y) < width / 2 && Math.abs(y) < height / 2);
    }

    private static byte[] ring(double radius, double width) {
        return draw((x, y) -> Math.abs(Math.hypot(x, y) - radius) < width / 2);
    }

    /** At its two ends the axis of a bar runs to the corners: half a width of it is nearer to the edge and √2 as long. */
    @ParameterizedTest
    @CsvSource({"2, 20", "4, 20", "6, 20", "2, 12", "4, 16"})
    void ofAnUprightBar(int width, int height) {
        Morphology bar = Morphology.of(bar(width, height, 0));
        assertThat(bar.thickness()).isCloseTo(width, within(0.06 * width));
        assertThat(bar.slant()).isCloseTo(0, within(1e-5));
        assertThat(bar.width()).isBetween(0.98 * width, 0.98 * width + BLUR);
        assertThat(bar.height()).isBetween(0.98 * height, 0.98 * height + BLUR);
        assertThat(bar.length()).isBetween((double) height - width, height + 4 * Math.sqrt(2) * width / 2);
        assertThat(bar.area()).isCloseTo((double) width * height, within(1.0));
    }

    /** A bar that a shear slants is as thick as its width times the cosine. */
    @ParameterizedTest
    @CsvSource({"2, -40", "2, -30", "2, -15", "2, 15", "2, 30", "4, -30", "4, -15", "4, 15", "4, 30"})
    void ofASlantedBar(int width, int degrees) {
        Morphology bar = Morphology.of(bar(width, 20, degrees));
        double cosine = Math.cos(Math.toRadians(degrees));
        assertThat(bar.slant()).isCloseTo(degrees, within(1.0));
        assertThat(bar.thickness()).isCloseTo(width * cosine, within(0.15 * width));
        // A chain of straight and diagonal links, and the links to the four corners.
        double links = 1 + (Math.sqrt(2) - 1) * Math.tan(Math.toRadians(Math.abs(degrees)));
        assertThat(bar.length()).isBetween((20 - width) / cosine, 20 * links + 4 * Math.sqrt(2) * width / 2);
        assertThat(bar.width()).isBetween(0.98 * width, 0.98 * width + BLUR / cosine + 0.3);
        assertThat(bar.height()).isCloseTo(20, within(0.5));
        assertThat(bar.area()).isCloseTo(20.0 * width, within(5.0));
    }

    /** A chain of straight and diagonal links around a circle is longer than it by at most 8 (√2 − 1) / π, 5.5 %; corners are counted twice. */
    @ParameterizedTest
    @CsvSource({"5, 2", "5, 4", "7, 3", "9, 2", "9, 4"})
    void ofARing(int radius, int width) {
        Morphology ring = Morphology.of(ring(radius, width));
        assertThat(ring.thickness()).isCloseTo(width, within(0.25));
        assertThat(ring.slant()).isCloseTo(0, within(1e-5));
        assertThat(ring.width()).isCloseTo(ring.height(), within(1e-3));
        assertThat(ring.length() / (2 * Math.PI * radius)).isBetween(1.0, 1.17);
        assertThat(ring.area()).isCloseTo(2 * Math.PI * radius * width, within(0.1 * 2 * Math.PI * radius * width));
    }

    @Test
    void ofABarThatLies() {
        Morphology upright = Morphology.of(bar(2, 20, 0));
        Morphology lying = Morphology.of(bar(20, 2, 0));
        assertThat(lying.width()).isCloseTo(upright.height(), within(1e-3));
        assertThat(lying.height()).isCloseTo(upright.width(), within(1e-3));
        assertThat(lying.thickness()).isCloseTo(upright.thickness(), within(0.1));
    }

    @Test
    void theHolesOfAShapeStay() {
        Morphology disc = Morphology.of(draw((x, y) -> Math.hypot(x, y) < 8));
        Morphology withHole = Morphology.of(draw((x, y) -> Math.hypot(x, y) < 8 && Math.hypot(x, y) > 3));
        assertThat(withHole.length()).isGreaterThan(2 * Math.PI * 5.5);
        assertThat(disc.length()).isLessThan(withHole.length());
    }

    @ParameterizedTest
    @ValueSource(ints = {-3, 1, SIDE, 2 * SIDE})
    void areTheSameWhereverTheShapeLies(int shift) {
        byte[] here = bar(3, 12, 20);
        byte[] there = new byte[here.length];
        for (int i = 0; i < here.length; i++) {
            if (here[i] != 0) {
                there[i + shift] = 1;
            }
        }
        for (Measure measure : Measure.values()) {
            double expected = Morphology.of(here).value(measure);
            assertThat(Morphology.of(there).value(measure))
                    .as("%s", measure)
                    .isCloseTo(expected, within(0.08 * (1 + Math.abs(expected))));
        }
    }

    @Test
    void ofABlackImageAreZero() {
        assertThat(Morphology.of(new byte[DigitImages.PIXELS])).isEqualTo(new Morphology(0, 0, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @EnumSource(Measure.class)
    void ofAnyImageAreFinite(Measure measure) {
        byte[] dot = new byte[DigitImages.PIXELS];
        dot[0] = 1;
        byte[] white = draw((x, y) -> true);
        byte[] chequered = draw((x, y) -> Math.floorMod(Math.round(x + y), 2) == 0);
        for (byte[] image : new byte[][] {dot, white, chequered}) {
            assertThat(Morphology.of(image).value(measure)).isFinite();
        }
    }

    @Test
    void ofSeveralImagesAreThoseOfEach() {
        byte[] both = new byte[2 * DigitImages.PIXELS];
        System.arraycopy(bar(2, 20, 10), 0, both, 0, DigitImages.PIXELS);
        System.arraycopy(ring(7, 3), 0, both, DigitImages.PIXELS, DigitImages.PIXELS);
        assertThat(Morphology.ofAll(both)).containsExactly(Morphology.of(bar(2, 20, 10)), Morphology.of(ring(7, 3)));
    }

    @Test
    void needOneImage() {
        assertThatThrownBy(() -> Morphology.of(new byte[783]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("pixels: expected 784 of an image, found 783");
        assertThatThrownBy(() -> Morphology.ofAll(new byte[785]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("pixels: expected a multiple of 784, found 785");
    }

    @Test
    void haveNames() {
        assertThat(Measure.named("Slant")).contains(Measure.SLANT);
        assertThat(Measure.named("colour")).isEmpty();
        assertThat(Measure.AREA).hasToString("area");
    }

    /**
     * Against the measures that Castro et al. publish of the original grey test images, the first thousand. In black and white the edges lie up
     * to half a pixel elsewhere, on average further inside.
     */
    @Test
    void ofTheFirstTestDigitsAreThosePublished() throws IOException {
        try (DigitImages test = DigitImages.test(DataFolder.mnist(), Device.cpu());
                DigitImages first = test.first(1000);
                NDArray binary = first.thresholded()) {
            Morphology[] all = Morphology.ofAll(binary.toByteArray());
            assertThat(mean(all, Measure.THICKNESS)).isCloseTo(2.509, within(0.12));
            assertThat(mean(all, Measure.SLANT)).isCloseTo(0.06, within(0.3));
            assertThat(mean(all, Measure.WIDTH)).isCloseTo(12.78, within(0.5));
            assertThat(mean(all, Measure.HEIGHT)).isCloseTo(19.24, within(0.25));
            assertThat(mean(all, Measure.LENGTH)).isCloseTo(42.64, within(0.5));
            assertThat(mean(all, Measure.AREA)).isCloseTo(96.48, within(4.0));
        }
    }

    private static double mean(Morphology[] all, Measure measure) {
        return Stream.of(all).mapToDouble(each -> each.value(measure)).average().orElseThrow();
    }
}
