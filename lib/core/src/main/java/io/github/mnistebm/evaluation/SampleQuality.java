package io.github.mnistebm.evaluation;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The quality of images, as measured by a classifier.
 *
 * @param images the number of images
 * @param confidentShare the share that it reads with a probability of more than {@value #CONFIDENT}
 * @param meanConfidence mean probability of the class that it reads
 * @param classShares the share of each class by its name, such as {@code "digit 7"} or {@code "class cat"}, by the most probable one
 * @param frechetDistance between their features and those of real images ({@link FrechetDistance})
 * @param neighbours the overlap of their features with those of real images, by the {@value #NEIGHBOUR}th nearest neighbour
 */
public record SampleQuality(
        long images,
        double confidentShare,
        double meanConfidence,
        Map<String, Double> classShares,
        double frechetDistance,
        PrecisionRecall neighbours) {

    /** The measure {@link #frechetDistance()}, by name. */
    public static final String FRECHET_DISTANCE = "Fréchet distance";

    /** The measure {@link PrecisionRecall#precision()}, by name. */
    public static final String PRECISION = "precision";

    /** The measure {@link PrecisionRecall#recall()}, by name. */
    public static final String RECALL = "recall";

    /** An image read with a probability of more than this counts as read with confidence. */
    public static final double CONFIDENT = 0.9;

    /** The neighbour that precision and recall go by. */
    public static final int NEIGHBOUR = 5;

    /**
     * Measures images.
     *
     * @param classifier the reader
     * @param images 0 and 1, {@code [n, 784]} with n &gt; {@value #NEIGHBOUR}
     * @param real the images to compare with, 0 and 1, {@code [m, 784]} with m &gt; {@value #NEIGHBOUR}
     * @return the measurements
     * @throws IllegalArgumentException if there are too few images
     */
    public static SampleQuality of(DigitClassifier classifier, NDArray images, NDArray real) {
        return Scope.compute(() -> {
            return ofFeatures(classifier, images, classifier.features(real));
        });
    }

    /** The same from the features of the real images, which several sets are compared with. */
    static SampleQuality ofFeatures(DigitClassifier classifier, NDArray images, NDArray realFeatures) {
        return Scope.compute(() -> {
            NDArray probabilities = classifier.probabilities(images);
            float[] confidence = probabilities.max(new int[] {1}).toFloatArray();
            long[] read = probabilities.argMax(1).toLongArray();
            List<String> classes = classifier.dataSet().classes();
            int[] counts = new int[classes.size()];
            int confident = 0;
            double sum = 0;
            for (int i = 0; i < read.length; i++) {
                counts[(int) read[i]]++;
                confident += confidence[i] > CONFIDENT ? 1 : 0;
                sum += confidence[i];
            }
            String noun = classifier.dataSet().noun() + " ";
            Map<String, Double> shares = new LinkedHashMap<>();
            for (int label = 0; label < counts.length; label++) {
                shares.put(noun + classes.get(label), (double) counts[label] / read.length);
            }
            NDArray features = classifier.features(images);
            return new SampleQuality(
                    read.length,
                    (double) confident / read.length,
                    sum / read.length,
                    shares,
                    FrechetDistance.between(features, realFeatures),
                    PrecisionRecall.between(realFeatures, features, NEIGHBOUR));
        });
    }

    /**
     * Returns the measurements by name.
     *
     * @return names and numbers, in a fixed order
     */
    public Map<String, Double> toMap() {
        Map<String, Double> map = new LinkedHashMap<>();
        map.put("images", (double) images);
        map.put("share read with confidence above " + CONFIDENT, confidentShare);
        map.put("mean confidence", meanConfidence);
        map.put(FRECHET_DISTANCE, frechetDistance);
        map.put(PRECISION, neighbours.precision());
        map.put(RECALL, neighbours.recall());
        map.put("density", neighbours.density());
        map.put("coverage", neighbours.coverage());
        classShares.forEach((name, share) -> map.put("share of " + name, share));
        return map;
    }

    /**
     * Puts measurements of several sets of images side by side.
     *
     * @param sets the sets by name, at least one
     * @return a row a measure, a column a set
     */
    public static Table table(Map<String, SampleQuality> sets) {
        StringColumn measures = StringColumn.create("measure");
        sets.values().iterator().next().toMap().keySet().forEach(measures::append);
        Table table = Table.create("quality", measures);
        sets.forEach((name, quality) -> {
            DoubleColumn values = DoubleColumn.create(name);
            quality.toMap().values().forEach(values::append);
            table.addColumns(values);
        });
        return table;
    }
}
