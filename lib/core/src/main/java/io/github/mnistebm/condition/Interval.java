package io.github.mnistebm.condition;

import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.morphology.Measure;

/**
 * The condition that a measure of the decoded image lies in an interval.
 *
 * @param measure the measure
 * @param low the lower end; minus infinity for none
 * @param high the higher end; infinity for none
 */
record Interval(Measure measure, double low, double high) implements Condition {

    Interval {
        if (!(low < high) || low == Double.POSITIVE_INFINITY || high == Double.NEGATIVE_INFINITY) {
            throw new IllegalArgumentException(measure
                    + ": expected an interval of finite ends, the lower one first, found " + low + " to " + high);
        }
        if (Double.isInfinite(low) && Double.isInfinite(high)) {
            throw new IllegalArgumentException(measure + ": expected a finite value, found an infinite one");
        }
    }

    @Override
    public EnergyFunction energy(Subject subject) {
        return subject.networks().ofInterval(measure, low, high);
    }

    @Override
    public Condition not() {
        if (Double.isInfinite(low)) {
            return new Interval(measure, high, Double.POSITIVE_INFINITY);
        }
        Interval below = new Interval(measure, Double.NEGATIVE_INFINITY, low);
        return Double.isInfinite(high)
                ? below
                : new Either(below, new Interval(measure, high, Double.POSITIVE_INFINITY));
    }

    @Override
    public Condition and(Condition other) {
        return other instanceof Interval with && with.measure == measure
                ? new Interval(measure, Math.max(low, with.low), Math.min(high, with.high))
                : Condition.super.and(other);
    }

    @Override
    public String toString() {
        if (Double.isInfinite(low)) {
            return measure + " < " + high;
        }
        return Double.isInfinite(high) ? measure + " > " + low : measure + " between " + low + " and " + high;
    }
}
