package io.github.mnistebm.morphology;

import io.github.mnistebm.data.DigitImages;

/**
 * A binary image, four times as wide and as high and smooth: cubic convolution (Keys 1981, "Cubic convolution interpolation for digital
 * image processing", equation 15), then a normal filter with the standard deviation of a pyramid, a third of the factor (2 · 4 / 6). Both
 * act on rows and columns alike, so that one matrix A makes the image A X Aᵀ. All is black outside.
 */
final class Magnification {

    static final int SCALE = 4;
    static final int SIDE = SCALE * DigitImages.SIDE;

    private static final double DEVIATION = SCALE / 3.0;

    /** A, and of each row the columns that are not zero. */
    private static final float[][] MATRIX = matrix();

    private static final int[][] SUPPORT = support();

    private Magnification() {}

    /** Returns the grey values of the magnified image, row by row, {@code [112 * 112]}. */
    static float[] of(byte[] pixels) {
        int side = DigitImages.SIDE;
        float[] large = new float[SIDE * SIDE];
        float[] line = new float[side];
        for (int row = 0; row < SIDE; row++) {
            boolean black = true;
            for (int x = 0; x < side; x++) {
                float sum = 0;
                for (int y = SUPPORT[row][0]; y < SUPPORT[row][1]; y++) {
                    sum += pixels[y * side + x] != 0 ? MATRIX[row][y] : 0;
                }
                line[x] = sum;
                black &= sum == 0;
            }
            for (int column = 0; column < SIDE && !black; column++) {
                float sum = 0;
                for (int x = SUPPORT[column][0]; x < SUPPORT[column][1]; x++) {
                    sum += MATRIX[column][x] * line[x];
                }
                large[row * SIDE + column] = sum;
            }
        }
        return large;
    }

    private static float[][] matrix() {
        double[][] interpolation = new double[SIDE][DigitImages.SIDE];
        for (int large = 0; large < SIDE; large++) {
            double at = (large + 0.5) / SCALE - 0.5;
            for (int small = 0; small < DigitImages.SIDE; small++) {
                interpolation[large][small] = cubic(Math.abs(at - small));
            }
        }
        float[][] matrix = new float[SIDE][DigitImages.SIDE];
        double total = 0;
        for (int offset = -SIDE; offset <= SIDE; offset++) {
            total += normal(offset);
        }
        for (int row = 0; row < SIDE; row++) {
            for (int small = 0; small < DigitImages.SIDE; small++) {
                double sum = 0;
                for (int other = 0; other < SIDE; other++) {
                    sum += normal(other - row) / total * interpolation[other][small];
                }
                matrix[row][small] = (float) sum;
            }
        }
        return matrix;
    }

    private static double cubic(double distance) {
        if (distance < 1) {
            return (1.5 * distance - 2.5) * distance * distance + 1;
        }
        return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0;
    }

    /** Cut off at four standard deviations. */
    private static double normal(int offset) {
        double standardized = offset / DEVIATION;
        return Math.abs(standardized) <= 4 ? Math.exp(-standardized * standardized / 2) : 0;
    }

    private static int[][] support() {
        int[][] support = new int[SIDE][2];
        for (int row = 0; row < SIDE; row++) {
            int from = 0;
            int to = DigitImages.SIDE;
            while (MATRIX[row][from] == 0) {
                from++;
            }
            while (MATRIX[row][to - 1] == 0) {
                to--;
            }
            support[row] = new int[] {from, to};
        }
        return support;
    }
}
