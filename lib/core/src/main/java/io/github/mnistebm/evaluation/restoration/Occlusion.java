package io.github.mnistebm.evaluation.restoration;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.data.DigitImages;
import java.util.SplittableRandom;

/** Ways to hide half the pixels of an image. */
public enum Occlusion {
    /** Half the pixels, at random, of each image others. */
    RANDOM_HALF("random pixels"),
    /** The lower 14 rows. */
    LOWER_HALF("lower half"),
    /** The right 14 columns. */
    RIGHT_HALF("right half");

    private final String label;

    Occlusion(String label) {
        this.label = label;
    }

    /**
     * Computes the mask of the pixels that stay known.
     *
     * @param manager the owner of the result
     * @param count the number of images
     * @param seed the seed of the random numbers
     * @return 1 where a pixel is known, 0 where it is hidden; unsigned bytes, {@code [count, 784]}
     */
    public NDArray known(NDManager manager, int count, long seed) {
        byte[] known = new byte[count * DigitImages.PIXELS];
        SplittableRandom random = new SplittableRandom(seed);
        for (int image = 0; image < count; image++) {
            int left = DigitImages.PIXELS / 2;
            for (int pixel = 0; pixel < DigitImages.PIXELS; pixel++) {
                boolean kept =
                        switch (this) {
                            case RANDOM_HALF -> random.nextInt(DigitImages.PIXELS - pixel) < left;
                            case LOWER_HALF -> pixel / DigitImages.SIDE < DigitImages.SIDE / 2;
                            case RIGHT_HALF -> pixel % DigitImages.SIDE < DigitImages.SIDE / 2;
                        };
                if (kept) {
                    known[image * DigitImages.PIXELS + pixel] = 1;
                    left--;
                }
            }
        }
        return DigitImages.array(manager, known);
    }

    @Override
    public String toString() {
        return label;
    }
}
