package io.github.mnistebm.web;

import io.github.mnistebm.data.DigitImages;
import java.util.Base64;

/** Images on their way to JSON. */
final class Pixels {

    private static final int SIDE = DigitImages.SIDE;

    private Pixels() {}

    /** From bytes row by row to {@code [n][28][28]}. */
    static byte[][][] nested(byte[] pixels) {
        byte[][][] images = new byte[pixels.length / DigitImages.PIXELS][SIDE][SIDE];
        for (int i = 0; i < pixels.length; i++) {
            images[i / DigitImages.PIXELS][i / SIDE % SIDE][i % SIDE] = pixels[i];
        }
        return images;
    }

    /** From one image row by row to {@code [28][28]}. */
    static float[][] nested(float[] pixels) {
        float[][] image = new float[SIDE][SIDE];
        for (int i = 0; i < pixels.length; i++) {
            image[i / SIDE][i % SIDE] = pixels[i];
        }
        return image;
    }

    /** From coordinates one after the other to {@code [n][2]}, in hundredths. */
    static float[][] pairs(float[] coordinates) {
        float[][] pairs = new float[coordinates.length / 2][2];
        for (int i = 0; i < coordinates.length; i++) {
            pairs[i / 2][i % 2] = Math.round(100 * coordinates[i]) / 100f;
        }
        return pairs;
    }

    /** Writes probabilities in fifteenths, two a byte, the first in the higher half, in Base64: a twelfth of the space of numbers. */
    static String frame(float[] means) {
        byte[] bytes = new byte[means.length / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (Math.round(15 * means[2 * i]) << 4 | Math.round(15 * means[2 * i + 1]));
        }
        return Base64.getEncoder().encodeToString(bytes);
    }
}
