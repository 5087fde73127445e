package io.github.mnistebm.evaluation.anomaly;

import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/** Makes binary images that are no digits. Each is {@code 784} bytes of 0 and 1, row-major, one image after the other. */
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

    /**
     * Draws garments like those of Fashion-MNIST, in turn shirts, trousers, dresses, bags and shoes, as white shapes of random
     * measures.
     *
     * @param count the number of images
     * @param seed the seed of the random numbers
     * @return {@code count * 784} bytes
     */
    public static byte[] garments(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] images = new byte[count * DigitImages.PIXELS];
        for (int image = 0; image < count; image++) {
            BufferedImage canvas = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
            Graphics2D graphics = canvas.createGraphics();
            graphics.setColor(Color.WHITE);
            graphics.setStroke(new BasicStroke(2));
            switch (image % 5) {
                case 0 -> shirt(graphics, random);
                case 1 -> trousers(graphics, random);
                case 2 -> dress(graphics, random);
                case 3 -> bag(graphics, random);
                default -> shoe(graphics, random);
            }
            graphics.dispose();
            for (int pixel = 0; pixel < DigitImages.PIXELS; pixel++) {
                images[image * DigitImages.PIXELS + pixel] = (byte)
                        (canvas.getRaster().getSample(pixel % SIDE, pixel / SIDE, 0) > Binarization.LAST_BLACK ? 1 : 0);
            }
        }
        return images;
    }

    private static void shirt(Graphics2D graphics, SplittableRandom random) {
        int half = random.nextInt(4, 7);
        int top = random.nextInt(2, 6);
        int sleeve = random.nextInt(6, 18);
        graphics.fill(polygon(
                14 - half,
                top,
                14 + half,
                top,
                25,
                top + 4,
                25,
                top + sleeve,
                22,
                top + sleeve,
                14 + half,
                top + 8,
                14 + half,
                25,
                14 - half,
                25,
                14 - half,
                top + 8,
                6,
                top + sleeve,
                3,
                top + sleeve,
                3,
                top + 4));
    }

    private static void trousers(Graphics2D graphics, SplittableRandom random) {
        int half = random.nextInt(4, 8);
        int crotch = random.nextInt(7, 13);
        int leg = random.nextInt(3, 5);
        graphics.fill(polygon(
                14 - half,
                2,
                14 + half,
                2,
                15 + half,
                26,
                15 + half - leg,
                26,
                14,
                crotch,
                13 - half + leg,
                26,
                13 - half,
                26));
    }

    private static void dress(Graphics2D graphics, SplittableRandom random) {
        int shoulder = random.nextInt(2, 5);
        int waist = random.nextInt(8, 14);
        int hem = random.nextInt(6, 11);
        graphics.fill(polygon(
                14 - shoulder,
                1,
                14 + shoulder,
                1,
                13 + shoulder,
                waist,
                14 + hem,
                26,
                14 - hem,
                26,
                15 - shoulder,
                waist));
    }

    private static void bag(Graphics2D graphics, SplittableRandom random) {
        int half = random.nextInt(8, 13);
        int top = random.nextInt(9, 14);
        graphics.fillRect(14 - half, top, 2 * half, 25 - top);
        graphics.drawArc(14 - half / 2, top - 7, half, 14, 0, 180);
    }

    private static void shoe(Graphics2D graphics, SplittableRandom random) {
        int heel = random.nextInt(7, 16);
        int toe = random.nextInt(15, 19);
        graphics.fill(polygon(2, heel, 10, heel, 15, toe - 1, 25, toe, 26, 22, 2, 22));
    }

    private static Polygon polygon(int... corners) {
        Polygon polygon = new Polygon();
        for (int i = 0; i < corners.length; i += 2) {
            polygon.addPoint(corners[i], corners[i + 1]);
        }
        return polygon;
    }
}
