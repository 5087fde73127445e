package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.tensor.Scope;
import java.util.List;

/**
 * The positions of the chains, with the energy and gradient there, which the next step needs again. They are those of the
 * energy function that made them: after a change of its parameters, make a new state.
 *
 * @param positions {@code [chains, d]}
 * @param energy E at the positions, {@code [chains]}
 * @param gradient ∇E at the positions, {@code [chains, d]}
 */
public record ChainState(NDArray positions, NDArray energy, NDArray gradient) implements Scope.Result, AutoCloseable {

    /**
     * Starts chains.
     *
     * @param energy the target
     * @param positions the first positions, {@code [chains, d]}
     * @return the state; it holds {@code positions} itself, not a copy
     * @throws IllegalArgumentException if the positions are not of the target's dimension
     */
    public static ChainState at(EnergyFunction energy, NDArray positions) {
        requireDimension(energy, positions);
        EnergyAndGradient at = energy.energyAndGradient(positions);
        return new ChainState(positions, at.energy(), at.gradient());
    }

    /** Throws an {@link IllegalArgumentException} if the positions are not of the target's dimension. */
    static void requireDimension(EnergyFunction energy, NDArray positions) {
        if (positions.getShape().dimension() != 2 || positions.getShape().get(1) != energy.dimension()) {
            throw new IllegalArgumentException(
                    "positions: expected shape (chains, " + energy.dimension() + "), found " + positions.getShape());
        }
    }

    @Override
    public List<NDArray> arrays() {
        return List.of(positions, energy, gradient);
    }

    @Override
    public void close() {
        arrays().forEach(NDArray::close);
    }
}
