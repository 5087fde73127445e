package io.github.mnistebm.energy;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * An energy with parameters θ, which {@link EnergyTrainer} trains and a model's folder keeps. Owns its parameters: close
 * it. Several threads may evaluate it at once, as long as none writes to the parameters.
 */
public interface TrainableEnergy extends EnergyFunction, AutoCloseable {

    /**
     * Returns all parameters; writing to them changes the energy.
     *
     * @return one contiguous vector of 32-bit floats, {@code [p]}; it stays this object's
     */
    NDArray parameters();

    /**
     * Returns the parameters by the name that each has on disk; writing to them changes the energy.
     *
     * @return views of {@link #parameters()}, in a fixed order; they stay this object's
     */
    Map<String, NDArray> namedParameters();

    /**
     * Differentiates a weighted sum of energies with respect to the parameters.
     *
     * @param states {@code [n, d]}
     * @param coefficients maps the energies {@code [n]} to the weight c of each, {@code [n]}
     * @return the energies, and Σᵢ cᵢ ∂f(uᵢ)/∂θ in the order of {@link #parameters()}, {@code [p]}
     */
    EnergyAndGradient parameterGradient(NDArray states, UnaryOperator<NDArray> coefficients);

    @Override
    void close();
}
