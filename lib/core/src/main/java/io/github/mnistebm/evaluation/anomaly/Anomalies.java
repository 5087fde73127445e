package io.github.mnistebm.evaluation.anomaly;

import io.github.mnistebm.data.DigitImages;
import java.util.SplittableRandom;

/** Makes binary images that are unlike those of a data set. Each is {@code 784} bytes of 0 and 1, row-major, one image after the other. */
public final class Anomalies {

    private static final int SIDE = DigitImages.SIDE;
    private static final int BLOCK = 4;
    private static final int BLOCKS = SIDE / BLOCK;

    private Anomalies() {}

    /**
     * Makes images whose pixels are white with probability one half, each by itself.
     *
     * @param count the number of images
     * @param seed the seed of the random numbers
     * @return {@code count * 784} bytes
     */
    public static byte[] noise(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] images = new byte[count * DigitImages.PIXELS];
        for (int i = 0; i < images.length; i++) {
            images[i] = (byte) random.nextInt(2);
        }
        return images;
    }

    /**
     * Cuts images into 7 × 7 blocks of 4 × 4 pixels, and puts the blocks of each together in another order.
     *
     * @param digits images, left as they are
     * @param seed the seed of the random numbers
     * @return as many bytes
     */
    public static byte[] shuffledBlocks(byte[] digits, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] images = new byte[digits.length];
        int[] order = new int[BLOCKS * BLOCKS];
        for (int start = 0; start < digits.length; start += DigitImages.PIXELS) {
            for (int i = 0; i < order.length; i++) {
                // Fisher and Yates, from the inside out.
                int j = random.nextInt(i + 1);
                order[i] = order[j];
                order[j] = i;
            }
            for (int block = 0; block < order.length; block++) {
                for (int row = 0; row < BLOCK; row++) {
                    System.arraycopy(
                            digits, start + pixel(order[block], row), images, start + pixel(block, row), BLOCK);
                }
            }
        }
        return images;
    }

    /** The first pixel of a row of a block. */
    private static int pixel(int block, int row) {
        return (block / BLOCKS * BLOCK + row) * SIDE + block % BLOCKS * BLOCK;
    }
}
