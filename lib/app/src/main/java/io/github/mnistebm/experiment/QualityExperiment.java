package io.github.mnistebm.experiment;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.DataSet;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.evaluation.ModelEvaluation;
import io.github.mnistebm.evaluation.SampleQuality;
import io.github.mnistebm.evaluation.likelihood.LogLikelihood;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import io.github.mnistebm.model.ModelTraining;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.training.TrainingDivergedException;
import io.github.mnistebm.training.TrainingListener;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Trains models with different settings, and puts measurements of their samples side by side. Not safe for use by several threads. */
public final class QualityExperiment {

    private static final int DRAWS = 200_000;
    private static final int SAMPLING_SEED = 1;

    private final DigitImages train;
    private final DigitImages test;
    private final DigitClassifier classifier;
    private final int images;
    private final Table table;

    /** A column of the table. */
    private enum Measure {
        FRECHET_DISTANCE(SampleQuality.FRECHET_DISTANCE),
        CEILING("of the ceiling"),
        FLOOR("of the floor"),
        MIXTURE("of the mixture of 50 normals"),
        PRECISION(SampleQuality.PRECISION),
        RECALL(SampleQuality.RECALL),
        CONFIDENCE("read with confidence"),
        SMALLEST_SHARE("smallest share of a "),
        LARGEST_SHARE("largest"),
        LOG_LIKELIHOOD("held-out log-likelihood, nats"),
        MIXTURE_LOG_LIKELIHOOD("of the mixture, nats");

        private final String column;

        Measure(String column) {
            this.column = column;
        }

        String column(DataSet data) {
            return this == SMALLEST_SHARE ? column + data.noun() : column;
        }
    }

    /**
     * Begins an experiment.
     *
     * @param train the training images
     * @param test the test images
     * @param classifier the classifier that measures the samples
     * @param images the number of images to draw from each model
     */
    public QualityExperiment(DigitImages train, DigitImages test, DigitClassifier classifier, int images) {
        this.train = train;
        this.test = test;
        this.classifier = classifier;
        this.images = images;
        table = Table.create("quality", StringColumn.create("options of train"));
        for (Measure measure : Measure.values()) {
            table.addColumns(DoubleColumn.create(measure.column(test.dataSet())));
        }
    }

    /**
     * Trains a model, and adds a row of measurements. The cells are empty if the training diverges.
     *
     * @param name the name of the row
     * @param config the configuration of the training
     * @param listener the listener of the training
     * @throws TrainingDivergedException if the training diverges, after the row is added
     */
    public void add(String name, TrainingConfig config, TrainingListener listener) {
        Map<Measure, Double> row = new EnumMap<>(Measure.class);
        try {
            measure(config, listener, row);
        } finally {
            append(name, row);
        }
    }

    private void append(String name, Map<Measure, Double> row) {
        table.stringColumn(0).append(name);
        for (Measure measure : Measure.values()) {
            Double value = row.get(measure);
            // Tablesaw leaves the cell of a null empty.
            table.doubleColumn(measure.column(test.dataSet()))
                    .append(value == null ? null : Double.valueOf(Math.round(value * 1e4) / 1e4));
        }
    }

    private void measure(TrainingConfig config, TrainingListener listener, Map<Measure, Double> row) {
        try (DigitImages some = train.first(config.trainImages());
                ModelTraining training = new ModelTraining(config, some, test)) {
            RandomSource random = RandomSource.of(SAMPLING_SEED).numbered(1);
            try (DigitModel model = training.train(listener);
                    ModelEvaluation evaluation = new ModelEvaluation(model, some, test, classifier);
                    DigitSampler.Drawing drawing = DigitSampler.of(model).draw(images, SAMPLING_SEED);
                    NDArray thresholded = test.thresholded();
                    NDArray latents = model.encode(thresholded)) {
                Map<String, SampleQuality> sets = evaluation.qualities(drawing.images(), random);
                SampleQuality samples = sets.get(ModelEvaluation.SAMPLES);
                row.put(Measure.FRECHET_DISTANCE, samples.frechetDistance());
                row.put(Measure.CEILING, sets.get(ModelEvaluation.CEILING).frechetDistance());
                row.put(Measure.FLOOR, sets.get(ModelEvaluation.FLOOR).frechetDistance());
                row.put(Measure.MIXTURE, sets.get(ModelEvaluation.MIXTURE).frechetDistance());
                row.put(Measure.PRECISION, samples.neighbours().precision());
                row.put(Measure.RECALL, samples.neighbours().recall());
                row.put(Measure.CONFIDENCE, samples.confidentShare());
                row.put(
                        Measure.SMALLEST_SHARE,
                        Collections.min(samples.classShares().values()));
                row.put(
                        Measure.LARGEST_SHARE,
                        Collections.max(samples.classShares().values()));
                row.put(
                        Measure.LOG_LIKELIHOOD,
                        LogLikelihood.of(model.energy(), latents, DRAWS, random).nats());
                row.put(
                        Measure.MIXTURE_LOG_LIKELIHOOD,
                        evaluation.mixtureLogLikelihood(latents).nats());
            }
        }
    }

    /**
     * Returns the measurements.
     *
     * @return a row a model
     */
    public Table table() {
        return table;
    }
}
