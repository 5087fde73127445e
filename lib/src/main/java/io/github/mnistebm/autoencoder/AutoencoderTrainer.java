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
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.Adam;
import io.github.mnistebm.training.CosineSchedule;
import io.github.mnistebm.training.TrainingDivergedException;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import io.github.mnistebm.training.TrainingState;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Trains an autoencoder on the Bernoulli negative log-likelihood of its reconstructions, with noise on the latents:
 *
 * <pre>mean over images x of  −log p(x | z + σ ξ) + λ ‖z‖²   with  z = encode(x),  ξ standard normal</pre>
 *
 * <p>The noise makes the space between the digits' latents decodable; the penalty keeps the encoder from outgrowing the
 * noise (a variational autoencoder with a fixed posterior variance; Ghosh et al. 2020, "From variational to
 * deterministic autoencoders", equations 5 to 8).
 */
public final class AutoencoderTrainer {

    /** The history's phase. */
    public static final String PHASE = "autoencoder";

    /** Mean training loss of the epoch, penalty included, nats an image; a column of the history. */
    public static final String TRAIN_LOSS = "train loss";

    /** Negative log-likelihood of test images, without noise and penalty, nats an image; a column of the history. */
    public static final String TEST_LOSS = "test loss";

    /** Wall time of the epoch; a column of the history. */
    public static final String SECONDS = "seconds";

    private static final int TEST_BATCH = 1000;

    private final AutoencoderConfig config;

    /**
     * Makes a trainer.
     *
     * @param config how to train
     */
    public AutoencoderTrainer(AutoencoderConfig config) {
        this.config = config;
    }

    /**
     * Trains. If the thread is interrupted, training goes back to the end of the last complete epoch and returns with a
     * history that says so.
     *
     * @param autoencoder what to train; changed
     * @param train the training images
     * @param test the images to measure on
     * @param binarization how grey becomes black and white; a stochastic one draws anew each epoch
     * @param random the source of randomness; each epoch has a source of its own, by its number
     * @param listener is told of batches and epochs
     * @return the history: {@value #TRAIN_LOSS}, {@value #TEST_LOSS}, {@value #SECONDS}
     * @throws TrainingDivergedException if the loss is no finite number at an epoch's end
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
     * @param autoencoder what to train; changed
     * @param train the training images
     * @param test the images to measure on
     * @param binarization how grey becomes black and white
     * @param random the source of randomness; each epoch has a source of its own, by its number
     * @param listener is told of batches and epochs
     * @param from the state; null to begin at the beginning
     * @return the history, that of the state included
     * @throws TrainingDivergedException if the loss is no finite number at an epoch's end
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
        TrainingHistory history =
                from == null ? TrainingHistory.of(PHASE, TRAIN_LOSS, TEST_LOSS, SECONDS) : from.history();
        NDArray values = autoencoder.parameters().values();
        int batchSize = Math.min(config.batchSize(), train.size());
        CosineSchedule schedule =
                new CosineSchedule(config.learningRate(), (long) config.epochs() * (train.size() / batchSize));
        long updates = (long) history.epochs() * (train.size() / batchSize);
        try (NDManager manager = NDManager.newBaseManager(train.device());
                Adam adam = new Adam(values);
                NDArray testImages = test.binarized(binarization, random.numbered(0));
                NDArray total = Tensors.scalar(manager, 0);
                AutoencoderLoss loss = new AutoencoderLoss(autoencoder, config, batchSize, manager);
                NDArray kept = values.duplicate()) {
            if (from != null) {
                from.copyInto(state(adam, values));
                adam.resumeAfter(updates);
                Tensors.copy(values, kept);
            }
            for (int epoch = history.epochs() + 1; epoch <= config.epochs(); epoch++) {
                long start = System.nanoTime();
                RandomSource ofEpoch = random.numbered(epoch);
                listener.epochBegins(PHASE, epoch);
                try (NDScope scope = new NDScope();
                        NDArray images = train.binarized(binarization, ofEpoch);
                        MiniBatches batches = MiniBatches.shuffled(images, batchSize, ofEpoch)) {
                    scope.suppressNotUsedWarning();
                    for (int batch = 0; batch < batches.count(); batch++) {
                        if (Thread.interrupted()) {
                            Tensors.copy(kept, values);
                            history.markInterrupted();
                            return history;
                        }
                        try (NDScope update = new NDScope()) {
                            update.suppressNotUsedWarning();
                            LossAndGradient computed = loss.of(batches.get(batch), ofEpoch);
                            total.addi(computed.loss());
                            adam.update(computed.gradient(), schedule.rate(updates++));
                        }
                        listener.batchDone(PHASE, epoch, config.epochs(), batch + 1, batches.count());
                    }
                    double trainLoss = total.getFloat() / batches.count();
                    Tensors.clear(total);
                    if (!Double.isFinite(trainLoss)) {
                        Tensors.copy(kept, values);
                        throw new TrainingDivergedException("autoencoder: the loss of epoch " + epoch + " is "
                                + trainLoss + ": training has diverged. Try a smaller learning rate (--auto-lr)");
                    }
                    Tensors.copy(values, kept);
                    history.add(trainLoss, loss(autoencoder, testImages), (System.nanoTime() - start) / 1e9);
                }
                listener.epochDone(history);
                listener.stateReached(new TrainingState(history, state(adam, values)));
            }
            return history;
        }
    }

    /** What training changes. */
    private static Map<String, NDArray> state(Adam adam, NDArray values) {
        Map<String, NDArray> state = new LinkedHashMap<>(adam.moments());
        state.put("parameters", values);
        return state;
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
