package io.github.mnistebm.evaluation.likelihood;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.density.EnergyFunction;

/** The distribution p(x | u) of observations x given their latents u. */
@FunctionalInterface
public interface ObservationModel {

    /**
     * Returns the negative log-likelihood of latents, given observations.
     *
     * @param observations x, {@code [n, …]}; kept as long as the result is in use
     * @return −log p(x | u) in nats, normalized over x, as a function of {@code n * m} latents, of which the first m are for the first
     *     observation
     */
    EnergyFunction given(NDArray observations);
}
