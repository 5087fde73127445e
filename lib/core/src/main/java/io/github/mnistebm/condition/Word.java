package io.github.mnistebm.condition;

import io.github.mnistebm.morphology.Measure;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A word for a condition on a measure, which means a quantile of the training images. */
public enum Word {
    /** Strokes thicker than those of 80 % of the images. */
    BOLD(Measure.THICKNESS, 0.8, true),
    /** Slanted to the right, more than 80 % of the images. */
    SLANTED(Measure.SLANT, 0.8, true),
    /** Strokes thinner than those of 80 % of the images. */
    THIN(Measure.THICKNESS, 0.2, false),
    /** Wider than 80 % of the images. */
    WIDE(Measure.WIDTH, 0.8, true);

    private final Measure measure;
    private final double share;
    private final boolean above;

    Word(Measure measure, double share, boolean above) {
        this.measure = measure;
        this.share = share;
        this.above = above;
    }

    /**
     * Finds a word.
     *
     * @param name in any case, such as {@code bold}
     * @return the word; empty if it is not one
     */
    public static Optional<Word> named(String name) {
        return Stream.of(values())
                .filter(word -> word.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /**
     * Returns the measure that the word is about.
     *
     * @return the measure
     */
    public Measure measure() {
        return measure;
    }

    /**
     * Returns the share of the training images below the quantile.
     *
     * @return from 0 to 1
     */
    public double share() {
        return share;
    }

    /**
     * Returns whether the word means greater values.
     *
     * @return false if it means lower ones
     */
    public boolean isAbove() {
        return above;
    }

    /**
     * Returns the condition that the word means.
     *
     * @return the condition
     */
    public Condition condition() {
        Condition.OfMeasure conditions = Condition.measure(measure);
        return above ? conditions.aboveQuantile(share) : conditions.belowQuantile(share);
    }

    /**
     * Returns the word in small letters.
     *
     * @return the word, such as {@code bold}
     */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
