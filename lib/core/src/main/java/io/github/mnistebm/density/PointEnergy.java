package io.github.mnistebm.density;

/** An energy and its gradient at one point, in double precision; {@link EnergyFunction#of} makes an energy of batches of it. */
@FunctionalInterface
public interface PointEnergy {

    /**
     * Evaluates the energy and its gradient. Several threads call this at once.
     *
     * @param state u, {@code [d]}; left as it is, and not kept
     * @param gradient is given ∇E(u), {@code [d]}; zeros at first, so that a sum over observations adds its terms
     * @return E(u) in nats, up to a constant; infinite or NaN where the density is zero
     */
    double energyAndGradient(double[] state, double[] gradient);
}
