package io.github.mnistebm.training;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.tensor.Tensors;
import java.util.Map;
import java.util.Optional;

/**
 * The state of a phase of training between two epochs: with its configuration and the seed of the next epoch, all that the
 * epochs to come depend on.
 *
 * @param history the epochs so far
 * @param arrays the arrays that training changes, by name; those that a trainer passes on are its own and change with the next epoch
 */
public record TrainingState(TrainingHistory history, Map<String, NDArray> arrays) {

    /**
     * Copies the arrays of this state into those of another training of the same configuration.
     *
     * @param target the arrays to write to, by name
     * @throws IllegalArgumentException if one is missing here, or of another shape
     */
    public void copyInto(Map<String, NDArray> target) {
        target.forEach((name, array) -> {
            NDArray kept = arrays.get(name);
            if (kept == null || !kept.getShape().equals(array.getShape())) {
                throw new IllegalArgumentException("training state: " + name + ": expected shape " + array.getShape()
                        + ", found " + (kept == null ? "none" : kept.getShape()));
            }
            Tensors.copy(kept, array);
        });
    }

    /**
     * Looks for a value that is not finite, since no training could go on from it.
     *
     * @return the name of an array that has one; empty if all values are finite
     */
    public Optional<String> notFinite() {
        return arrays.entrySet().stream()
                .filter(array -> !Tensors.isFinite(array.getValue()))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
