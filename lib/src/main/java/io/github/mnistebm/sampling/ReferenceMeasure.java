package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Optional;

/**
 * A probability measure q on R^d with exact samples and a normalized energy −log q. A network tilts it, and jumps are
 * proposed from it. Its energy confines the chains: without it exp(−f) need not have a finite integral.
 */
public interface ReferenceMeasure extends EnergyFunction {

    /**
     * Draws exact samples.
     *
     * @param manager the owner of the result
     * @param count how many
     * @param random the source of randomness
     * @return {@code [count, d]}
     */
    NDArray sample(NDManager manager, long count, RandomSource random);

    /**
     * Returns this measure at a temperature that keeps its shape: of each normal distribution that it consists of, the covariance is
     * multiplied by T, while means and weights stay. Its modes keep their probabilities, which those of q^(1/T) would not.
     *
     * @param temperature T; positive
     * @return the measure, normalized; it needs this one as long as it is used
     * @throws IllegalArgumentException if T is not positive and finite
     */
    ReferenceMeasure tempered(double temperature);

    @Override
    default Optional<HostReference> onHost() {
        return Optional.empty();
    }
}
