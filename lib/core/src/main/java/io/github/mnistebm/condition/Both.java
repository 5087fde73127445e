package io.github.mnistebm.condition;

import io.github.mnistebm.density.EnergyFunction;

/** The condition that two conditions hold. */
record Both(Condition first, Condition second) implements Condition {

    @Override
    public EnergyFunction energy(Subject subject) {
        return Expansion.of(this, subject).energy();
    }

    @Override
    public Condition not() {
        return first.not().or(second.not());
    }

    @Override
    public String toString() {
        return first + ", " + second;
    }
}
