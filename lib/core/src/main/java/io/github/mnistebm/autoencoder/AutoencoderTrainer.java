package io.github.mnistebm.autoencoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.autoencoder.AutoencoderLoss.LossAndGradient;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.data.MiniBatches;
import io.github.mnistebm.density.ExpectationMaximization;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.Adam;
import io.github.mnistebm.training.CosineSchedule;
import io.github.mnistebm.training.TrainingDivergedException;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import io.github.mnistebm.training.TrainingState;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * Trains an autoencoder on the Bernoulli negative log-likelihood of its reconstructions, with noise on the latents:
 *
 * <pre>mean over images x of  −log p(x | z + σ ξ) + λ ‖z‖²   with  z = encode(x),  ξ standard normal</pre>
 *
 * <p>The noise makes the space between the digits' latents decodable; the penalty keeps the encoder from outgrowing the
 * noise (a variational autoencoder with a fixed posterior variance; Ghosh et al. 2020, "From variational to
 * deterministic autoencoders", equations 5 to 8).
 *
 * <p>With a learned variance, it is a variational autoencoder, whose loss is minus the evidence lower bound,
 *
 * <pre>mean over images x of  −log p(x | μ + σ ξ) + β KL(N(μ, σ²) | N(0, I))  with  (μ, log σ²) = encode(x),</pre>
 *
 * <p>where β rises from 0 to 1 along a line over the epochs of the warm-up (Sønderby et al. 2016, "Ladder variational autoencoders",
 * section 3.1). The last epochs may maximize the importance-weighted bound instead, which is nearer to the likelihood. And they may have
 * a mixture of normal distributions as their prior in place of the standard normal, fitted at the beginning of each such epoch to draws of
 * the aggregate posterior, which is the prior of the greatest evidence lower bound (Tomczak &amp; Welling 2018, "VAE with a VampPrior",
 * equation 8).
 */
public final class AutoencoderTrainer {

    /** The history's phase. */
    public static final String PHASE = "autoencoder";

    /** Mean training loss of the epoch, with the penalty or the weighted divergence, nats an image; a column of the history. */
    public static final String TRAIN_LOSS = "train loss";

    /** Negative log-likelihood of test images, without noise and penalty, nats an image; a column of the history. */
    public static final String TEST_LOSS = "test loss";

    private static final int TEST_BATCH = 1000;

    /** The factor by which a loss may exceed that of an untrained autoencoder: a coin for each pixel, latents of variance 1. */
    private static final double WORST_RATIO = 10;

    /** The number of images that are compared with each other. */
    private static final long COMPARED = 500;

    /** The least difference, in nats. If every image is encoded alike, rounding errors are less than a hundredth of this. */
    private static final double LEAST_DIFFERENCE = 1e-4;

    /** The iterations of expectation maximization at the beginning of the first epoch with a mixture, and of each further one. */
    private static final int FITTING = 16;

    private static final int REFITTING = 3;

    private final AutoencoderConfig config;

    /**
     * Creates a trainer.
     *
     * @param config the configuration of the training
     */
    public AutoencoderTrainer(AutoencoderConfig config) {
        this.config = config;
    }

    /**
     * Trains. If the thread is interrupted, training goes back to the end of the last complete epoch and returns with a
     * history that says so.
     *
     * @param autoencoder the autoencoder to train; changed
     * @param train the training images
     * @param test the images to measure on
     * @param binarization the rule by which grey becomes black and white; a stochastic one draws anew each epoch
     * @param random the source of randomness; each epoch has a source of its own, by its number
     * @param listener the listener to the batches and epochs
     * @return the history: {@value #TRAIN_LOSS}, {@value #TEST_LOSS}, {@value TrainingHistory#SECONDS}
     * @throws TrainingDivergedException if the loss of an epoch is more than ten times an untrained autoencoder's, a value is
     *     not finite, or all images are reconstructed alike; the autoencoder is then as it was at the end of the epoch before
     */
    public TrainingHistory train(
            Autoencoder autoencoder,
            DigitImages train,
            DigitImages test,
            Binarization binarization,
            RandomSource random,
            TrainingListener listener) {
        return train(autoencoder, train, test, binarization, random, listener, null);
    }

    /**
     * Like {@link #train(Autoencoder, DigitImages, DigitImages, Binarization, RandomSource, TrainingListener)}, from a state that a training of
     * the same configuration reached.
     *
     * @param autoencoder the autoencoder to train; changed
     * @param train the training images
     * @param test the images to measure on
     * @param binarization the rule by which grey becomes black and white
     * @param random the source of randomness; each epoch has a source of its own, by its number
     * @param listener the listener to the batches and epochs
     * @param from the state; null to begin at the beginning
     * @return the history, that of the state included
     * @throws TrainingDivergedException as above
     * @throws IllegalArgumentException if the state is that of another configuration
     */
    public TrainingHistory train(
            Autoencoder autoencoder,
            DigitImages train,
            DigitImages test,
            Binarization binarization,
            RandomSource random,
            TrainingListener listener,
            TrainingState from) {
        TrainingHistory history = from == null
                ? TrainingHistory.of(PHASE, TRAIN_LOSS, TEST_LOSS, TrainingHistory.SECONDS)
                : from.history();
        try (Session session = new Session(autoencoder, train)) {
            if (from != null) {
                session.resume(from);
            }
            session.run(train, test, binarization, random, history, listener);
            return history;
        }
    }

    /** The state of one training. */
    private final class Session implements AutoCloseable {
        private final NDManager manager;
        private final Autoencoder autoencoder;
        private final NDArray values;
        private final NDArray kept;
        private final int batchSize;
        private final int batches;
        private final Adam adam;
        private final CosineSchedule schedule;
        private final AutoencoderLoss loss;
        private final NDArray total;
        /** The parameters of the prior, if it is a mixture. */
        private final Map<String, NDArray> mixture = new LinkedHashMap<>();

        private long updates;

        Session(Autoencoder autoencoder, DigitImages train) {
            this.manager = NDManager.newBaseManager(train.device());
            this.autoencoder = autoencoder;
            this.values = autoencoder.parameters().values();
            this.batchSize = Math.min(config.batchSize(), train.size());
            this.batches = train.size() / batchSize;
            this.adam = new Adam(values);
            this.schedule = new CosineSchedule(config.learningRate(), (long) config.epochs() * batches);
            this.loss = new AutoencoderLoss(autoencoder, config, batchSize, manager);
            this.total = Tensors.scalar(manager, 0);
            this.kept = values.duplicate();
            if (config.mixtureEpochs() > 0) {
                GaussianMixture.parameterShapes(config.mixtureComponents(), config.latentDimension())
                        .forEach((name, shape) -> mixture.put(name, manager.zeros(shape)));
            }
        }

        void resume(TrainingState from) {
            from.copyInto(state());
            updates = (long) from.history().epochs() * batches;
            adam.resumeAfter(updates);
            Tensors.copy(values, kept);
            if (from.history().epochs() > config.epochs() - config.mixtureEpochs()) {
                autoencoder.setMixture(GaussianMixture.of(autoencoder.manager(), mixture));
            }
        }

        /** Returns the arrays that training changes, by name. */
        private Map<String, NDArray> state() {
            Map<String, NDArray> state = new LinkedHashMap<>(adam.moments());
            state.put("parameters", values);
            mixture.forEach((name, array) -> state.put("mixture." + name, array));
            return state;
        }

        /** Trains until the last epoch or an interruption. */
        void run(
                DigitImages train,
                DigitImages test,
                Binarization binarization,
                RandomSource random,
                TrainingHistory history,
                TrainingListener listener) {
            try (NDArray testImages = test.binarized(binarization, random.numbered(0))) {
                while (history.epochs() < config.epochs()) {
                    RandomSource ofEpoch = random.numbered(history.epochs() + 1);
                    epoch(train, binarization, testImages, ofEpoch, history, listener);
                }
            } catch (CancellationException e) {
                Thread.interrupted();
                history.markInterrupted();
            } finally {
                // The copy is that of the last complete epoch.
                Tensors.copy(kept, values);
            }
        }

        private void epoch(
                DigitImages train,
                Binarization binarization,
                NDArray testImages,
                RandomSource random,
                TrainingHistory history,
                TrainingListener listener) {
            long start = System.nanoTime();
            int epoch = history.epochs() + 1;
            listener.epochBegins(PHASE, epoch);
            try (NDScope scope = new NDScope();
                    NDArray images = train.binarized(binarization, random);
                    MiniBatches shuffled = MiniBatches.shuffled(images, batchSize, random)) {
                scope.suppressNotUsedWarning();
                if (hasMixture(epoch)) {
                    fitMixture(images, random);
                }
                GaussianMixture prior = autoencoder.mixture().orElse(null);
                for (int batch = 0; batch < batches; batch++) {
                    Cancellation.check();
                    try (NDScope update = new NDScope()) {
                        update.suppressNotUsedWarning();
                        LossAndGradient computed = isImportanceWeighted(epoch)
                                ? loss.importanceWeighted(shuffled.get(batch), config.iwaeDraws(), prior, random)
                                : loss.of(shuffled.get(batch), divergenceWeight(), prior, random);
                        total.addi(computed.loss());
                        adam.update(computed.gradient(), schedule.rate(updates++));
                    }
                    listener.batchDone(PHASE, epoch, config.epochs(), batch + 1, batches);
                }
                double trainLoss = total.getFloat() / batches;
                Tensors.clear(total);
                requireSane(trainLoss, images, history);
                double testLoss = loss(autoencoder, testImages);
                Tensors.copy(values, kept);
                history.add(trainLoss, testLoss, (System.nanoTime() - start) / 1e9);
            }
            listener.epochDone(history);
            listener.stateReached(new TrainingState(history, state()));
        }

        private boolean isImportanceWeighted(int epoch) {
            return config.isVariational() && epoch > config.epochs() - config.iwaeEpochs();
        }

        private boolean hasMixture(int epoch) {
            return config.isVariational() && epoch > config.epochs() - config.mixtureEpochs();
        }

        private void fitMixture(NDArray images, RandomSource random) {
            Scope.run(() -> {
                Supplier<NDArray> draws = autoencoder.aggregatePosterior(images, random);
                NDManager owner = autoencoder.manager();
                autoencoder.setMixture(autoencoder
                        .mixture()
                        .map(last -> ExpectationMaximization.refine(owner, last, draws, REFITTING, share -> {}))
                        .orElseGet(() -> ExpectationMaximization.fit(
                                owner, draws, config.mixtureComponents(), FITTING, random, share -> {})));
            });
            autoencoder
                    .mixture()
                    .orElseThrow()
                    .namedParameters()
                    .forEach((name, array) -> Tensors.copy(array, mixture.get(name)));
        }

        private double divergenceWeight() {
            long warmUp = (long) config.warmUpEpochs() * batches;
            return updates < warmUp ? (double) updates / warmUp : 1;
        }

        private void requireSane(double trainLoss, NDArray images, TrainingHistory history) {
            String remedy = "a smaller learning rate (--auto-lr) than " + config.learningRate();
            double untrained = DigitImages.PIXELS * Math.log(2) + config.latentPenalty() * config.latentDimension();
            if (!(trainLoss <= WORST_RATIO * untrained)) {
                throw new TrainingDivergedException(
                        history,
                        String.format(
                                Locale.ROOT,
                                "the loss is %.4g nats an image, expected at most %.0f",
                                trainLoss,
                                WORST_RATIO * untrained),
                        remedy);
            }
            new TrainingState(history, state()).notFinite().ifPresent(name -> {
                throw new TrainingDivergedException(history, name + " has a value that is not finite", remedy);
            });
            double difference = difference(images);
            if (!(difference > LEAST_DIFFERENCE)) {
                throw new TrainingDivergedException(
                        history,
                        String.format(
                                Locale.ROOT,
                                "all images are reconstructed alike (mean difference of their logits %.2g, expected more"
                                        + " than %.2g)",
                                difference,
                                LEAST_DIFFERENCE),
                        remedy + ", or a smaller --latent-penalty");
            }
        }

        /** Returns the mean difference of a pixel's logit between the reconstructions of two images. */
        private double difference(NDArray images) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray some = images.get(new NDIndex()
                                .addSliceDim(
                                        0, Math.min(COMPARED, images.getShape().get(0))))
                        .toType(DataType.FLOAT32, false);
                NDArray logits =
                        autoencoder.decodeLogits(autoencoder.encode(some)).stopGradient();
                return logits.sub(logits.mean(new int[] {0})).abs().mean().getFloat();
            }
        }

        @Override
        public void close() {
            kept.close();
            adam.close();
            manager.close();
        }
    }

    /**
     * Measures the negative log-likelihood of reconstructions, without noise on the latents.
     *
     * @param autoencoder the autoencoder
     * @param images unsigned bytes 0 and 1, {@code [n, 784]}
     * @return the mean in nats an image
     */
    public static double loss(Autoencoder autoencoder, NDArray images) {
        long n = images.getShape().get(0);
        double sum = 0;
        for (long from = 0; from < n; from += TEST_BATCH) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray batch = images.get(new NDIndex().addSliceDim(from, Math.min(n, from + TEST_BATCH)))
                        .toType(DataType.FLOAT32, false);
                NDArray logits = autoencoder.decodeLogits(autoencoder.encode(batch));
                sum += (double) Autoencoder.crossEntropy(batch, logits).getFloat()
                        * batch.getShape().get(0);
            }
        }
        return sum / n;
    }
}
