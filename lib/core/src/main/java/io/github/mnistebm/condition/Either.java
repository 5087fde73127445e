package io.github.mnistebm.condition;

import io.github.mnistebm.density.EnergyFunction;

/** The condition that one of two conditions holds, or both. */
record Either(Condition first, Condition second) implements Condition {

    @Override
    public EnergyFunction energy(Subject subject) {
        return Expansion.of(this, subject).energy();
    }

    @Override
    public Condition not() {
        return first.not().and(second.not());
    }

    @Override
    public String toString() {
        return "(" + first + " or " + second + ")";
    }
}
