package io.github.mnistebm.density;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * A density known up to its normalizing constant, p(u) ∝ exp(−E(u)) on R^d.
 *
 * <p>Implementations work on whole batches, one state a row. Results and intermediate arrays are attached to the manager of the
 * states; callers that loop do so within a {@link io.github.mnistebm.tensor.Scope}.
 */
public interface EnergyFunction {

    /** An energy and its gradient at one state, in double precision. */
    @FunctionalInterface
    interface AtPoint {

        /**
         * Evaluates the energy and its gradient. Several threads call this at once.
         *
         * @param state u, {@code [d]}; left as it is, and not kept
         * @param gradient receives ∇E(u), {@code [d]}; zeros at first, so that a sum over observations adds its terms
         * @return E(u) in nats, up to a constant; infinite or NaN where the density is zero
         */
        double energyAndGradient(double[] state, double[] gradient);
    }

    /**
     * Creates an energy of a function of one state.
     *
     * @param dimension d; positive
     * @param point the energy and its gradient at one state
     * @return the energy; as safe for several threads as the function
     * @throws IllegalArgumentException if the dimension is not positive
     */
    static EnergyFunction of(int dimension, AtPoint point) {
        return new PointwiseEnergy(dimension, point);
    }

    /**
     * Returns the dimension of a state.
     *
     * @return d
     */
    int dimension();

    /**
     * Evaluates the energy.
     *
     * @param states {@code [chains, d]}
     * @return E of each row in nats, {@code [chains]}
     */
    NDArray energy(NDArray states);

    /**
     * Evaluates the energy and its gradient together, which costs less than one after the other.
     *
     * @param states {@code [chains, d]}
     * @return both
     */
    EnergyAndGradient energyAndGradient(NDArray states);

    /**
     * Returns this energy, with its present parameters, in plain loops: where chains are few or the energy is small, much
     * faster on a processor.
     *
     * @return the energy; empty where it has no such form
     */
    default Optional<? extends HostEnergy> onHost() {
        return Optional.empty();
    }

    /**
     * Returns the energy divided by a temperature, whose density is p(u)^(1/T). Samplers need nothing else to be right at
     * a temperature: drift and acceptance both see E/T.
     *
     * @param temperature T; positive
     * @return E/T, or this object if T is 1
     * @throws IllegalArgumentException if T is not positive and finite
     */
    default EnergyFunction atTemperature(double temperature) {
        requireTemperature(temperature);
        return temperature == 1 ? this : new DividedEnergy(this, temperature);
    }

    /**
     * Returns the sum of this energy and another one, whose density is proportional to the product of both densities.
     *
     * @param other an energy of the same dimension
     * @return the sum
     * @throws IllegalArgumentException if the dimensions differ
     */
    default EnergyFunction plus(EnergyFunction other) {
        return new SumOfEnergies(this, other);
    }

    /**
     * Returns the difference of this energy and another one, whose density is proportional to the ratio of both densities.
     *
     * @param other an energy of the same dimension
     * @return the difference
     * @throws IllegalArgumentException if the dimensions differ
     */
    default EnergyFunction minus(EnergyFunction other) {
        return new SumOfEnergies(this, new DividedEnergy(other, -1));
    }

    /**
     * Checks a temperature.
     *
     * @param temperature T
     * @throws IllegalArgumentException if T is not positive and finite
     */
    static void requireTemperature(double temperature) {
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature: must be positive and finite, found " + temperature);
        }
    }
}
