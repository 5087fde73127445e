package io.github.mnistebm.web;

import java.util.Arrays;

/** Numbers in order, with their histogram. */
record Distribution(double[] sorted, Histogram histogram) {

    private static final int BINS = 40;

    /**
     * How many numbers lie in each of some equal bins.
     *
     * @param edges of the bins, one more than there are bins; a number on an edge is in the bin above it
     * @param counts of the bins
     */
    record Histogram(double[] edges, int[] counts) {}

    static Distribution of(double[] values) {
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

    /** The share of the numbers that are less than a value. */
    double shareBelow(double value) {
        int index = Arrays.binarySearch(sorted, value);
        return (double) (index < 0 ? -index - 1 : index) / sorted.length;
    }
}
