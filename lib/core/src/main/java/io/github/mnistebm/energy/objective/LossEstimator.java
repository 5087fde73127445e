package io.github.mnistebm.energy.objective;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Estimates the loss of one training, batch by batch. Owns its arrays: close it. Not safe for use by several threads. */
public interface LossEstimator extends AutoCloseable {

    /** The widest difference of two energies of a sane training, in nats, without one nat for each dimension. */
    double WIDEST_GAP = 20;

    /** The loss of one update as a function of the values of f at some states. Its arrays live as long as the update. */
    interface Batch {

        /**
         * Returns the states at which the update evaluates f.
         *
         * @return the states, {@code [n, d]}
         */
        NDArray states();

        /**
         * Differentiates the loss with respect to the values of f.
         *
         * @param tilts f of each state, {@code [n]}
         * @return ∂loss/∂f of each state, {@code [n]}
         */
        NDArray coefficients(NDArray tilts);

        /**
         * Measures the update.
         *
         * @param tilts f of each state before the update, {@code [n]}
         * @return numbers that are summed over the updates of an epoch, {@code [k]} with the same k for each update
         */
        NDArray measures(NDArray tilts);

        /**
         * Moves the parameters of the loss itself, where it has some.
         *
         * @param tilts f of each state before the update, {@code [n]}
         * @param learningRate Adam's learning rate of this update
         */
        default void update(NDArray tilts, double learningRate) {}
    }

    /**
     * Prepares an update.
     *
     * @param data the data points of the update, {@code [batch size, d]}
     * @param random the source of randomness
     * @return the loss of the update
     */
    Batch batch(NDArray data, RandomSource random);

    /**
     * Returns the measurements of an epoch.
     *
     * @param sums the sums of {@link Batch#measures} over the updates, {@code [k]}
     * @param updates the number of updates
     * @return a value for each name of {@link EnergyLoss#measures}
     */
    default double[] measured(float[] sums, int updates) {
        double[] means = new double[sums.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = (double) sums[i] / updates;
        }
        return means;
    }

    /**
     * Looks for a measurement that no sane training has.
     *
     * @param measured the measurements of an epoch
     * @param dimension d
     * @return the quantity, its value and the expected one; empty if all is well
     */
    default Optional<String> fault(double[] measured, int dimension) {
        double widest = measured[1] + WIDEST_GAP + dimension;
        return measured[0] <= widest
                ? Optional.empty()
                : Optional.of(
                        String.format(Locale.ROOT, "the loss is %.4g, expected at most %.4g", measured[0], widest));
    }

    /**
     * Returns the arrays that training changes, by name.
     *
     * @return the arrays; they stay this object's
     */
    default Map<String, NDArray> state() {
        return Map.of();
    }

    /**
     * Goes on after updates that were made elsewhere, with the arrays that they left in {@link #state}.
     *
     * @param updates the number of updates
     */
    default void resumeAfter(long updates) {}

    @Override
    default void close() {}
}
