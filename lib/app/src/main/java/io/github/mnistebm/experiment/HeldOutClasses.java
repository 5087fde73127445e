package io.github.mnistebm.experiment;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.anomaly.Detection;
import io.github.mnistebm.evaluation.anomaly.ExpectedEnergy;
import io.github.mnistebm.evaluation.anomaly.HeldOutSplit;
import io.github.mnistebm.model.AnomalyScores;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.ModelTraining;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.training.TrainingListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tech.tablesaw.aggregate.AggregateFunctions;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Trains models without one of the classes, and measures how well each separates that class from the others, by the areas under the
 * precision-recall curve and under the receiver operating characteristic. Not safe for use by several threads.
 */
public final class HeldOutClasses {

    private static final String SPLIT = "split";
    private static final String LABEL = "label held out";
    private static final String SEED = "seed";
    private static final String MODELS = "models";
    private static final String SHARE = "share of anomalies";
    private static final String SCORE = "score";
    private static final String PRECISION_RECALL = "area under the precision-recall curve";
    private static final String OPERATING_CHARACTERISTIC = "area under the receiver operating characteristic";

    private final HeldOutSplit split;
    private final DigitImages train;
    private final DigitImages test;
    private final Table table = Table.create(
            "held-out classes",
            StringColumn.create(SPLIT),
            IntColumn.create(LABEL),
            IntColumn.create(SEED),
            IntColumn.create(MODELS),
            Areas.create(SHARE),
            StringColumn.create(SCORE),
            Areas.create(PRECISION_RECALL),
            Areas.create(OPERATING_CHARACTERISTIC));

    /**
     * Begins an experiment.
     *
     * @param split the division of the images into those to train on and those to test on
     * @param train the training images
     * @param test the test images
     */
    public HeldOutClasses(HeldOutSplit split, DigitImages train, DigitImages test) {
        this.split = split;
        this.train = train;
        this.test = test;
    }

    /**
     * Trains models without a class, and adds a row for each score: the mean of the models' scores.
     *
     * @param label the label of the class
     * @param configs the configuration of each model, at least one; the seed of the first chooses the split
     * @param listener the listener of the trainings
     */
    public void add(int label, List<TrainingConfig> configs, TrainingListener listener) {
        int seed = configs.get(0).seed();
        try (HeldOutSplit.Parts parts = split.of(train, test, label, RandomSource.of(seed))) {
            Map<String, double[]> means = new LinkedHashMap<>();
            for (TrainingConfig config : configs) {
                scores(parts, config, listener)
                        .forEach((name, scores) -> means.merge(name, scores, (sum, more) -> {
                            for (int i = 0; i < sum.length; i++) {
                                sum[i] += more[i];
                            }
                            return sum;
                        }));
            }
            // A sum ranks as a mean does.
            means.forEach((name, scores) -> append(parts, seed, configs.size(), name, scores));
        }
    }

    private static Map<String, double[]> scores(
            HeldOutSplit.Parts parts, TrainingConfig config, TrainingListener listener) {
        RandomSource random = RandomSource.of(config.seed());
        try (DigitImages some = parts.train().first(config.trainImages());
                ModelTraining training = new ModelTraining(config, some, parts.test());
                DigitModel model = training.train(listener);
                NDArray usual = some.binarized(config.binarization(), random);
                NDArray images = parts.test().binarized(config.binarization(), random)) {
            ExpectedEnergy expected = ExpectedEnergy.fit(usual.toByteArray(), model.energies(usual));
            AnomalyScores scores = model.score(images);
            byte[] pixels = images.toByteArray();
            Map<String, double[]> byName = new LinkedHashMap<>();
            byName.put(Areas.RELATIVE_EXCESS, expected.relativeExcess(pixels, scores.energies()));
            byName.put(Areas.EXCESS, expected.excess(pixels, scores.energies()));
            byName.put(Areas.ENERGY, scores.energies());
            byName.put(Areas.RECONSTRUCTION_ERROR, scores.reconstructionErrors());
            byName.put(Areas.BOTH, scores.totals());
            return byName;
        }
    }

    private void append(HeldOutSplit.Parts parts, int seed, int models, String name, double[] scores) {
        double[] usual = parts.usual(scores);
        double[] anomalies = parts.anomalies(scores);
        table.stringColumn(SPLIT).append(split.name().toLowerCase(Locale.ROOT));
        table.intColumn(LABEL).append(parts.label());
        table.intColumn(SEED).append(seed);
        table.intColumn(MODELS).append(models);
        table.doubleColumn(SHARE).append(parts.shareOfAnomalies());
        table.stringColumn(SCORE).append(name);
        table.doubleColumn(PRECISION_RECALL).append(Detection.averagePrecision(usual, anomalies));
        table.doubleColumn(OPERATING_CHARACTERISTIC).append(Detection.auroc(usual, anomalies));
    }

    /**
     * Returns the areas.
     *
     * @return a row for each class, seed and score
     */
    public Table table() {
        return table;
    }

    /**
     * Computes the mean areas over seeds, of the energy beyond the expected in expected deviations.
     *
     * @return a row a class; for MNIST, with published areas under the precision-recall curve that other models have on this split
     */
    public Table overSeeds() {
        Table means = table.where(table.stringColumn(SCORE).isEqualTo(Areas.RELATIVE_EXCESS))
                .summarize(
                        List.of(SHARE, PRECISION_RECALL, OPERATING_CHARACTERISTIC),
                        AggregateFunctions.mean,
                        AggregateFunctions.stdDev)
                .by(SPLIT, LABEL);
        Table summary =
                Table.create(Areas.RELATIVE_EXCESS + ", over seeds", means.stringColumn(SPLIT), means.intColumn(LABEL));
        summary.addColumns(
                renamed(means, AggregateFunctions.mean.functionName(), SHARE, SHARE),
                renamed(means, AggregateFunctions.mean.functionName(), PRECISION_RECALL, PRECISION_RECALL),
                renamed(means, AggregateFunctions.stdDev.functionName(), PRECISION_RECALL, "its standard deviation"),
                renamed(
                        means,
                        AggregateFunctions.mean.functionName(),
                        OPERATING_CHARACTERISTIC,
                        OPERATING_CHARACTERISTIC));
        if (train.dataSet().isMnist()) {
            summary.addColumns(PublishedAreas.columns(split, summary.intColumn(LABEL)));
        }
        return summary;
    }

    private static DoubleColumn renamed(Table means, String function, String column, String name) {
        return Areas.format(
                means.doubleColumn(function + " [" + column + "]").copy().setName(name));
    }
}
