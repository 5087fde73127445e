package io.github.mnistebm.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What a classifier says of drawn images.
 *
 * @param images how many were drawn
 * @param confidentShare the share that it reads with a probability of more than {@value #CONFIDENT}
 * @param meanConfidence mean probability of the digit that it reads
 * @param classShares the share of each digit 0 to 9, by the most probable one
 * @param frechetDistance between the features of the drawn images and those of real ones ({@link FrechetDistance})
 */
public record SampleQuality(
        long images, double confidentShare, double meanConfidence, List<Double> classShares, double frechetDistance) {

    /** A digit read with a probability of more than this counts as read with confidence. */
    public static final double CONFIDENT = 0.9;

    /**
     * Measures drawn images.
     *
     * @param classifier the reader
     * @param drawn 0 and 1, {@code [n, 784]}
     * @param real the images to compare with, 0 and 1, {@code [m, 784]}
     * @return the measurements
     */
    public static SampleQuality of(DigitClassifier classifier, NDArray drawn, NDArray real) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray probabilities = classifier.probabilities(drawn);
            float[] confidence = probabilities.max(new int[] {1}).toFloatArray();
            long[] digits = probabilities.argMax(1).toLongArray();
            double[] shares = new double[10];
            int confident = 0;
            double sum = 0;
            for (int i = 0; i < digits.length; i++) {
                shares[(int) digits[i]] += 1.0 / digits.length;
                confident += confidence[i] > CONFIDENT ? 1 : 0;
                sum += confidence[i];
            }
            return new SampleQuality(
                    digits.length,
                    (double) confident / digits.length,
                    sum / digits.length,
                    Arrays.stream(shares).boxed().toList(),
                    FrechetDistance.between(classifier.features(drawn), classifier.features(real)));
        }
    }

    /**
     * Returns the measurements by name, for a model card.
     *
     * @return names and values, in a fixed order
     */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("images", images);
        map.put("share read with confidence above " + CONFIDENT, confidentShare);
        map.put("mean confidence", meanConfidence);
        map.put("class shares", classShares);
        map.put("frechet distance to test images", frechetDistance);
        return map;
    }

    /**
     * Returns the measurements as a table.
     *
     * @param name of the table
     * @return a row for each
     */
    public Table toTable(String name) {
        StringColumn measures = StringColumn.create("measure");
        DoubleColumn values = DoubleColumn.create("value");
        measures.append("share read with confidence above " + CONFIDENT);
        values.append(confidentShare);
        measures.append("mean confidence");
        values.append(meanConfidence);
        measures.append("Fréchet distance to test images");
        values.append(frechetDistance);
        for (int digit = 0; digit < classShares.size(); digit++) {
            measures.append("share of digit " + digit);
            values.append(classShares.get(digit));
        }
        return Table.create(name, measures, values);
    }
}
