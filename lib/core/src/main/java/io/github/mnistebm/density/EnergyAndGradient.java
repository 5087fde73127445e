package io.github.mnistebm.density;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.tensor.Scope;
import java.util.List;

/**
 * The energy of a batch of states and its gradient.
 *
 * @param energy E, {@code [chains]}
 * @param gradient ∇E, {@code [chains, d]}
 */
public record EnergyAndGradient(NDArray energy, NDArray gradient) implements Scope.Result {

    @Override
    public List<NDArray> arrays() {
        return List.of(energy, gradient);
    }
}
