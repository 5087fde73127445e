package io.github.mnistebm.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import java.util.function.UnaryOperator;

/** A rule by which grey values 0 to 255 become 0 and 1. */
public enum Binarization {
    /** White where the grey value exceeds 127. */
    THRESHOLD,
    /**
     * White with probability grey/255, (Salakhutdinov &amp; Murray 2008, "On the
     * quantitative analysis of deep belief networks", section 6). Every call draws anew.
     */
    STOCHASTIC;

    /** The largest grey value that {@link #THRESHOLD} makes black. */
    public static final int LAST_BLACK = 127;

    private static final double WHITE_ABOVE = 0.5;

    /** Random numbers for all of MNIST at once would take 0.2 GB. */
    private static final long ROWS_AT_ONCE = 2000;

    /**
     * Makes black and white images.
     *
     * @param grey unsigned bytes, {@code [n, 784]}
     * @param random the source of randomness; {@link #THRESHOLD} does not use it
     * @return unsigned bytes 0 and 1 of the same shape, attached to the manager of {@code grey}
     */
    public NDArray apply(NDArray grey, RandomSource random) {
        return switch (this) {
            case THRESHOLD -> threshold(grey);
            case STOCHASTIC ->
                binary(grey, rows -> random.uniform(rows.getManager(), 0, 255, rows.getShape())
                        .lt(rows.toType(DataType.FLOAT32, false)));
        };
    }

    /**
     * Makes black and white images of the means of Bernoulli pixels: white where white is the likelier.
     *
     * @param means the probabilities of white, of any shape
     * @return unsigned bytes 0 and 1 of the same shape
     */
    public static NDArray ofMeans(NDArray means) {
        try (NDArray white = means.gt(WHITE_ABOVE)) {
            return white.toType(DataType.UINT8, false);
        }
    }

    static NDArray threshold(NDArray grey) {
        return binary(grey, rows -> rows.gt(LAST_BLACK));
    }

    private static NDArray binary(NDArray grey, UnaryOperator<NDArray> white) {
        NDArray binary =
                Tensors.mapInParts(grey, ROWS_AT_ONCE, rows -> white.apply(rows).toType(DataType.UINT8, false));
        // The caller closes it, a surrounding scope does not.
        NDScope.unregister(binary);
        return binary;
    }
}
