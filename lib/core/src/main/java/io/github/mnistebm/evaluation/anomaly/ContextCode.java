package io.github.mnistebm.evaluation.anomaly;

import io.github.mnistebm.data.DigitImages;

/**
 * The length of the code of a black and white image, in which each pixel costs −log of its probability given ten pixels before it: the
 * context of JBIG (ITU-T Recommendation T.82, the template of three lines). It knows the strokes of the training images and nothing of
 * their shapes, so it measures the complexity of an image whatever the image shows.
 */
final class ContextCode {

    private static final int SIDE = DigitImages.SIDE;

    /** Row and column of each pixel of the context, relative to the pixel that it precedes. */
    private static final int[][] TEMPLATE = {
        {-2, -1}, {-2, 0}, {-2, 1}, {-1, -2}, {-1, -1}, {-1, 0}, {-1, 1}, {-1, 2}, {0, -2}, {0, -1}
    };

    /** −log p(colour | context), nats, by colour and context. */
    private final double[][] nats;

    private ContextCode(double[][] nats) {
        this.nats = nats;
    }

    /**
     * Counts the colours that follow each context; a colour's probability is (count + ½) / (total + 1) (Krichevsky &amp; Trofimov 1981).
     *
     * @param images the training images, 0 and 1, {@code n * 784} row by row
     */
    static ContextCode fit(byte[] images) {
        long[][] counts = new long[2][1 << TEMPLATE.length];
        for (int start = 0; start < images.length; start += DigitImages.PIXELS) {
            for (int pixel = 0; pixel < DigitImages.PIXELS; pixel++) {
                counts[images[start + pixel]][context(images, start, pixel)]++;
            }
        }
        double[][] nats = new double[2][1 << TEMPLATE.length];
        for (int context = 0; context < nats[0].length; context++) {
            double total = Math.log(counts[0][context] + counts[1][context] + 1.0);
            for (int colour = 0; colour < 2; colour++) {
                nats[colour][context] = total - Math.log(counts[colour][context] + 0.5);
            }
        }
        return new ContextCode(nats);
    }

    /**
     * Returns the length of an image's code.
     *
     * @param images 0 and 1, {@code n * 784} row by row
     * @param start the first pixel of the image
     * @return nats
     */
    double length(byte[] images, int start) {
        double sum = 0;
        for (int pixel = 0; pixel < DigitImages.PIXELS; pixel++) {
            sum += nats[images[start + pixel]][context(images, start, pixel)];
        }
        return sum;
    }

    /** The colours of the context as the bits of a number; black outside the image. */
    private static int context(byte[] images, int start, int pixel) {
        int row = pixel / SIDE;
        int column = pixel % SIDE;
        int bits = 0;
        for (int[] offset : TEMPLATE) {
            int r = row + offset[0];
            int c = column + offset[1];
            bits <<= 1;
            if (r >= 0 && c >= 0 && c < SIDE) {
                bits |= images[start + r * SIDE + c];
            }
        }
        return bits;
    }
}
