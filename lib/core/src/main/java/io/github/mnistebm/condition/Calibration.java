package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.morphology.Measure;
import io.github.mnistebm.tensor.Scope;
import java.util.Arrays;
import java.util.Locale;

/**
 * How far the probabilities of conditions are to be trusted, on latents that the networks were not trained with.
 *
 * @param accuracy the share of latents whose most probable class is theirs
 * @param expectedCalibrationError the mean difference between the probability of the most probable class and the share that is of it,
 *     over {@value #BINS} bins (Guo, Pleiss, Sun &amp; Weinberger 2017, "On calibration of modern neural networks", equation 3)
 * @param errors the root mean square error of the location of each measure, in its unit
 * @param coverages for each measure the share of values that lie in central intervals of the {@link #levels}
 */
public record Calibration(double accuracy, double expectedCalibrationError, double[] errors, double[][] coverages) {

    private static final int BINS = 15;
    private static final double[] LEVELS = {0.5, 0.8, 0.9, 0.95};

    /**
     * Returns the probabilities of the intervals.
     *
     * @return a copy of the levels, from 0 to 1
     */
    public static double[] levels() {
        return LEVELS.clone();
    }

    /**
     * Measures the calibration of networks.
     *
     * @param networks the networks
     * @param examples latents that they were not trained with
     * @return the calibration
     */
    public static Calibration of(ConditionNetworks networks, Examples examples) {
        float[] probabilities =
                Scope.compute(() -> networks.probabilities(examples.latents()).toFloatArray());
        int classes = networks.classes();
        int n = examples.labels().length;
        double[] confidences = new double[BINS];
        double[] hits = new double[BINS];
        for (int i = 0; i < n; i++) {
            int best = 0;
            for (int c = 1; c < classes; c++) {
                best = probabilities[i * classes + c] > probabilities[i * classes + best] ? c : best;
            }
            double confidence = probabilities[i * classes + best];
            int bin = Math.min(BINS - 1, (int) (confidence * BINS));
            confidences[bin] += confidence;
            hits[bin] += best == (examples.labels()[i] & 0xff) ? 1 : 0;
        }
        double error = 0;
        for (int bin = 0; bin < BINS; bin++) {
            error += Math.abs(confidences[bin] - hits[bin]) / n;
        }
        int m = examples.morphologies().length;
        double[] errors = new double[ConditionNetworks.MEASURES];
        double[][] coverages = new double[ConditionNetworks.MEASURES][LEVELS.length];
        if (m > 0) {
            float[] outputs = Scope.compute(() -> {
                NDArray measured = examples.latents().get("0:" + m);
                return networks.measures(measured).toFloatArray();
            });
            for (Measure measure : Measure.values()) {
                int k = measure.ordinal();
                for (int i = 0; i < m; i++) {
                    double location = outputs[i * 2 * ConditionNetworks.MEASURES + k];
                    double scale =
                            Math.exp(outputs[i * 2 * ConditionNetworks.MEASURES + ConditionNetworks.MEASURES + k]);
                    double residual = examples.morphologies()[i].value(measure) - location;
                    errors[k] += residual * residual / m;
                    double central = 2 * Link.sigmoid(Math.abs(residual) / scale) - 1;
                    for (int level = 0; level < LEVELS.length; level++) {
                        coverages[k][level] += central <= LEVELS[level] ? 1.0 / m : 0;
                    }
                }
                errors[k] = Math.sqrt(errors[k]);
            }
        }
        return new Calibration(Arrays.stream(hits).sum() / n, error, errors, coverages);
    }

    /**
     * Returns the greatest difference between a level and the coverage of its intervals.
     *
     * @return from 0 to 1
     */
    public double coverageError() {
        double greatest = 0;
        for (double[] coverage : coverages) {
            for (int level = 0; level < LEVELS.length; level++) {
                greatest = Math.max(greatest, Math.abs(coverage[level] - LEVELS[level]));
            }
        }
        return greatest;
    }

    /**
     * Describes the calibration.
     *
     * @return words such as {@code reads 0.981 rightly, calibration error 0.004, intervals within 1.4 points}
     */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "reads %.3f rightly, calibration error %.4f, intervals within %.1f points",
                accuracy,
                expectedCalibrationError,
                100 * coverageError());
    }
}
