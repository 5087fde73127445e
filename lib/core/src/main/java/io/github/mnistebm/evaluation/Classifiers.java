package io.github.mnistebm.evaluation;

import ai.djl.Device;
import io.github.mnistebm.data.DataSet;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The classifiers that samples are evaluated with: for MNIST the one that comes with the project, for another set one that is trained
 * when it is first needed, and kept beside the model in {@value DataFolder#CLASSIFIER}.
 */
public final class Classifiers {

    /** Passes over the training images. */
    public static final int EPOCHS = 5;

    private static final int SEED = 1;

    private Classifiers() {}

    /**
     * Finds the classifier of a set.
     *
     * @param model the folder of the model
     * @param data the training images' set
     * @param device the device of its arrays
     * @return the classifier; empty if none was trained on these images yet
     * @throws IOException if it is damaged
     */
    public static Optional<DigitClassifier> find(Path model, DataSet data, Device device) throws IOException {
        Path file = data.isMnist() ? DataFolder.classifier() : file(model);
        if (!data.isMnist() && (data.checksums().isEmpty() || !Files.exists(file))) {
            return Optional.empty();
        }
        DigitClassifier found = DigitClassifier.load(file, device);
        if (found.dataSet().checksums().equals(data.checksums())) {
            return Optional.of(found);
        }
        found.close();
        return Optional.empty();
    }

    /**
     * Trains a classifier for {@link #find} to find.
     *
     * @param train the training images
     * @param test the images that the accuracy is measured on
     * @param listener the listener to the batches and epochs
     * @return the classifier
     * @throws IllegalArgumentException if there are fewer than two classes
     * @throws java.util.concurrent.CancellationException if the thread is interrupted; it stays so
     */
    public static DigitClassifier train(DigitImages train, DigitImages test, TrainingListener listener) {
        return DigitClassifier.train(train, test, EPOCHS, SEED, listener);
    }

    /**
     * Returns the file of a model's own classifier.
     *
     * @param model the folder of the model
     * @return the file, which need not exist
     */
    public static Path file(Path model) {
        return model.resolve(DataFolder.CLASSIFIER);
    }
}
