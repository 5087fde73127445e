package io.github.mnistebm.morphology;

import java.util.Arrays;

/**
 * The medial axis of a shape: the pixels that are left when its outside is peeled off, nearest to the edge first, as long as neither its
 * parts nor its holes change and no line becomes shorter (Blum 1967; distance-ordered thinning, Pudney 1998). Two white pixels that touch
 * at a corner are connected, two black ones are not.
 */
final class MedialAxis {

    /** The eight neighbours in order around a pixel; every other one shares a side with it. */
    private static final int[] DX = {1, 1, 0, -1, -1, -1, 0, 1};

    private static final int[] DY = {0, 1, 1, 1, 0, -1, -1, -1};

    /** Whether the middle of a pattern can be peeled off, by the bits of its neighbours. */
    private static final boolean[] REMOVABLE = removable();

    private static final int INDEX_BITS = 20;

    /** With a black frame of one pixel, so that each pixel has eight neighbours. */
    private final int width;

    private final boolean[] white;
    private final int[] squaredDistances;
    private final int[] steps = new int[8];

    private MedialAxis(boolean[] shape, int side) {
        width = side + 2;
        white = new boolean[width * width];
        for (int y = 0; y < side; y++) {
            System.arraycopy(shape, y * side, white, (y + 1) * width + 1, side);
        }
        for (int i = 0; i < steps.length; i++) {
            steps[i] = DY[i] * width + DX[i];
        }
        squaredDistances = squaredDistances();
    }

    /** The mean distance of the axis from the nearest black pixel, and the length of its links. */
    record Summary(double meanDistance, double length) {}

    /** Measures the axis of a shape of a square image; zeros if it is black all over. */
    static Summary of(boolean[] shape, int side) {
        MedialAxis axis = new MedialAxis(shape, side);
        axis.peel();
        return axis.summary();
    }

    /** The distance down each column first, then the nearest over columns: no further than the best found. */
    private int[] squaredDistances() {
        int[] down = new int[white.length];
        for (int i = width; i < white.length; i++) {
            down[i] = white[i] ? down[i - width] + 1 : 0;
        }
        for (int i = white.length - width - 1; i >= 0; i--) {
            down[i] = Math.min(down[i], down[i + width] + 1);
        }
        int[] squares = new int[white.length];
        for (int i = 0; i < white.length; i++) {
            int best = down[i] * down[i];
            for (int aside = 1; aside * aside < best; aside++) {
                int left = down[i - aside];
                int right = down[i + aside];
                int least = Math.min(left, right);
                best = Math.min(best, least * least + aside * aside);
            }
            squares[i] = best;
        }
        return squares;
    }

    /** In the order of the distances; of the same distance, corners first, and then in an order that prefers no direction. */
    private void peel() {
        long[] order = new long[white.length];
        int count = 0;
        for (int i = 0; i < white.length; i++) {
            if (white[i]) {
                long scattered = (i * 0x9E3779B9L >>> 12) & 0xff;
                long rank = ((long) squaredDistances[i] << 4 | Integer.bitCount(neighbours(i))) << 8 | scattered;
                order[count++] = rank << INDEX_BITS | i;
            }
        }
        Arrays.sort(order, 0, count);
        for (int k = 0; k < count; k++) {
            int i = (int) (order[k] & ((1L << INDEX_BITS) - 1));
            white[i] = !REMOVABLE[neighbours(i)];
        }
    }

    private int neighbours(int i) {
        int bits = 0;
        for (int n = 0; n < steps.length; n++) {
            bits |= white[i + steps[n]] ? 1 << n : 0;
        }
        return bits;
    }

    private Summary summary() {
        int count = 0;
        double distances = 0;
        double length = 0;
        for (int i = 0; i < white.length; i++) {
            if (white[i]) {
                count++;
                distances += Math.sqrt(squaredDistances[i]);
                // The links to the half of the neighbours that come later.
                for (int n = 0; n < 4; n++) {
                    length += !white[i + steps[n]] ? 0 : n % 2 == 0 ? 1 : Math.sqrt(2);
                }
            }
        }
        return new Summary(count == 0 ? 0 : distances / count, length);
    }

    private static boolean[] removable() {
        boolean[] removable = new boolean[1 << 8];
        for (int bits = 0; bits < removable.length; bits++) {
            removable[bits] = Integer.bitCount(bits) > 1 && isSimple(bits);
        }
        return removable;
    }

    /**
     * Returns whether the white neighbours form one part and the black ones that share a side with the middle too: the changes from black to
     * white around the middle, with a black corner between two white sides as white, are one.
     */
    private static boolean isSimple(int bits) {
        int changes = 0;
        for (int n = 0; n < 8; n += 2) {
            boolean side = (bits >> n & 1) != 0;
            boolean corner = (bits >> n + 1 & 1) != 0;
            boolean next = (bits >> (n + 2) % 8 & 1) != 0;
            changes += !side && (corner || next) ? 1 : 0;
        }
        return changes == 1;
    }
}
