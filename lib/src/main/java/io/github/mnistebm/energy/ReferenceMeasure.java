package io.github.mnistebm.energy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.sampling.EnergyFunction;

/**
 * A probability measure q on R^d with exact samples, which the network tilts. Its energy −log q confines the chains;
 * without it exp(−f) need not have a finite integral.
 */
public interface ReferenceMeasure extends EnergyFunction {

    /**
     * Draws exact samples with the engine's random numbers.
     *
     * @param manager the owner of the result
     * @param count how many
     * @return {@code [count, d]}
     */
    NDArray sample(NDManager manager, long count);
}
