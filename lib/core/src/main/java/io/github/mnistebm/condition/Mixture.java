package io.github.mnistebm.condition;

import io.github.mnistebm.density.EnergyFunction;

/**
 * A mixture of two conditional distributions.
 *
 * @param first the one
 * @param second the other
 * @param weight the prior weight of the first; in (0, 1)
 */
record Mixture(Condition first, Condition second, double weight) implements Condition {

    Mixture {
        if (!(weight > 0 && weight < 1)) {
            throw new IllegalArgumentException("weight: must be between 0 and 1, found " + weight);
        }
    }

    @Override
    public EnergyFunction energy(Subject subject) {
        return new PairEnergy(first.energy(subject), second.energy(subject), PairEnergy.mixture(weight));
    }

    /** The probability 1 − (w p + (1 − w) q) is the mixture of the opposites. */
    @Override
    public Condition not() {
        return new Mixture(first.not(), second.not(), weight);
    }

    @Override
    public String toString() {
        return "(" + weight + " of (" + first + ") or (" + second + "))";
    }
}
