package io.github.mnistebm.condition;

/** A condition that energies alone state. It is independent of others, except of its opposite. */
interface Opaque extends Condition {

    /** Returns whether the opposite is asked for. */
    boolean negated();
}
