package io.github.mnistebm.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is known of a model's making; {@code model.json} on disk.
 *
 * @param formatVersion of the folder's layout
 * @param configuration what it was trained with, the seed among it
 * @param versions of the library and what it stands on, by name
 * @param dataChecksums SHA-256 of the files that the images were read from, by file name; empty for images that were given as arrays
 * @param metrics of its training, by name: losses in nats an image, energies in nats, times in seconds; those that are not finite
 *     are left out
 * @param evaluation of its samples, by name; empty until it was evaluated
 * @param training a name that the training had alone, by which what it goes on to is told from another model; null in cards of models
 *     that were saved before there was one
 */
public record ModelCard(
        int formatVersion,
        TrainingConfig configuration,
        Map<String, String> versions,
        Map<String, String> dataChecksums,
        Map<String, Double> metrics,
        Map<String, Object> evaluation,
        String training) {

    /** The layout that this version of the library writes and reads. */
    public static final int FORMAT_VERSION = 1;

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
        metrics = finite(copy(metrics));
        evaluation = copy(evaluation);
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
     * Returns the card with another evaluation.
     *
     * @param newEvaluation by name
     * @return a new card
     */
    public ModelCard withEvaluation(Map<String, Object> newEvaluation) {
        return new ModelCard(formatVersion, configuration, versions, dataChecksums, metrics, newEvaluation, training);
    }
}
