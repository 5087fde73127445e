package io.github.mnistebm.experiment;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.anomaly.Detection;
import io.github.mnistebm.evaluation.anomaly.ExpectedEnergy;
import io.github.mnistebm.model.AnomalyScores;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.ModelTraining;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.training.TrainingListener;
import java.util.Map;
import java.util.stream.IntStream;
import tech.tablesaw.aggregate.AggregateFunctions;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * Trains models without one of the classes, and measures how well each separates that class from the others, by the area under the
 * precision-recall curve. Not safe for use by several threads.
 */
public final class HeldOutClasses {

    /** Areas by digit: Pang et al. 2020, "Learning latent space energy-based prior model". */
    private static final Map<Integer, Double> LATENT_SPACE_MODEL =
            Map.of(1, 0.336, 4, 0.630, 5, 0.619, 7, 0.463, 9, 0.413);

    /** Areas by digit: Cui, Wu &amp; Han 2023, "Learning joint latent space EBM prior model", table 3. */
    private static final Map<Integer, Double> JOINT_MODEL = Map.of(1, 0.722, 4, 0.949, 5, 0.980, 7, 0.941, 9, 0.935);

    private static final String LABEL = "label held out";
    private static final String SEED = "seed";
    private static final String EXCESS = "energy beyond the expected";

    private final DigitImages train;
    private final DigitImages test;
    private final Table table = Table.create(
            "area under the precision-recall curve",
            IntColumn.create(LABEL),
            IntColumn.create(SEED),
            Areas.create(EXCESS),
            Areas.create(Areas.ENERGY),
            Areas.create(Areas.RECONSTRUCTION_ERROR),
            Areas.create(Areas.BOTH));

    /**
     * Begins an experiment.
     *
     * @param train the training images
     * @param test the test images
     */
    public HeldOutClasses(DigitImages train, DigitImages test) {
        this.train = train;
        this.test = test;
    }

    /**
     * Trains a model without a class, and adds a row of areas.
     *
     * @param label the label of the class
     * @param config the configuration of the training
     * @param listener the listener of the training
     */
    public void add(int label, TrainingConfig config, TrainingListener listener) {
        try (DigitImages some = train.first(config.trainImages());
                DigitImages others = some.without(label);
                ModelTraining training = new ModelTraining(config, others, test)) {
            RandomSource random = RandomSource.of(config.seed());
            try (DigitModel model = training.train(listener);
                    NDArray usual = others.binarized(config.binarization(), random);
                    NDArray images = test.binarized(config.binarization(), random)) {
                ExpectedEnergy expected = ExpectedEnergy.fit(usual.toByteArray(), model.energies(usual));
                AnomalyScores scores = model.score(images);
                table.intColumn(LABEL).append(label);
                table.intColumn(SEED).append(config.seed());
                append(EXCESS, expected.excess(images.toByteArray(), scores.energies()), label);
                append(Areas.ENERGY, scores.energies(), label);
                append(Areas.RECONSTRUCTION_ERROR, scores.reconstructionErrors(), label);
                append(Areas.BOTH, scores.totals(), label);
            }
        }
    }

    private void append(String column, double[] scores, int label) {
        byte[] labels = test.labels();
        double[] usual = IntStream.range(0, scores.length)
                .filter(i -> (labels[i] & 0xff) != label)
                .mapToDouble(i -> scores[i])
                .toArray();
        double[] anomalies = IntStream.range(0, scores.length)
                .filter(i -> (labels[i] & 0xff) == label)
                .mapToDouble(i -> scores[i])
                .toArray();
        table.doubleColumn(column).append(Detection.averagePrecision(usual, anomalies));
    }

    /**
     * Returns the areas.
     *
     * @return a row a model, a column for each score
     */
    public Table table() {
        return table;
    }

    /**
     * Computes the mean areas over seeds.
     *
     * @return a row a class; for MNIST, with published areas of other models beside
     */
    public Table overSeeds() {
        boolean mnist = train.dataSet().isMnist();
        Table means = table.summarize(EXCESS, AggregateFunctions.mean, AggregateFunctions.stdDev)
                .by(LABEL);
        means.setName(EXCESS + ", over seeds" + (mnist ? ", beside published areas" : ""));
        if (mnist) {
            means.addColumns(
                    published("latent-space energy-based model", means.intColumn(LABEL), LATENT_SPACE_MODEL),
                    published("joint energy-based model", means.intColumn(LABEL), JOINT_MODEL));
        }
        Areas.format(means.doubleColumn(1)).setName("mean");
        Areas.format(means.doubleColumn(2)).setName("standard deviation");
        return means;
    }

    private static DoubleColumn published(String name, IntColumn labels, Map<Integer, Double> areas) {
        DoubleColumn column = Areas.create(name);
        // Tablesaw leaves a cell empty for null.
        labels.forEach(label -> column.append(areas.get(label)));
        return column;
    }
}
