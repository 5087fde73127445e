package io.github.mnistebm.condition;

import io.github.mnistebm.density.EnergyFunction;

/**
 * A mixture of two conditional distributions.
 *
 * @param first the one
 * @param second the other
 * @param weight the prior weight of the first; in (0, 1)
 * @param negated whether the opposite is asked for
 */
record Mixture(Condition first, Condition second, double weight, boolean negated) implements Opaque {

    Mixture {
        if (!(weight > 0 && weight < 1)) {
            throw new IllegalArgumentException("weight: must be between 0 and 1, found " + weight);
        }
    }

    @Override
    public EnergyFunction energy(Subject subject) {
        // The probability 1 − (w p + (1 − w) q) is the mixture of the opposites.
        return new PairEnergy(
                (negated ? first.not() : first).energy(subject),
                (negated ? second.not() : second).energy(subject),
                PairEnergy.mixture(weight));
    }

    @Override
    public Condition not() {
        return new Mixture(first, second, weight, !negated);
    }

    @Override
    public String toString() {
        return (negated ? "not " : "") + "(" + weight + " of (" + first + ") or (" + second + "))";
    }
}
