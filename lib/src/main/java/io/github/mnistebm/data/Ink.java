package io.github.mnistebm.data;

import java.util.stream.IntStream;

/**
 * What is drawn in a picture: how much each pixel differs from the background.
 *
 * @param width columns
 * @param height rows
 * @param amounts of each pixel, row by row: 0 for the background and what is unknown, 255 for white on black
 * @param inverted whether the background is lighter than what is drawn on it
 */
record Ink(int width, int height, float[] amounts, boolean inverted) {

    /** Paper, unevenly lit, differs from itself by less. */
    private static final float FAINTEST = 64;

    /** Less than this part of the strongest ink is the paper's texture. */
    private static final float TEXTURE = 0.25f;

    /** The side of a digit's box in an MNIST image, and where the digit's centre of mass is. */
    private static final int BOX = 20;

    private static final int CENTRE = DigitImages.SIDE / 2;

    /** Eight pixels for each of a digit's: enough for its strokes, and the noise of a camera averages out. */
    private static final int REDUCED_SIDE = 8 * DigitImages.SIDE;

    /** Finds what is drawn, by the difference of colours, so that light and dark do not matter, nor that blue is a dark colour. */
    static Ink of(PictureFile picture) {
        int background = picture.background();
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

    /** Black and white, 1 for more than half of the strongest ink. */
    byte[] white() {
        float half = strongest() / 2;
        byte[] white = new byte[amounts.length];
        for (int i = 0; i < white.length; i++) {
            white[i] = (byte) (amounts[i] > half ? 1 : 0);
        }
        return white;
    }

    /** Makes a large picture small. */
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

    /** Where a row, or a column, begins that has its centre of mass in the middle. */
    private int start(int length, int stride) {
        double mass = 0;
        double moment = 0;
        for (int i = 0; i < amounts.length; i++) {
            mass += amounts[i];
            moment += amounts[i] * (i / stride % length);
        }
        return (int) Math.max(0, Math.min(Math.round(CENTRE - moment / mass), DigitImages.SIDE - length));
    }

    /** The least rectangle that holds all ink, without the paper's texture. */
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

    /** The mean of what each new pixel covers. */
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
