package io.github.mnistebm.density;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Map;
import java.util.Optional;

/**
 * A probability measure q on R^d with exact samples and a normalized energy −log q. A network tilts it, and jumps are
 * proposed from it. Its energy confines the chains: without it exp(−f) need not have a finite integral.
 */
public interface ReferenceMeasure extends EnergyFunction {

    /** The share of a measure that remains when it is brought nearer to states. */
    double RETAINED_SHARE = 0.1;

    /**
     * Draws exact samples.
     *
     * @param manager the owner of the result
     * @param count the number of samples
     * @param random the source of randomness
     * @return the samples, {@code [count, d]}
     */
    NDArray sample(NDManager manager, long count, RandomSource random);

    /**
     * Returns this measure at a temperature that keeps its shape. The covariance of each of its normal distributions is multiplied by
     * T, while means and weights stay. The modes therefore keep their probabilities, unlike those of q^(1/T).
     *
     * @param temperature T; positive
     * @return the normalized measure, which uses this one
     * @throws IllegalArgumentException if T is not positive and finite
     */
    ReferenceMeasure tempered(double temperature);

    /**
     * Returns whether this measure was fitted to data, so that draws of it are worth proposing to a chain.
     *
     * @return false for a fixed measure
     */
    default boolean isFitted() {
        return false;
    }

    /**
     * Returns a measure that is nearer to some states, for proposals and draws. Its density is at least {@value #RETAINED_SHARE} of this one's everywhere, so
     * that weights of its draws are bounded wherever those of this one's are.
     *
     * @param parent the parent of the manager that owns the arrays of the result
     * @param states the states, {@code [n, d]}
     * @return the measure; this one if it cannot be fitted
     */
    default ReferenceMeasure towards(NDManager parent, NDArray states) {
        return this;
    }

    /**
     * Returns the parameters by name; they stay this object's.
     *
     * @return the parameters; empty for a fixed measure
     */
    default Map<String, NDArray> namedParameters() {
        return Map.of();
    }

    @Override
    default Optional<HostReference> onHost() {
        return Optional.empty();
    }
}
