package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.condition.Calibration;
import io.github.mnistebm.condition.ConditionNetworks;
import io.github.mnistebm.condition.ConditionTrainer;
import io.github.mnistebm.condition.Examples;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.morphology.Morphology;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.TrainingListener;
import java.util.Arrays;

/**
 * Trains the networks that conditions on digits and measures take, for a model that is trained otherwise. They learn from latents of the
 * training images with the noise that the decoder was trained with, and are calibrated on latents without it, of images that they did not
 * see. The measures are those of the decoded latents.
 *
 * @param model the model; not closed
 */
public record ConditionTraining(DigitModel model) {

    /** Every so many images, one is left for the calibration. */
    private static final int CALIBRATION = 6;

    /** The most latents whose decoded images are measured, and the most training images. */
    private static final int MEASURED = 16_000;

    private static final int MEASURED_FOR_CALIBRATION = 5000;
    private static final int MEASURED_IMAGES = 3000;

    /**
     * Returns whether images are enough for the networks.
     *
     * @param train the training images
     * @return false for images of one class, or fewer than 12 images
     */
    public static boolean isPossible(DigitImages train) {
        return train.dataSet().classes().size() >= 2 && train.size() >= 2 * CALIBRATION;
    }

    /**
     * Trains the networks and gives them to the model.
     *
     * @param train the training images, labelled
     * @param listener the listener to the updates
     * @throws IllegalArgumentException if the images are of fewer than two classes, or fewer than 12 images
     * @throws java.util.concurrent.CancellationException if the thread is interrupted; it stays so
     */
    public void train(DigitImages train, TrainingListener listener) {
        int classes = train.dataSet().classes().size();
        if (!isPossible(train)) {
            throw new IllegalArgumentException("conditions: expected at least " + 2 * CALIBRATION
                    + " images of at least 2 classes, found " + train.size() + " of " + classes);
        }
        RandomSource random =
                RandomSource.of(model.card().configuration().seed()).numbered(ConditionTrainer.PHASE.hashCode());
        listener.batchDone(ConditionTrainer.PHASE, 1, 1, 0, 100);
        Scope.run(() -> {
            NDArray images = train.binarized(model.card().configuration().binarization(), random);
            int[] order = Scope.compute(() -> random.permutation(model.manager(), train.size())
                    .toType(DataType.INT32, false)
                    .toIntArray());
            int forCalibration = train.size() / CALIBRATION;
            Examples calibration = examples(
                    images,
                    train.labels(),
                    Arrays.copyOf(order, forCalibration),
                    MEASURED_FOR_CALIBRATION,
                    false,
                    random);
            Examples examples = examples(
                    images,
                    train.labels(),
                    Arrays.copyOfRange(order, forCalibration, order.length),
                    MEASURED,
                    true,
                    random);
            Morphology[] measured = Morphology.ofAll(
                    images.get("0:" + Math.min(MEASURED_IMAGES, train.size())).toByteArray());
            model.addConditions(ConditionTrainer.train(
                    model.manager(), examples, calibration, classes, measured, random, listener));
            images.close();
        });
    }

    /**
     * Measures how far the networks of the model are to be trusted, on latents of images without noise.
     *
     * @param images labelled images, such as test images
     * @return the calibration
     * @throws IllegalStateException if the model has no such networks
     */
    public Calibration calibration(DigitImages images) {
        ConditionNetworks networks = model.conditions()
                .orElseThrow(() -> new IllegalStateException("conditions: the model has no networks for them"));
        RandomSource random = RandomSource.of(1);
        return Scope.compute(() -> {
            NDArray binary = images.binarized(model.card().configuration().binarization(), random);
            int[] all = new int[images.size()];
            Arrays.setAll(all, i -> i);
            Calibration calibration = Calibration.of(
                    networks, examples(binary, images.labels(), all, MEASURED_FOR_CALIBRATION, false, random));
            binary.close();
            return calibration;
        });
    }

    private Examples examples(
            NDArray images, byte[] labels, int[] chosen, int measured, boolean noisy, RandomSource random) {
        byte[] itsLabels = new byte[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            itsLabels[i] = labels[chosen[i]];
        }
        NDArray rows = images.get(images.getManager().create(chosen));
        NDArray latents = noisy ? noisy(rows, random) : model.latentSpace().sample(rows, random);
        NDArray first = latents.get("0:" + Math.min(measured, chosen.length));
        byte[] pixels = model.decodeBinary(first).toByteArray();
        return new Examples(latents, itsLabels, Morphology.ofAll(pixels));
    }

    /** Returns whitened latents as the decoder saw them in its training. */
    private NDArray noisy(NDArray images, RandomSource random) {
        NDArray latents = model.latentSpace().sample(images, random);
        double noise = model.card().configuration().autoencoder().latentNoise();
        if (model.latentSpace().autoencoder().isVariational() || noise == 0) {
            return latents;
        }
        NDArray white = random.normal(latents.getManager(), latents.getShape());
        NDArray spread = white.matMul(model.latentSpace().whitening().whiteningMatrix());
        return latents.add(spread.muli(Tensors.scalar(latents.getManager(), noise)));
    }
}
