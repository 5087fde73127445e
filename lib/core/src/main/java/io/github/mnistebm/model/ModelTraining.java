package io.github.mnistebm.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.autoencoder.Autoencoder;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.autoencoder.Whitening;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.ExpectationMaximization;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.energy.EnergyTrainer;
import io.github.mnistebm.energy.TrainableEnergy;
import io.github.mnistebm.tensor.PyTorch;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.TrainingDivergedException;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import io.github.mnistebm.training.TrainingState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import tech.tablesaw.api.Table;

/**
 * The training of a model in its phases, each of which can be watched: {@link #trainAutoencoder}, then {@link #pretrainEnergy} if the
 * configuration asks for it, then {@link #trainEnergy}, then {@link #model}.
 */
public final class ModelTraining implements AutoCloseable {

    private static final String AUTOENCODER_WEIGHTS = "autoencoder weights";
    private static final String ENERGY_WEIGHTS = "energy weights";
    private static final String LATENTS = "latents";
    private static final String REFERENCE_PHASE = "reference measure";
    private static final int EM_ITERATIONS = 32;

    /** The number of batches that the fit's progress is reported in. */
    private static final int REFERENCE_PARTS = 1000;

    private final TrainingConfig config;
    private final DigitImages train;
    private final DigitImages test;
    private final NDManager manager;
    private final Autoencoder autoencoder;
    private final Networks networks;
    private final TrainableEnergy network;
    private LatentSpace latentSpace;
    private ReferenceMeasure reference;
    private TrainingHistory autoencoderHistory;
    private TrainingHistory pretrainingHistory;
    private TrainingHistory energyHistory;
    /** Whether the checkpoint is one of pretraining, which may have epochs left. */
    private boolean goesOnWithPretraining;

    private boolean handedOver;
    /** The unique name of this training. */
    private String name = UUID.randomUUID().toString();
    /** The checkpoint that the training goes on from; null at its beginning. */
    private Checkpoint from;
    /** The checkpoints of this training; null if none are kept. */
    private Checkpoints checkpoints;

    /**
     * Creates a training, with untrained networks on the device of the images.
     *
     * @param config the configuration of the training
     * @param train the training images; not closed with this object
     * @param test the images that losses are measured on; not closed with this object
     * @throws IllegalArgumentException if the training cannot work on that number of images; see {@link
     *     TrainingConfig#requireTrainable}
     */
    public ModelTraining(TrainingConfig config, DigitImages train, DigitImages test) {
        this(config, train, test, Networks.BUILT_IN);
    }

    /**
     * Creates a training of other networks than the library's, untrained, on the device of the images.
     *
     * @param config the configuration of the training
     * @param train the training images; not closed with this object
     * @param test the images that losses are measured on; not closed with this object
     * @param networks the networks
     * @throws IllegalArgumentException if the training cannot work on that number of images, or a network is not of the shape that the
     *     configuration asks for
     */
    public ModelTraining(TrainingConfig config, DigitImages train, DigitImages test, Networks networks) {
        config.requireTrainable(train.size());
        this.config = config;
        this.train = train;
        this.test = test;
        Device device = train.device();
        this.manager = PyTorch.newManager(device);
        this.networks = networks;
        this.autoencoder = networks.autoencoder(manager, config, random(AUTOENCODER_WEIGHTS));
        this.network = networks.energy(manager, config, random(ENERGY_WEIGHTS));
    }

    /**
     * Returns a training that goes on from a checkpoint as if it had never stopped: on one thread the model is the same, bit for bit.
     *
     * @param checkpoint the state of the training; not closed with this object, and needed until the training is done
     * @param train the training images
     * @param test the images that losses are measured on
     * @return the training
     */
    public static ModelTraining resume(Checkpoint checkpoint, DigitImages train, DigitImages test) {
        return resume(checkpoint, Map.of(), train, test);
    }

    /**
     * Returns a training that goes on from a checkpoint with other learning rates, such as after a divergence. The schedules go on at
     * the same point, with the new rates.
     *
     * @param checkpoint the state of the training; not closed with this object, and needed until the training is done
     * @param learningRates the new rates by phase, such as {@link EnergyTrainer#PHASE}; those of other phases stay
     * @param train the training images
     * @param test the images that losses are measured on
     * @return the training
     * @throws IllegalArgumentException if a rate is out of range, or its phase is complete or unknown, or the images are not those that
     *     the training began with
     */
    public static ModelTraining resume(
            Checkpoint checkpoint, Map<String, Double> learningRates, DigitImages train, DigitImages test) {
        return resume(checkpoint, learningRates, train, test, Networks.BUILT_IN);
    }

    /**
     * Returns a training that goes on from a checkpoint of other networks than the library's.
     *
     * @param checkpoint the state of the training; not closed with this object, and needed until the training is done
     * @param learningRates the new rates by phase; those of other phases stay
     * @param train the training images
     * @param test the images that losses are measured on
     * @param networks the networks that the training began with
     * @return the training
     * @throws IllegalArgumentException as above, or if the checkpoint is one of other networks
     */
    public static ModelTraining resume(
            Checkpoint checkpoint,
            Map<String, Double> learningRates,
            DigitImages train,
            DigitImages test,
            Networks networks) {
        if (train.dataSet().differsFrom(checkpoint.dataChecksums())
                || test.dataSet().differsFrom(checkpoint.dataChecksums())) {
            throw new IllegalArgumentException("data: expected the images that the training began with, found others ("
                    + train.dataSet().name() + ")");
        }
        ModelTraining training = new ModelTraining(checkpoint.configuration(learningRates), train, test, networks);
        training.from = checkpoint;
        training.name = checkpoint.training() == null ? training.name : checkpoint.training();
        training.energyHistory = checkpoint.history(EnergyTrainer.PHASE);
        TrainingHistory pretraining = checkpoint.history(EnergyTrainer.PRETRAINING);
        training.pretrainingHistory = pretraining;
        training.goesOnWithPretraining = pretraining != null && training.energyHistory == null;
        if (training.energyHistory != null || pretraining != null) {
            training.autoencoderHistory = checkpoint.history(AutoencoderTrainer.PHASE);
            TrainingState state = checkpoint.state(EnergyTrainer.PHASE);
            state.copyInto(Map.of(EnergyTrainer.AVERAGE, training.network.parameters()));
            state.copyInto(training.autoencoder.namedParameters());
            training.latentSpace = ModelFolder.latentSpace(training.manager, training.autoencoder, checkpoint.arrays());
            training.reference = ModelFolder.reference(training.manager, training.config, checkpoint.arrays());
        }
        return training;
    }

    /**
     * Writes a checkpoint after each epoch from now on.
     *
     * @param target the checkpoints to add to
     */
    public void keepCheckpoints(Checkpoints target) {
        checkpoints = target;
    }

    /** Returns the source of a part of the training, which depends on the seed and the name of the part only. */
    private RandomSource random(String part) {
        return RandomSource.of(config.seed()).numbered(part.hashCode());
    }

    private TrainingState state(String phase) {
        return from == null || from.history(phase) == null ? null : from.state(phase);
    }

    /** Writes the checkpoints, prepares each epoch, and passes events on to the user's listener. */
    private final class Steering implements TrainingListener {
        private final TrainingListener listener;
        private final IntConsumer beforeEpoch;

        Steering(TrainingListener listener, IntConsumer beforeEpoch) {
            this.listener = listener;
            this.beforeEpoch = beforeEpoch;
        }

        @Override
        public void epochBegins(String phase, int epoch) {
            beforeEpoch.accept(epoch);
            listener.epochBegins(phase, epoch);
        }

        @Override
        public void batchDone(String phase, int epoch, int epochs, int batch, int batches) {
            listener.batchDone(phase, epoch, epochs, batch, batches);
        }

        @Override
        public void epochDone(TrainingHistory history) {
            listener.epochDone(history);
        }

        @Override
        public void stateReached(TrainingState state) {
            listener.stateReached(state);
            if (checkpoints != null) {
                write(state);
            }
        }

        private void write(TrainingState state) {
            List<TrainingHistory> histories = new ArrayList<>();
            Map<String, NDArray> arrays = new LinkedHashMap<>(state.arrays());
            // After the first phase its result belongs to the state.
            if (latentSpace != null) {
                histories.add(autoencoderHistory);
                arrays.putAll(ModelFolder.tensors(latentSpace, reference));
            }
            boolean pretrains = state.history().table().name().equals(EnergyTrainer.PRETRAINING);
            if (isTrained(pretrainingHistory) && !pretrains) {
                histories.add(pretrainingHistory);
            }
            histories.add(state.history());
            try {
                checkpoints.write(config, name, dataChecksums(), histories, arrays);
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "the checkpoint could not be written (" + e.getMessage()
                                + "). Those before it are good: --resume goes on from them",
                        e);
            }
        }
    }

    /**
     * Trains the autoencoder, and fits the whitening and the reference measure to its latents of the training images. After an
     * interruption, they are fitted at their first use.
     *
     * @param listener the listener to the batches and epochs
     * @return the history; interrupted if the thread was
     * @throws TrainingDivergedException if the training diverges; the autoencoder is then as it was after the last good epoch
     * @throws UncheckedIOException if a checkpoint cannot be written
     */
    public TrainingHistory trainAutoencoder(TrainingListener listener) {
        if (latentSpace != null) {
            return autoencoderHistory;
        }
        try {
            autoencoderHistory = new AutoencoderTrainer(config.autoencoder())
                    .train(
                            autoencoder,
                            train,
                            test,
                            config.binarization(),
                            random(AutoencoderTrainer.PHASE),
                            new Steering(listener, epoch -> {}),
                            state(AutoencoderTrainer.PHASE));
            if (!autoencoderHistory.interrupted()) {
                fitLatentSpace(listener);
            }
        } catch (TrainingDivergedException e) {
            autoencoderHistory = e.history();
            throw e;
        } catch (CancellationException e) {
            Thread.interrupted();
            autoencoderHistory.markInterrupted();
        }
        return autoencoderHistory;
    }

    private void fitLatentSpace(TrainingListener listener) {
        listener.batchDone(REFERENCE_PHASE, 1, 1, 0, REFERENCE_PARTS);
        RandomSource random = random(REFERENCE_PHASE);
        Scope.run(() -> {
            NDArray images = train.binarized(config.binarization(), random);
            Supplier<NDArray> draws = autoencoder.aggregatePosterior(images, random);
            LatentSpace fitted = new LatentSpace(autoencoder, Whitening.fit(manager, draws.get()));
            reference = reference(fitted.whitening(), draws, random, listener);
            latentSpace = fitted;
        });
    }

    private ReferenceMeasure reference(
            Whitening whitening, Supplier<NDArray> draws, RandomSource random, TrainingListener listener) {
        if (config.referenceComponents() == 0) {
            return new StandardNormal(network.dimension());
        }
        Supplier<NDArray> whitened = () -> whitening.whiten(draws.get());
        DoubleConsumer progress = share ->
                listener.batchDone(REFERENCE_PHASE, 1, 1, (int) Math.floor(share * REFERENCE_PARTS), REFERENCE_PARTS);
        return autoencoder
                .mixture()
                .map(prior -> refined(prior, whitening, whitened, progress))
                .orElseGet(() -> ExpectationMaximization.fit(
                        manager, whitened, config.referenceComponents(), EM_ITERATIONS, random, progress));
    }

    /** Goes on from the mixture that the encoder has learned to match. */
    private GaussianMixture refined(
            GaussianMixture prior, Whitening whitening, Supplier<NDArray> whitened, DoubleConsumer progress) {
        try (GaussianMixture start = prior.mapped(manager, whitening.mean(), whitening.whiteningMatrix())) {
            return ExpectationMaximization.refine(manager, start, whitened, EM_ITERATIONS, progress);
        }
    }

    /**
     * Trains the energy network for its first epochs, by noise-contrastive estimation: see {@link TrainingConfig#pretraining}.
     *
     * @param listener the listener to the batches and epochs
     * @return the history; interrupted if the thread was; without epochs if the configuration asks for none
     * @throws IllegalStateException if the autoencoder is not trained, or {@link #trainEnergy} has begun
     * @throws TrainingDivergedException if the training diverges; the energy network is then as it was after the last good epoch
     * @throws UncheckedIOException if a checkpoint cannot be written
     */
    public TrainingHistory pretrainEnergy(TrainingListener listener) {
        requireAutoencoder();
        if (energyHistory != null) {
            throw new IllegalStateException(
                    "pretraining: must come before the training of the energy, which has already begun");
        }
        if (config.pretraining().isEmpty()) {
            return TrainingHistory.of(EnergyTrainer.PRETRAINING);
        }
        goesOnWithPretraining = false;
        try {
            pretrainingHistory =
                    train(EnergyTrainer.pretrainer(config.pretraining().get()), EnergyTrainer.PRETRAINING, listener);
        } catch (TrainingDivergedException e) {
            pretrainingHistory = e.history();
            throw e;
        }
        return pretrainingHistory;
    }

    /**
     * Trains the energy network on the whitened latents of the training images. Calls {@link #pretrainEnergy} first, if the configuration
     * asks for it and no epoch of it is done. If that was interrupted after an epoch, the training goes on from the last complete one.
     *
     * @param listener the listener to the batches and epochs
     * @return the history; interrupted if the thread was; if that happens during pretraining, the history of pretraining
     * @throws IllegalStateException if the autoencoder is not trained
     * @throws TrainingDivergedException if the training diverges; the energy network is then as it was after the last good epoch
     * @throws UncheckedIOException if a checkpoint cannot be written
     */
    public TrainingHistory trainEnergy(TrainingListener listener) {
        requireAutoencoder();
        boolean pretrains = config.pretraining().isPresent()
                && energyHistory == null
                && (goesOnWithPretraining || !isTrained(pretrainingHistory));
        if (pretrains && pretrainEnergy(listener).interrupted()) {
            return pretrainingHistory;
        }
        try {
            energyHistory = train(new EnergyTrainer(config.energy()), EnergyTrainer.PHASE, listener);
        } catch (TrainingDivergedException e) {
            energyHistory = e.history();
            throw e;
        }
        return energyHistory;
    }

    private TrainingHistory train(EnergyTrainer trainer, String phase, TrainingListener listener) {
        TrainingState reached = state(phase);
        try {
            if (latentSpace == null) {
                fitLatentSpace(listener);
            }
            RandomSource random = random(phase.equals(EnergyTrainer.PHASE) ? LATENTS : phase + " " + LATENTS);
            try (NDArray latents = latents(random)) {
                return trainer.train(
                        network,
                        reference,
                        latents,
                        random(phase),
                        new Steering(listener, epoch -> redraw(latents, random.numbered(epoch))),
                        reached);
            }
        } catch (CancellationException e) {
            Thread.interrupted();
            TrainingHistory history = reached == null ? trainer.newHistory() : reached.history();
            history.markInterrupted();
            return history;
        }
    }

    /** Draws the latents of a variational autoencoder anew, in place, so that the energy does not fit the accidents of one set. */
    private void redraw(NDArray latents, RandomSource random) {
        if (autoencoder.isVariational()) {
            Scope.run(() -> Tensors.copy(latents(random), latents));
        }
    }

    /** The images, 47 MB, are not kept while the energy network is trained. */
    private NDArray latents(RandomSource random) {
        try (NDArray images = train.binarized(config.binarization(), random)) {
            return latentSpace.sample(images, random);
        }
    }

    /**
     * Returns what is trained.
     *
     * @return the configuration
     */
    public TrainingConfig config() {
        return config;
    }

    /**
     * Returns the way from images to whitened latents and back; it stays this object's.
     *
     * @return the latent space
     * @throws IllegalStateException if the autoencoder is not trained
     */
    public LatentSpace latentSpace() {
        requireAutoencoder();
        if (latentSpace == null) {
            fitLatentSpace(TrainingListener.NONE);
        }
        return latentSpace;
    }

    /**
     * Returns whether the autoencoder has been trained for an epoch, so that there is a model to hand over.
     *
     * @return true after {@link #trainAutoencoder} has done an epoch
     */
    public boolean isAutoencoderTrained() {
        return isTrained(autoencoderHistory);
    }

    /**
     * Returns whether the energy network has been trained for an epoch, so that the energy differs from the reference measure's.
     *
     * @return true after {@link #pretrainEnergy} or {@link #trainEnergy} has done an epoch
     */
    public boolean isEnergyTrained() {
        return isTrained(pretrainingHistory) || isTrained(energyHistory);
    }

    private static boolean isTrained(TrainingHistory history) {
        return history != null && history.epochs() > 0;
    }

    /**
     * Trains all phases and hands over the model.
     *
     * @param listener the listener to the batches and epochs
     * @return the model, which from now on owns the native memory
     * @throws CancellationException if the thread is interrupted; it stays so
     * @throws TrainingDivergedException if the training diverges
     * @throws UncheckedIOException if a checkpoint cannot be written
     */
    public DigitModel train(TrainingListener listener) {
        if (trainAutoencoder(listener).interrupted() || trainEnergy(listener).interrupted()) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the training was interrupted");
        }
        return model();
    }

    /**
     * Hands over the model, as far as it is trained: with an untrained energy network, its energy is the reference
     * measure's.
     *
     * @return the model, which from now on owns the native memory
     * @throws IllegalStateException if the autoencoder is not trained
     */
    public DigitModel model() {
        LatentSpace fitted = latentSpace();
        handedOver = true;
        Map<String, Double> metrics = new LinkedHashMap<>();
        addLastRow(metrics, autoencoderHistory);
        addLastRow(metrics, pretrainingHistory);
        addLastRow(metrics, energyHistory);
        ModelCard card = new ModelCard(
                ModelCard.FORMAT_VERSION,
                config,
                Versions.current(),
                train.dataSet().name(),
                dataChecksums(),
                metrics,
                Map.of(),
                name,
                networks.cards(autoencoder, network));
        List<Table> histories = Stream.of(autoencoderHistory, pretrainingHistory, energyHistory)
                .filter(ModelTraining::isTrained)
                .map(TrainingHistory::table)
                .toList();
        return new DigitModel(manager, fitted, network, reference, card, () -> histories);
    }

    private Map<String, String> dataChecksums() {
        Map<String, String> checksums = new LinkedHashMap<>(train.dataSet().checksums());
        checksums.putAll(test.dataSet().checksums());
        return checksums;
    }

    private static void addLastRow(Map<String, Double> metrics, TrainingHistory history) {
        if (!isTrained(history)) {
            return;
        }
        Table table = history.table();
        metrics.put(ModelCard.metricName(table.name(), ModelCard.EPOCHS), (double) history.epochs());
        for (String column : table.columnNames()) {
            if (!column.equals(TrainingHistory.EPOCH)) {
                double value = column.equals(TrainingHistory.SECONDS)
                        ? table.doubleColumn(column).sum()
                        : history.last(column);
                metrics.put(ModelCard.metricName(table.name(), column), value);
            }
        }
    }

    private void requireAutoencoder() {
        if (!isAutoencoderTrained()) {
            throw new IllegalStateException("the autoencoder is not trained: call trainAutoencoder first");
        }
    }

    /** Frees the networks, unless {@link #model} has handed them over. */
    @Override
    public void close() {
        if (!handedOver) {
            manager.close();
        }
    }
}
