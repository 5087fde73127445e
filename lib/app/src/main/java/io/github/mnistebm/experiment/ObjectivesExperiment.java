package io.github.mnistebm.experiment;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.energy.EnergyTrainer;
import io.github.mnistebm.energy.TrainableEnergy;
import io.github.mnistebm.energy.objective.EnergyTrainingConfig;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.evaluation.FrechetDistance;
import io.github.mnistebm.evaluation.likelihood.LogLikelihood;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import io.github.mnistebm.model.ModelTraining;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.TrainingDivergedException;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Variance;
import tech.tablesaw.aggregate.AggregateFunctions;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Trains the energy of a model by different objectives, each from the same weights on the same latents, and puts held-out
 * log-likelihoods, times and samples side by side. Not safe for use by several threads.
 */
public final class ObjectivesExperiment {

    /** The row of f = 0. */
    public static final String UNTRAINED = "none: the reference measure";

    private static final int DRAWS = 200_000;
    private static final int SAMPLING_SEED = 1;

    private final DigitImages train;
    private final DigitImages test;
    private final DigitClassifier classifier;
    private final int images;

    private final StringColumn names = StringColumn.create("options of train");
    private final IntColumn seeds = IntColumn.create("seed");
    private final DoubleColumn nats = Areas.create("held-out log-likelihood, nats");
    private final DoubleColumn errors = Areas.create("standard error");
    private final DoubleColumn gains = Areas.create("gain over the reference measure");
    private final DoubleColumn gainErrors = Areas.create("standard error of the gain");
    private final DoubleColumn seconds = Areas.create("seconds of training");
    private final DoubleColumn shares = Areas.create("effective share of the normalizer's draws");
    private final DoubleColumn distances = Areas.create("Fréchet distance");
    private final Table table =
            Table.create("objectives", names, seeds, nats, errors, gains, gainErrors, seconds, shares, distances);

    /**
     * Begins an experiment.
     *
     * @param train the training images
     * @param test the test images
     * @param classifier the classifier that measures the samples
     * @param images the number of images to draw from each model
     */
    public ObjectivesExperiment(DigitImages train, DigitImages test, DigitClassifier classifier, int images) {
        this.train = train;
        this.test = test;
        this.classifier = classifier;
        this.images = images;
    }

    /**
     * Trains an autoencoder, fits the reference measure to its latents, and adds the row of the reference measure alone.
     *
     * @param config the configuration of the training, of which the energy's objective is not used
     * @param listener the listener of the training
     * @return the latents to train energies on
     * @throws CancellationException if the thread is interrupted
     */
    public Latents latents(TrainingConfig config, TrainingListener listener) {
        try (DigitImages some = train.first(config.trainImages());
                ModelTraining training = new ModelTraining(config, some, test)) {
            requireWhole(training.trainAutoencoder(listener));
            Latents latents = new Latents(config, training.model(), some);
            latents.measure(UNTRAINED);
            return latents;
        }
    }

    private static void requireWhole(TrainingHistory history) {
        if (history.interrupted()) {
            throw new CancellationException("the training was interrupted");
        }
    }

    /**
     * Returns the measurements.
     *
     * @return a row for each seed and each objective
     */
    public Table table() {
        return table;
    }

    /**
     * Computes means over seeds.
     *
     * @return a row for each objective
     */
    public Table overSeeds() {
        List<String> measures = table.columnNames().subList(2, table.columnCount());
        Table summary = table.summarize(measures, AggregateFunctions.mean).by(names.name());
        Table means = Table.create("means over seeds", summary.column(names.name()));
        for (String measure : measures) {
            DoubleColumn mean = summary.doubleColumn("Mean [" + measure + "]");
            means.addColumns(Areas.format(mean.setName(measure)));
        }
        return means;
    }

    /** The latents of a training's images, and the model whose energy is trained on them. Owns native memory: close it. */
    public final class Latents implements AutoCloseable {
        private final TrainingConfig config;
        private final DigitModel model;
        private final TrainableEnergy network;
        private final NDArray latents;
        private final NDArray heldOut;
        private final NDArray testFeatures;
        private final NDArray untrained;
        private double secondsSoFar;

        private Latents(TrainingConfig config, DigitModel model, DigitImages some) {
            this.config = config;
            this.model = model;
            this.network = (TrainableEnergy) model.energy().tilt();
            RandomSource random = RandomSource.of(config.seed());
            try (NDArray images = some.binarized(config.binarization(), random);
                    NDArray testImages = test.thresholded()) {
                this.latents = model.encode(images);
                this.heldOut = model.encode(testImages);
                this.testFeatures = classifier.features(testImages);
            }
            this.untrained = network.parameters().duplicate();
            List.of(latents, heldOut, testFeatures, untrained).forEach(array -> array.attach(model.manager()));
        }

        /**
         * Trains the energy, which goes on from the weights that a training since the last measurement left.
         *
         * @param stage the objective and its numbers
         * @param listener the listener of the training
         * @throws CancellationException if the thread is interrupted
         * @throws TrainingDivergedException if the training diverges
         */
        public void train(EnergyTrainingConfig stage, TrainingListener listener) {
            TrainingHistory history = new EnergyTrainer(stage)
                    .train(network, model.reference(), latents, RandomSource.of(config.seed()), listener);
            requireWhole(history);
            secondsSoFar +=
                    history.table().doubleColumn(TrainingHistory.SECONDS).sum();
        }

        /**
         * Adds a row of measurements, and takes the energy back to its weights before any training.
         *
         * @param name the name of the row
         */
        public void measure(String name) {
            RandomSource random = RandomSource.of(SAMPLING_SEED);
            LogLikelihood found = LogLikelihood.of(model.energy(), heldOut, DRAWS, random);
            double[] tilts = tilts();
            double distance;
            try (DigitSampler.Drawing drawing = DigitSampler.of(model).draw(images, SAMPLING_SEED)) {
                distance = Scope.compute(
                        () -> FrechetDistance.between(classifier.features(drawing.images()), testFeatures));
            }
            names.append(name);
            seeds.append(config.seed());
            nats.append(rounded(found.nats()));
            errors.append(rounded(found.standardError()));
            // The logarithm of the ratio of the two densities at a state is −f − log Z.
            gains.append(rounded(-Mean.of(tilts).getAsDouble() - found.logNormalizer()));
            gainErrors.append(rounded(Math.sqrt(Variance.of(tilts).getAsDouble() / tilts.length
                    + Math.max(0, 1 / found.effectiveSampleSize() - 1.0 / found.draws()))));
            seconds.append(rounded(secondsSoFar));
            shares.append(rounded(found.effectiveSampleSize() / found.draws()));
            distances.append(rounded(distance));
            reset();
        }

        /** To four decimals, which are as many as the errors bear. */
        private static double rounded(double value) {
            return Math.round(value * 1e4) / 1e4;
        }

        private double[] tilts() {
            return Scope.compute(
                    () -> network.energy(heldOut).toType(DataType.FLOAT64, true).toDoubleArray());
        }

        /** Takes the energy back to its weights before any training, such as after a divergence. */
        public void reset() {
            Tensors.copy(untrained, network.parameters());
            secondsSoFar = 0;
        }

        @Override
        public void close() {
            model.close();
        }
    }
}
