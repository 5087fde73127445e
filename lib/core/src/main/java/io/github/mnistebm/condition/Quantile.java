package io.github.mnistebm.condition;

import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.morphology.Measure;

/**
 * The condition that a measure is greater, or less, than a quantile of the training images.
 *
 * @param measure the measure
 * @param share the share of training images below the quantile; in (0, 1)
 * @param above whether greater values are asked for
 */
record Quantile(Measure measure, double share, boolean above) implements Condition {

    Quantile {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException(
                    measure + ": expected a share of images between 0 and 1, found " + share);
        }
    }

    @Override
    public EnergyFunction energy(Subject subject) {
        return interval(subject).energy(subject);
    }

    /** Returns the interval of a model's training images. */
    Condition interval(Subject subject) {
        double value = subject.networks().quantile(measure, share);
        return above
                ? Condition.measure(measure).above(value)
                : Condition.measure(measure).below(value);
    }

    @Override
    public Condition not() {
        return new Quantile(measure, share, !above);
    }

    @Override
    public String toString() {
        return measure + (above ? " above " : " below ") + "quantile " + share;
    }
}
