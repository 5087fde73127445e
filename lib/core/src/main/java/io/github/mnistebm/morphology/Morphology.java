package io.github.mnistebm.morphology;

import io.github.mnistebm.data.DigitImages;
import java.util.stream.IntStream;

/**
 * The measures of a binary image, after Castro et al. (2019, section 3.1), as their program {@code morphomnist} takes them.
 *
 * <p>The image is magnified four times and made binary again at half of its greatest grey value. The area is that of the white pixels.
 * Length and thickness come from the medial axis of the shape: the length of the links between its pixels, and twice the mean distance
 * from its pixels to the nearest black one. The slant is the angle of the shear by which the moments of the magnified grey values say that the
 * image leans, arctan(−μ₁₁ / μ₀₂). Width and height are the sides of the parallelogram of that slant that leaves out 1 % of
 * the white on each side.
 *
 * <p>The originals are grey, and the published measures are of grey images. Those of the same images in black and white differ a little.
 *
 * @param thickness mean thickness of the strokes, pixels
 * @param slant angle to the vertical, degrees; positive if the digit leans to the right
 * @param width width across the slant, pixels
 * @param height height, pixels
 * @param length length of the strokes, pixels
 * @param area white area, square pixels
 */
public record Morphology(double thickness, double slant, double width, double height, double length, double area) {

    /** The share of the white that the parallelogram leaves out at each of its sides. */
    private static final double LEFT_OUT = 0.01;

    private static final Morphology BLACK = new Morphology(0, 0, 0, 0, 0, 0);

    /**
     * Measures an image.
     *
     * @param pixels 0 for black, any other value for white, row by row, {@code [784]}
     * @return the measures; all 0 of an image that is black all over
     * @throws IllegalArgumentException if there are not 784 pixels
     */
    public static Morphology of(byte[] pixels) {
        if (pixels.length != DigitImages.PIXELS) {
            throw new IllegalArgumentException(
                    "pixels: expected " + DigitImages.PIXELS + " of an image, found " + pixels.length);
        }
        int side = Magnification.SIDE;
        double scale = Magnification.SCALE;
        float[] grey = Magnification.of(pixels);
        float greatest = 0;
        for (float value : grey) {
            greatest = Math.max(greatest, value);
        }
        if (greatest == 0) {
            return BLACK;
        }
        boolean[] white = new boolean[grey.length];
        int area = 0;
        for (int i = 0; i < grey.length; i++) {
            white[i] = grey[i] >= greatest / 2;
            area += white[i] ? 1 : 0;
        }
        MedialAxis.Summary axis = MedialAxis.of(white, side);
        Moments moments = Moments.of(grey, side);
        return new Morphology(
                2 * axis.meanDistance() / scale,
                Math.toDegrees(Math.atan(-moments.shear())),
                moments.width(grey, side) / scale,
                moments.height(grey, side) / scale,
                axis.length() / scale,
                area / (scale * scale));
    }

    /**
     * Measures images, on all cores.
     *
     * @param pixels 0 for black, any other value for white, image by image, {@code [n * 784]}
     * @return the measures of each
     * @throws IllegalArgumentException if the number of pixels is not a multiple of 784
     */
    public static Morphology[] ofAll(byte[] pixels) {
        if (pixels.length % DigitImages.PIXELS != 0) {
            throw new IllegalArgumentException(
                    "pixels: expected a multiple of " + DigitImages.PIXELS + ", found " + pixels.length);
        }
        return IntStream.range(0, pixels.length / DigitImages.PIXELS)
                .parallel()
                .mapToObj(i -> {
                    byte[] image = new byte[DigitImages.PIXELS];
                    System.arraycopy(pixels, i * image.length, image, 0, image.length);
                    return of(image);
                })
                .toArray(Morphology[]::new);
    }

    /**
     * Returns a measure.
     *
     * @param measure the measure
     * @return its value, in its {@linkplain Measure#unit unit}
     */
    public double value(Measure measure) {
        return switch (measure) {
            case THICKNESS -> thickness;
            case SLANT -> slant;
            case WIDTH -> width;
            case HEIGHT -> height;
            case LENGTH -> length;
            case AREA -> area;
        };
    }

    /** The centre of the grey values, and their shear μ₁₁ / μ₀₂. */
    private record Moments(double middle, double shear) {

        static Moments of(float[] grey, int side) {
            double mass = 0;
            double x = 0;
            double y = 0;
            for (int i = 0; i < grey.length; i++) {
                mass += grey[i];
                x += grey[i] * (i % side);
                y += grey[i] * (double) (i / side);
            }
            x /= mass;
            y /= mass;
            double mixed = 0;
            double vertical = 0;
            for (int i = 0; i < grey.length; i++) {
                double down = i / side - y;
                mixed += grey[i] * (i % side - x) * down;
                vertical += grey[i] * down * down;
            }
            return new Moments(y, mixed / vertical);
        }

        double height(float[] grey, int side) {
            double[] rows = new double[side];
            for (int i = 0; i < grey.length; i++) {
                rows[i / side] += grey[i];
            }
            return extent(rows);
        }

        /** Pixels of a steep slant lie up to a side further left or right of the image. */
        double width(float[] grey, int side) {
            double[] columns = new double[3 * side];
            for (int i = 0; i < grey.length; i++) {
                double across = i % side - shear * (i / side - middle);
                int column = (int) Math.floor(across + 0.5) + side;
                columns[Math.max(0, Math.min(columns.length - 1, column))] += grey[i];
            }
            return extent(columns);
        }

        private static double extent(double[] masses) {
            return quantile(masses, 1 - LEFT_OUT) - quantile(masses, LEFT_OUT);
        }

        /** Takes the mass of a pixel as spread over its side. */
        private static double quantile(double[] masses, double share) {
            double total = 0;
            for (double mass : masses) {
                total += mass;
            }
            double below = 0;
            int pixel = 0;
            while (below + masses[pixel] < share * total) {
                below += masses[pixel++];
            }
            return pixel + (share * total - below) / masses[pixel];
        }
    }
}
