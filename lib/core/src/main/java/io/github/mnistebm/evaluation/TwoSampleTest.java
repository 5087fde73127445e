package io.github.mnistebm.evaluation;

/**
 * The classifier two-sample test with a nearest neighbour (Lopez-Paz &amp; Oquab 2017, "Revisiting classifier two-sample tests"): the
 * share of all points whose nearest other point is of their own sample. It is one half where nothing distinguishes the samples.
 */
public final class TwoSampleTest {

    private TwoSampleTest() {}

    /**
     * Computes the share.
     *
     * @param first the points of the first sample, row by row
     * @param second those of the second one, as many
     * @param dimension the number of coordinates of a point
     * @return the share, in [0, 1]
     * @throws IllegalArgumentException if the samples are not of the same size
     */
    public static double share(float[] first, float[] second, int dimension) {
        if (first.length != second.length) {
            throw new IllegalArgumentException(
                    "second: expected " + first.length / dimension + " points, found " + second.length / dimension);
        }
        int n = first.length / dimension;
        float[] all = new float[2 * n * dimension];
        System.arraycopy(first, 0, all, 0, n * dimension);
        System.arraycopy(second, 0, all, n * dimension, n * dimension);
        int right = 0;
        for (int i = 0; i < 2 * n; i++) {
            right += i < n == nearest(all, i, dimension) < n ? 1 : 0;
        }
        return right / (2.0 * n);
    }

    private static int nearest(float[] points, int of, int dimension) {
        int nearest = -1;
        float least = Float.POSITIVE_INFINITY;
        for (int i = 0; i < points.length / dimension; i++) {
            float distance = 0;
            for (int j = 0; j < dimension; j++) {
                float difference = points[i * dimension + j] - points[of * dimension + j];
                distance += difference * difference;
            }
            if (i != of && distance < least) {
                least = distance;
                nearest = i;
            }
        }
        return nearest;
    }
}
