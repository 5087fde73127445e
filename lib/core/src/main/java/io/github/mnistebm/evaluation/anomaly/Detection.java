package io.github.mnistebm.evaluation.anomaly;

import java.util.Arrays;

/** The power of a score to separate anomalies, which should score high, from usual images. */
public final class Detection {

    private Detection() {}

    /**
     * Computes the area under the receiver operating characteristic: the probability that an anomaly scores higher than
     * something usual, ties counted half (Hanley &amp; McNeil 1982, equation 1).
     *
     * @param usual scores, at least one
     * @param anomalies scores, at least one
     * @return the area, in [0, 1]
     * @throws IllegalArgumentException if there is none of one kind
     */
    public static double auroc(double[] usual, double[] anomalies) {
        requireBoth(usual, anomalies);
        double[] sortedUsual = usual.clone();
        double[] sortedAnomalies = anomalies.clone();
        Arrays.sort(sortedUsual);
        Arrays.sort(sortedAnomalies);
        double sum = 0;
        int below = 0;
        int notAbove = 0;
        for (double anomaly : sortedAnomalies) {
            while (below < sortedUsual.length && sortedUsual[below] < anomaly) {
                below++;
            }
            while (notAbove < sortedUsual.length && sortedUsual[notAbove] <= anomaly) {
                notAbove++;
            }
            sum += (below + notAbove) / 2.0;
        }
        return sum / ((double) anomalies.length * usual.length);
    }

    /**
     * Computes the area under the precision-recall curve as the average precision: the mean over the anomalies of the precision
     * among all that score at least as high (Davis &amp; Goadrich 2006; without interpolation).
     *
     * @param usual scores, at least one
     * @param anomalies scores, at least one
     * @return the area, in (0, 1]; by chance, the share of the anomalies
     * @throws IllegalArgumentException if there is none of one kind
     */
    public static double averagePrecision(double[] usual, double[] anomalies) {
        requireBoth(usual, anomalies);
        double[] sortedUsual = usual.clone();
        double[] sortedAnomalies = anomalies.clone();
        Arrays.sort(sortedUsual);
        Arrays.sort(sortedAnomalies);
        double sum = 0;
        int below = 0;
        int usualBelow = 0;
        for (int i = 0; i < sortedAnomalies.length; i++) {
            while (sortedAnomalies[below] < sortedAnomalies[i]) {
                below++;
            }
            while (usualBelow < sortedUsual.length && sortedUsual[usualBelow] < sortedAnomalies[i]) {
                usualBelow++;
            }
            double found = sortedAnomalies.length - below;
            sum += found / (found + sortedUsual.length - usualBelow);
        }
        return sum / sortedAnomalies.length;
    }

    private static void requireBoth(double[] usual, double[] anomalies) {
        if (usual.length == 0 || anomalies.length == 0) {
            throw new IllegalArgumentException("scores: expected at least one of each kind, found " + usual.length
                    + " usual and " + anomalies.length + " anomalies");
        }
    }
}
