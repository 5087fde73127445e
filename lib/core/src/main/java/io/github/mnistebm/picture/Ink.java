package io.github.mnistebm.picture;

import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.PictureFile;
import java.util.stream.IntStream;

/**
 * The ink of a picture: the amount by which each pixel differs from the background.
 *
 * @param width the number of columns
 * @param height the number of rows
 * @param amounts the amount of each pixel, row by row: 0 for the background and unknown pixels, 255 for white on black
 * @param inverted whether the background is lighter than the ink
 */
record Ink(int width, int height, float[] amounts, boolean inverted) {

    /** The least difference that counts as ink: unevenly lit paper differs from itself by less. */
    private static final float FAINTEST = 64;

    /** The share of the strongest ink below which a difference is the texture of the paper. */
    private static final float TEXTURE = 0.25f;

    /** The side of a digit's box in an MNIST image, and the place of the digit's centre of mass. */
    private static final int BOX = 20;

    private static final int CENTRE = DigitImages.SIDE / 2;

    /** The greatest side of a picture: eight pixels for each pixel of a digit keep its strokes and average out a camera's noise. */
    private static final int REDUCED_SIDE = 8 * DigitImages.SIDE;

    /** Finds the ink by the difference of colours. Neither light and dark nor the darkness of blue matters. */
    static Ink of(PictureFile picture) {
        int background = Background.of(picture);
        float[] amounts = new float[picture.argb().length];
        for (int i = 0; i < amounts.length; i++) {
            amounts[i] = picture.isOpaque(i) ? difference(picture.argb()[i], background) : 0;
        }
        double ink = 0;
        double lightness = 0;
        for (int i = 0; i < amounts.length; i++) {
            ink += amounts[i];
            lightness += amounts[i] * PictureFile.lightness(picture.argb()[i]);
        }
        boolean inverted = lightness < ink * PictureFile.lightness(background);
        return new Ink(picture.width(), picture.height(), amounts, inverted);
    }

    private static float difference(int first, int second) {
        int sum = 0;
        for (int shift = 0; shift < Integer.SIZE - Byte.SIZE; shift += Byte.SIZE) {
            int channel = (first >> shift & 0xff) - (second >> shift & 0xff);
            sum += channel * channel;
        }
        return (float) Math.sqrt(sum / 3.0);
    }

    boolean isBlank() {
        return strongest() < FAINTEST;
    }

    private float strongest() {
        float strongest = 0;
        for (float amount : amounts) {
            strongest = Math.max(strongest, amount);
        }
        return strongest;
    }

    /** Returns black and white pixels, 1 for more than half of the strongest ink. */
    byte[] white() {
        float half = strongest() / 2;
        byte[] white = new byte[amounts.length];
        for (int i = 0; i < white.length; i++) {
            white[i] = (byte) (amounts[i] > half ? 1 : 0);
        }
        return white;
    }

    /** Returns a large picture at a smaller size. */
    Ink reduced() {
        double factor = Math.min(1, (double) REDUCED_SIDE / Math.max(width, height));
        return resampled(side(width, factor), side(height, factor));
    }

    private static int side(int pixels, double factor) {
        return (int) Math.max(1, Math.round(factor * pixels));
    }

    /**
     * Scales and centres a digit as those of MNIST are: to fit a box of 20 × 20 pixels, with its centre of mass in the middle of the
     * image (LeCun et al. 1998, "Gradient-based learning applied to document recognition", section III.A).
     */
    Ink asDigit() {
        Ink cut = cut();
        double factor = (double) BOX / Math.max(cut.width, cut.height);
        Ink digit = cut.resampled(side(cut.width, factor), side(cut.height, factor));
        int left = digit.start(digit.width, 1);
        int top = digit.start(digit.height, digit.width);
        float[] centred = new float[DigitImages.PIXELS];
        for (int y = 0; y < digit.height; y++) {
            System.arraycopy(digit.amounts, y * digit.width, centred, (top + y) * DigitImages.SIDE + left, digit.width);
        }
        return new Ink(DigitImages.SIDE, DigitImages.SIDE, centred, inverted);
    }

    /** Returns the start of a row or a column whose centre of mass is in the middle. */
    private int start(int length, int stride) {
        double mass = 0;
        double moment = 0;
        for (int i = 0; i < amounts.length; i++) {
            mass += amounts[i];
            moment += amounts[i] * (i / stride % length);
        }
        return (int) Math.max(0, Math.min(Math.round(CENTRE - moment / mass), DigitImages.SIDE - length));
    }

    /** Returns the least rectangle that holds all ink, without the texture of the paper. */
    private Ink cut() {
        float strongest = strongest();
        byte[] white = white();
        int[] inked =
                IntStream.range(0, white.length).filter(i -> white[i] == 1).toArray();
        int left = IntStream.of(inked).map(i -> i % width).min().orElseThrow();
        int right = IntStream.of(inked).map(i -> i % width).max().orElseThrow();
        int top = inked[0] / width;
        int bottom = inked[inked.length - 1] / width;
        Ink cut = new Ink(
                right - left + 1, bottom - top + 1, new float[(right - left + 1) * (bottom - top + 1)], inverted);
        for (int i = 0; i < cut.amounts.length; i++) {
            float amount = amounts[(top + i / cut.width) * width + left + i % cut.width];
            cut.amounts[i] = amount < TEXTURE * strongest ? 0 : amount;
        }
        return cut;
    }

    /** Returns for each new pixel the mean of the pixels that it covers. */
    private Ink resampled(int columns, int rows) {
        float[] lines = resampled(amounts, height, width, columns);
        float[] turned = resampled(transposed(lines, height, columns), columns, height, rows);
        return new Ink(columns, rows, transposed(turned, columns, rows), inverted);
    }

    private static float[] resampled(float[] values, int lines, int length, int newLength) {
        float[] means = new float[lines * newLength];
        double step = (double) length / newLength;
        for (int i = 0; i < means.length; i++) {
            double from = i % newLength * step;
            double to = Math.min(from + step, length);
            double sum = 0;
            for (int j = (int) from; j < to; j++) {
                sum += values[i / newLength * length + j] * (Math.min(to, j + 1) - Math.max(from, j));
            }
            means[i] = (float) (sum / step);
        }
        return means;
    }

    private static float[] transposed(float[] values, int rows, int columns) {
        float[] transposed = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            transposed[i % columns * rows + i / columns] = values[i];
        }
        return transposed;
    }
}
