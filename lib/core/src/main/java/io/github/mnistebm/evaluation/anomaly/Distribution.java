package io.github.mnistebm.evaluation.anomaly;

import java.util.Arrays;

/**
 * A sample in order, with its histogram; places another value within it.
 *
 * @param sorted the numbers, the least first
 * @param histogram in {@value #BINS} equal bins
 */
public record Distribution(double[] sorted, Histogram histogram) {

    /** The bins of a histogram. */
    public static final int BINS = 40;

    /**
     * The counts of numbers in equal bins.
     *
     * @param edges the edges of the bins, one more than there are bins; a number on an edge is in the bin above it
     * @param counts the counts of the bins
     */
    public record Histogram(double[] edges, int[] counts) {}

    /**
     * Orders numbers.
     *
     * @param values at least one; left as they are
     * @return their distribution
     * @throws IllegalArgumentException if there are none
     */
    public static Distribution of(double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("distribution: expected at least one value, found none");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double least = sorted[0];
        double width = (sorted[sorted.length - 1] - least) / BINS;
        double[] edges = new double[BINS + 1];
        Arrays.setAll(edges, i -> least + i * width);
        int[] counts = new int[BINS];
        for (double value : sorted) {
            counts[width > 0 ? Math.min(BINS - 1, (int) ((value - least) / width)) : 0]++;
        }
        return new Distribution(sorted, new Histogram(edges, counts));
    }

    /**
     * Returns the share of the numbers that are less than a value.
     *
     * @param value the value
     * @return in [0, 1]
     */
    public double shareBelow(double value) {
        int index = Arrays.binarySearch(sorted, value);
        while (index > 0 && sorted[index - 1] == value) {
            index--;
        }
        return (double) (index < 0 ? -index - 1 : index) / sorted.length;
    }
}
