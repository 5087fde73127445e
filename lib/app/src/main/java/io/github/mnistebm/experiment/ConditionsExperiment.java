package io.github.mnistebm.experiment;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.condition.Condition;
import io.github.mnistebm.condition.MeasuredCondition;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.evaluation.FrechetDistance;
import io.github.mnistebm.evaluation.TwoSampleTest;
import io.github.mnistebm.model.ConditionalSampler;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import io.github.mnistebm.morphology.Measure;
import io.github.mnistebm.morphology.Morphology;
import io.github.mnistebm.tensor.Scope;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Draws images given conditions on digits and measures, and compares them with the model's images without a condition of which all others were
 * thrown away (rejection, which is exact), and with real images that meet the condition. Not safe for use by several threads.
 */
public final class ConditionsExperiment {

    /** The fewest images that a comparison takes. */
    public static final int FEWEST = DigitClassifier.FEATURES + 1;

    private static final MathContext DIGITS = new MathContext(4);

    /** The most sets of images over which a distance is averaged. */
    private static final int MOST_PARTS = 10;

    private static final String CONDITION = "condition";

    private final DigitModel model;
    private final DigitClassifier classifier;
    private final int images;
    private final int seed;
    private final Drawn all;
    private final Real train;
    private final Real test;
    /** The test images, encoded and decoded, with their labels. */
    private final Real decoded;

    private final Table table;

    /** A column of the table. */
    private enum Column {
        SHARE("share of the model's images"),
        MET("read as asked"),
        REAL_MET("of decoded test images"),
        GREATEST_DEVIATION("greatest deviation, standard errors"),
        MEAN_DEVIATION("root mean square deviation"),
        NEIGHBOURS("two-sample test"),
        FRECHET_DISTANCE("Fréchet distance"),
        KEPT("of images kept by rejection"),
        FLOOR("of training images"),
        RATIO("ratio");

        private final String title;

        Column(String title) {
            this.title = title;
        }
    }

    /**
     * Images.
     *
     * @param pixels 0 and 1, n rows of 784
     * @param morphologies their measures
     */
    private record Images(byte[] pixels, Morphology[] morphologies) {

        static Images of(byte[] pixels) {
            return new Images(pixels, Morphology.ofAll(pixels));
        }

        int size() {
            return morphologies.length;
        }

        Images rows(int[] rows) {
            byte[] chosen = new byte[rows.length * DigitImages.PIXELS];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(
                        pixels, rows[i] * DigitImages.PIXELS, chosen, i * DigitImages.PIXELS, DigitImages.PIXELS);
            }
            return new Images(
                    chosen,
                    Arrays.stream(rows).mapToObj(row -> morphologies[row]).toArray(Morphology[]::new));
        }
    }

    /**
     * Draws of the model.
     *
     * @param latents u, n rows of d
     * @param images the image of each
     */
    private record Drawn(float[] latents, Images images) {

        int size() {
            return images.size();
        }

        Drawn rows(int[] rows) {
            int d = latents.length / size();
            float[] chosen = new float[rows.length * d];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(latents, rows[i] * d, chosen, i * d, d);
            }
            return new Drawn(chosen, images.rows(rows));
        }
    }

    /**
     * Images of the data set.
     *
     * @param images the images
     * @param labels their classes
     */
    private record Real(Images images, byte[] labels) {

        Images meeting(MeasuredCondition measured) {
            boolean[] met = measured.met(images.morphologies(), labels);
            return images.rows(
                    IntStream.range(0, met.length).filter(i -> met[i]).toArray());
        }
    }

    /** A drawing, which gives its latents and images to a sink. */
    @FunctionalInterface
    private interface Drawing {
        void into(DigitSampler.Sink sink) throws IOException;
    }

    /**
     * Creates an experiment, and draws the model's images without a condition. The first row of the table is about them.
     *
     * @param model the model, with the networks of conditions
     * @param classifier the classifier that reads the images
     * @param train the training images
     * @param test the test images
     * @param images the number of images to draw given each condition
     * @param pool the number of images to draw without one; at least {@code images}
     * @param seed the seed of the random numbers
     * @param progress the consumer of the number of images drawn without a condition
     * @throws IllegalStateException if the model lacks the networks of conditions
     * @throws IllegalArgumentException if there are too few images to compare
     */
    public ConditionsExperiment(
            DigitModel model,
            DigitClassifier classifier,
            DigitImages train,
            DigitImages test,
            int images,
            int pool,
            int seed,
            LongConsumer progress) {
        if (images < FEWEST || pool < images) {
            throw new IllegalArgumentException("images: expected at least " + FEWEST
                    + ", and as many without a condition, found " + images + " and " + pool);
        }
        this.model = model;
        this.classifier = classifier;
        this.images = images;
        this.seed = seed;
        model.requiredConditions();
        DigitSampler sampler = DigitSampler.of(model);
        long work = sampler.work(1);
        // With the same seed, these and the draws given conditions would share random numbers.
        all = drawn(pool, sink -> sampler.draw(pool, seed + 1, sink, steps -> progress.accept(steps / work)));
        try (NDArray binary = train.thresholded()) {
            this.train = new Real(Images.of(binary.toByteArray()), train.labels());
        }
        try (NDArray binary = test.thresholded()) {
            this.test = new Real(Images.of(binary.toByteArray()), test.labels());
            byte[] reconstructions =
                    Scope.compute(() -> model.decodeBinary(model.encode(binary)).toByteArray());
            decoded = new Real(Images.of(reconstructions), test.labels());
        }
        table = Table.create("conditions", StringColumn.create(CONDITION));
        for (Column column : Column.values()) {
            table.addColumns(DoubleColumn.create(column.title));
        }
        Map<Column, Double> row = new EnumMap<>(Column.class);
        putDistances(
                row,
                this.test.images(),
                Map.of(Column.FRECHET_DISTANCE, all.images(), Column.FLOOR, this.train.images()));
        append("none", row);
    }

    private Drawn drawn(int count, Drawing drawing) {
        FloatBuffer latents = FloatBuffer.allocate(count * model.energy().dimension());
        ByteBuffer pixels = ByteBuffer.allocate(count * DigitImages.PIXELS);
        try {
            drawing.into((some, binary, means) -> {
                latents.put(some.toFloatArray());
                pixels.put(binary.toByteArray());
            });
        } catch (IOException e) {
            throw new AssertionError("the sink throws nothing", e);
        }
        return new Drawn(latents.array(), Images.of(pixels.array()));
    }

    /**
     * Draws images given a condition, and adds a row of measurements. Cells are empty where too few images meet the condition.
     *
     * @param condition a condition on digits and measures
     * @param progress the consumer of the number of images drawn
     * @throws IllegalArgumentException if an energy states a part of the condition
     * @throws IllegalStateException if no image is found that meets it
     */
    public void add(Condition condition, LongConsumer progress) {
        Map<Column, Double> row = new EnumMap<>(Column.class);
        try {
            measure(condition, progress, row);
        } finally {
            append(condition.toString(), row);
        }
    }

    private void measure(Condition condition, LongConsumer progress, Map<Column, Double> row) {
        MeasuredCondition measured = model.measured(condition);
        Images reconstructions = decoded.meeting(measured);
        ConditionalSampler sampler = ConditionalSampler.of(model, condition);
        long work = sampler.work(1);
        Drawn given = drawn(images, sink -> sampler.draw(images, seed, sink, steps -> progress.accept(steps / work)));
        row.put(Column.MET, shareRead(measured, given.images()));
        if (reconstructions.size() > 0) {
            row.put(Column.REAL_MET, shareRead(measured, reconstructions));
        }
        Drawn kept = all.rows(kept(measured));
        row.put(Column.SHARE, (double) kept.size() / all.size());
        if (kept.size() >= FEWEST) {
            putDeviations(row, given, kept);
        }
        putDistances(
                row,
                test.meeting(measured),
                Map.of(
                        Column.FRECHET_DISTANCE,
                        given.images(),
                        Column.KEPT,
                        kept.images(),
                        Column.FLOOR,
                        train.meeting(measured)));
        if (row.containsKey(Column.FLOOR)) {
            row.put(
                    Column.RATIO,
                    row.get(Column.FRECHET_DISTANCE)
                            / row.get(Column.FLOOR)
                            * table.doubleColumn(Column.FLOOR.title).get(0)
                            / table.doubleColumn(Column.FRECHET_DISTANCE.title).get(0));
        }
    }

    private void append(String name, Map<Column, Double> row) {
        table.stringColumn(CONDITION).append(name);
        for (Column column : Column.values()) {
            Double value = row.get(column);
            // Tablesaw leaves the cell of a null empty.
            table.doubleColumn(column.title).append(value == null || !Double.isFinite(value) ? null : rounded(value));
        }
    }

    private static Double rounded(double value) {
        return new BigDecimal(value).round(DIGITS).doubleValue();
    }

    /** Returns the draws without a condition that rejection keeps. */
    private int[] kept(MeasuredCondition measured) {
        double[] logProbabilities = Scope.compute(
                () -> measured.logProbabilities(latents(all), all.images().morphologies()));
        return IntStream.range(0, all.size())
                .filter(i -> logProbabilities[i] == 0)
                .toArray();
    }

    /** Returns the share of images that meet a condition as the classifier reads them. */
    private double shareRead(MeasuredCondition measured, Images some) {
        boolean[] met = measured.met(some.morphologies(), Scope.compute(() -> classifier.read(array(some))));
        return IntStream.range(0, met.length).filter(i -> met[i]).count() / (double) met.length;
    }

    /** Compares sets of images with test images, as many of each set at a time, and at most as many as are drawn given a condition. */
    private void putDistances(Map<Column, Double> row, Images realTest, Map<Column, Images> sets) {
        int least = sets.values().stream().mapToInt(Images::size).min().orElseThrow();
        int same = Math.min(images, least);
        if (same < FEWEST || realTest.size() < FEWEST) {
            return;
        }
        Scope.run(() -> {
            NDArray features = classifier.features(array(realTest));
            sets.forEach((column, some) -> row.put(column, distance(some, same, features)));
        });
    }

    /** Returns the mean distance of so many of the images at a time, since it depends on their number. */
    private double distance(Images some, int same, NDArray features) {
        return IntStream.range(0, Math.min(MOST_PARTS, some.size() / same))
                .mapToDouble(part -> Scope.compute(() -> {
                    Images asMany = some.rows(
                            IntStream.range(part * same, (part + 1) * same).toArray());
                    return FrechetDistance.between(classifier.features(array(asMany)), features);
                }))
                .average()
                .orElseThrow();
    }

    private NDArray array(Images some) {
        return DigitImages.array(model.manager(), some.pixels());
    }

    private NDArray latents(Drawn drawn) {
        return model.manager().create(drawn.latents(), new Shape(drawn.size(), drawn.latents().length / drawn.size()));
    }

    /** Compares the means of energy, latents and measures, each in standard errors of their difference, and the latents by a two-sample test. */
    private void putDeviations(Map<Column, Double> row, Drawn given, Drawn kept) {
        double[] deviations = Scope.compute(() -> {
            NDArray first = quantities(given);
            NDArray second = quantities(kept);
            NDArray difference = first.mean(new int[] {0}).sub(second.mean(new int[] {0}));
            return difference
                    .div(squaredError(first).add(squaredError(second)).sqrt())
                    .toDoubleArray();
        });
        row.put(
                Column.GREATEST_DEVIATION,
                Arrays.stream(deviations).map(Math::abs).max().orElseThrow());
        row.put(
                Column.MEAN_DEVIATION,
                Math.sqrt(Arrays.stream(deviations).map(z -> z * z).average().orElseThrow()));
        int d = model.energy().dimension();
        int same = Math.min(given.size(), kept.size()) * d;
        row.put(
                Column.NEIGHBOURS,
                TwoSampleTest.share(Arrays.copyOf(given.latents(), same), Arrays.copyOf(kept.latents(), same), d));
    }

    private NDArray quantities(Drawn drawn) {
        NDArray latents = latents(drawn);
        Morphology[] morphologies = drawn.images().morphologies();
        double[] measures = new double[morphologies.length * Measure.values().length];
        for (int i = 0; i < morphologies.length; i++) {
            for (Measure measure : Measure.values()) {
                measures[i * Measure.values().length + measure.ordinal()] = morphologies[i].value(measure);
            }
        }
        return model.energy()
                .energy(latents)
                .expandDims(1)
                .concat(latents, 1)
                .toType(DataType.FLOAT64, false)
                .concat(model.manager().create(measures, new Shape(morphologies.length, Measure.values().length)), 1);
    }

    /** Returns the squared standard error of the mean of each column. */
    private static NDArray squaredError(NDArray rows) {
        return rows.sub(rows.mean(new int[] {0}))
                .square()
                .mean(new int[] {0})
                .div(rows.getShape().get(0) - 1);
    }

    /**
     * Returns the measurements.
     *
     * @return a row without a condition, and one a condition
     */
    public Table table() {
        return table;
    }
}
