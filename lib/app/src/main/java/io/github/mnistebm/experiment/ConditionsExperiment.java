package io.github.mnistebm.experiment;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
     * Draws of the model.
     *
     * @param latents u, n rows of d
     * @param images 0 and 1, n rows of 784
     */
    private record Drawn(float[] latents, byte[] images) {

        int size() {
            return images.length / DigitImages.PIXELS;
        }

        Drawn rows(int[] rows) {
            int d = latents.length / size();
            float[] chosen = new float[rows.length * d];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(latents, rows[i] * d, chosen, i * d, d);
            }
            return new Drawn(chosen, chosen(images, rows));
        }

        Drawn first(int count) {
            return rows(IntStream.range(0, count).toArray());
        }
    }

    /**
     * Images of the data set.
     *
     * @param images 0 and 1, n rows of 784
     * @param labels their classes
     */
    private record Real(byte[] images, byte[] labels) {}

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
        all = drawn(sink -> sampler.draw(pool, seed + 1, sink, steps -> progress.accept(steps / work)));
        this.train = Scope.compute(() -> new Real(train.thresholded().toByteArray(), train.labels()));
        this.test = Scope.compute(() -> new Real(test.thresholded().toByteArray(), test.labels()));
        decoded = Scope.compute(() ->
                new Real(model.decodeBinary(model.encode(test.thresholded())).toByteArray(), test.labels()));
        table = Table.create("conditions", StringColumn.create(CONDITION));
        for (Column column : Column.values()) {
            table.addColumns(DoubleColumn.create(column.title));
        }
        Map<Column, Double> row = new EnumMap<>(Column.class);
        putDistances(row, all.images(), all.images(), this.train.images(), this.test.images(), images);
        row.remove(Column.KEPT);
        append("none", row);
    }

    private static Drawn drawn(Drawing drawing) {
        ByteArrayOutputStream latents = new ByteArrayOutputStream();
        ByteArrayOutputStream pixels = new ByteArrayOutputStream();
        try {
            drawing.into((some, binary, means) -> {
                latents.write(some.toByteArray());
                pixels.write(binary.toByteArray());
            });
        } catch (IOException e) {
            throw new AssertionError("the sink throws nothing", e);
        }
        FloatBuffer values = ByteBuffer.wrap(latents.toByteArray())
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        float[] all = new float[values.remaining()];
        values.get(all);
        return new Drawn(all, pixels.toByteArray());
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
        byte[] reconstructions = meeting(measured, decoded);
        ConditionalSampler sampler = ConditionalSampler.of(model, condition);
        long work = sampler.work(1);
        Drawn given = drawn(sink -> sampler.draw(images, seed, sink, steps -> progress.accept(steps / work)));
        row.put(Column.MET, share(met(measured, given.images(), read(given.images()))));
        if (reconstructions.length > 0) {
            row.put(Column.REAL_MET, share(met(measured, reconstructions, read(reconstructions))));
        }
        Drawn kept = all.rows(kept(measured));
        row.put(Column.SHARE, (double) kept.size() / all.size());
        if (kept.size() >= FEWEST) {
            putDeviations(row, given, kept);
        }
        putDistances(row, given.images(), kept.images(), meeting(measured, train), meeting(measured, test), images);
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
        return Scope.compute(() -> {
            NDManager manager = model.manager();
            double[] logProbabilities =
                    measured.logProbabilities(latents(manager, all), DigitImages.array(manager, all.images()));
            return IntStream.range(0, all.size())
                    .filter(i -> logProbabilities[i] == 0)
                    .toArray();
        });
    }

    private boolean[] met(MeasuredCondition measured, byte[] pixels, byte[] digits) {
        return Scope.compute(() -> measured.met(DigitImages.array(model.manager(), pixels), digits));
    }

    private byte[] meeting(MeasuredCondition measured, Real real) {
        boolean[] met = met(measured, real.images(), real.labels());
        return chosen(
                real.images(),
                IntStream.range(0, met.length).filter(i -> met[i]).toArray());
    }

    private byte[] read(byte[] pixels) {
        long[] digits = Scope.compute(() -> classifier
                .probabilities(DigitImages.array(model.manager(), pixels))
                .argMax(1)
                .toLongArray());
        byte[] read = new byte[digits.length];
        for (int i = 0; i < read.length; i++) {
            read[i] = (byte) digits[i];
        }
        return read;
    }

    private static double share(boolean[] values) {
        return IntStream.range(0, values.length).filter(i -> values[i]).count() / (double) values.length;
    }

    private static byte[] chosen(byte[] pixels, int[] rows) {
        byte[] chosen = new byte[rows.length * DigitImages.PIXELS];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(pixels, rows[i] * DigitImages.PIXELS, chosen, i * DigitImages.PIXELS, DigitImages.PIXELS);
        }
        return chosen;
    }

    /** Compares images with test images: those drawn, those kept by rejection, and training images, at most so many of each at a time. */
    private void putDistances(
            Map<Column, Double> row, byte[] given, byte[] kept, byte[] realTrain, byte[] realTest, int most) {
        int least = Math.min(Math.min(given.length, kept.length), realTrain.length) / DigitImages.PIXELS;
        int same = Math.min(most, least);
        if (same < FEWEST || realTest.length < FEWEST * DigitImages.PIXELS) {
            return;
        }
        Scope.run(() -> {
            NDArray features = features(realTest);
            row.put(Column.FRECHET_DISTANCE, distance(given, same, features));
            row.put(Column.KEPT, distance(kept, same, features));
            row.put(Column.FLOOR, distance(realTrain, same, features));
        });
    }

    /** Returns the mean distance of so many of the images at a time, since it depends on their number. */
    private double distance(byte[] pixels, int same, NDArray features) {
        NDArray all = features(pixels);
        return IntStream.range(0, (int) Math.min(MOST_PARTS, all.getShape().get(0) / same))
                .mapToDouble(part -> Scope.compute(
                        () -> FrechetDistance.between(all.get(part * same + ":" + (part + 1) * same), features)))
                .average()
                .orElseThrow();
    }

    private NDArray features(byte[] pixels) {
        return classifier.features(DigitImages.array(model.manager(), pixels));
    }

    private static NDArray latents(NDManager manager, Drawn drawn) {
        return manager.create(drawn.latents(), new Shape(drawn.size(), drawn.latents().length / drawn.size()));
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
        int same = Math.min(given.size(), kept.size());
        row.put(
                Column.NEIGHBOURS,
                TwoSampleTest.share(
                        given.first(same).latents(),
                        kept.first(same).latents(),
                        model.energy().dimension()));
    }

    private NDArray quantities(Drawn drawn) {
        NDManager manager = model.manager();
        NDArray latents = latents(manager, drawn);
        Morphology[] morphologies = Morphology.ofAll(drawn.images());
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
                .concat(manager.create(measures, new Shape(morphologies.length, Measure.values().length)), 1);
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
