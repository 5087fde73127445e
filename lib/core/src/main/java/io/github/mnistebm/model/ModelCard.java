package io.github.mnistebm.model;

import io.github.mnistebm.data.DataSet;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.training.TrainingHistory;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The record of a model's training; {@code model.json} on disk.
 *
 * @param formatVersion the version of the folder's layout
 * @param configuration the configuration of its training, with the seed
 * @param versions the versions of the library and its dependencies, by name
 * @param dataSet the name of the data set ({@link DataSet#name}); null if the card was saved before cards had it and the checksums are
 *     not MNIST's
 * @param dataChecksums the SHA-256 checksums of the images and labels ({@link DataSet#checksums}); empty for images given as arrays
 * @param metrics the metrics of its training, by name: losses in nats an image, energies in nats, times in seconds;
 *     those that are not finite are left out
 * @param evaluation the evaluation of its samples, by name; empty until it was evaluated
 * @param training the unique name of the training, which its later results share; null in cards that were saved before trainings had
 *     names
 * @param blocks the architectures of the networks that are not the library's own, by {@code energy}, {@code encoder} or {@code decoder};
 *     empty for a model of the library's networks
 */
public record ModelCard(
        int formatVersion,
        TrainingConfig configuration,
        Map<String, String> versions,
        String dataSet,
        Map<String, String> dataChecksums,
        Map<String, Double> metrics,
        Map<String, Object> evaluation,
        String training,
        Map<String, BlockCard> blocks) {

    /** The layout that this version of the library writes and reads. */
    public static final int FORMAT_VERSION = 1;

    /** The metric of each phase that counts its epochs. */
    public static final String EPOCHS = "epochs";

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the format is another one, or the configuration is missing
     */
    public ModelCard {
        if (formatVersion != FORMAT_VERSION) {
            throw new IllegalArgumentException(
                    "formatVersion: expected " + FORMAT_VERSION + ", found " + formatVersion);
        }
        if (configuration == null) {
            throw new IllegalArgumentException("configuration: must be given");
        }
        versions = copy(versions);
        dataChecksums = copy(dataChecksums);
        dataSet = DataSet.isMnist(dataChecksums) ? DataSet.MNIST : dataSet;
        metrics = finite(copy(metrics));
        evaluation = copy(evaluation);
        blocks = copy(blocks);
    }

    private static <V> Map<String, V> copy(Map<String, V> map) {
        return map == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }

    private static Map<String, Double> finite(Map<String, Double> map) {
        Map<String, Double> finite = new LinkedHashMap<>(map);
        finite.values().removeIf(value -> value == null || !Double.isFinite(value));
        return Collections.unmodifiableMap(finite);
    }

    /**
     * Returns the name of a metric.
     *
     * @param phase the name of the phase of the training
     * @param column the name of a column of that phase's history, or {@link #EPOCHS}
     * @return the name in {@link #metrics()}
     */
    static String metricName(String phase, String column) {
        return phase + " " + column;
    }

    /**
     * Returns a metric of the training.
     *
     * @param phase the name of the phase of the training
     * @param column the name of a column of that phase's history, or {@link #EPOCHS}
     * @return the value at the end of the phase, the total of {@link TrainingHistory#SECONDS}; NaN if the card has none
     */
    public double metric(String phase, String column) {
        return metrics.getOrDefault(metricName(phase, column), Double.NaN);
    }

    /**
     * Returns whether the model draws handwritten digits.
     *
     * @return true if it was trained on MNIST
     */
    public boolean isOfDigits() {
        return DataSet.isMnist(dataChecksums);
    }

    /**
     * Returns where the images of the model's data set are by default.
     *
     * @return {@link DataFolder#mnist()} for MNIST and for an unknown set, else the folder of the set's name in {@link DataFolder#path()}
     */
    public Path dataFolder() {
        return dataSet == null || isOfDigits()
                ? DataFolder.mnist()
                : DataFolder.path().resolve(Path.of(dataSet).getFileName());
    }

    /**
     * Checks that images are of the set that the model was trained on, as far as the checksums show.
     *
     * @param images the images
     * @throws IllegalArgumentException if they are not; the message names both sets
     */
    public void requireTrainedOn(DataSet images) {
        if (images.differsFrom(dataChecksums)) {
            throw new IllegalArgumentException("data: expected " + dataSet + ", on which the model was trained, found "
                    + images.name() + (images.name().equals(dataSet) ? " with other checksums" : ""));
        }
    }

    /**
     * Returns the card with another evaluation.
     *
     * @param newEvaluation the results by name
     * @return a new card
     */
    public ModelCard withEvaluation(Map<String, Object> newEvaluation) {
        return new ModelCard(
                formatVersion,
                configuration,
                versions,
                dataSet,
                dataChecksums,
                metrics,
                newEvaluation,
                training,
                blocks);
    }
}
