package io.github.mnistebm.morphology;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A measure of an image. */
public enum Measure {
    /** Mean thickness of the strokes, pixels. */
    THICKNESS("px"),
    /** Angle of the digit to the vertical, degrees: positive if it leans to the right, negative to the left. */
    SLANT("°"),
    /** Width across the slant, pixels. */
    WIDTH("px"),
    /** Height, pixels. */
    HEIGHT("px"),
    /** Length of the strokes along their middle, pixels. */
    LENGTH("px"),
    /** White area, square pixels. */
    AREA("px²");

    private final String unit;

    Measure(String unit) {
        this.unit = unit;
    }

    /**
     * Returns the unit of the values.
     *
     * @return {@code px}, {@code px²} or {@code °}, with pixels of the image
     */
    public String unit() {
        return unit;
    }

    /**
     * Finds a measure by name.
     *
     * @param name in any case, such as {@code slant}
     * @return the measure; empty if there is none of that name
     */
    public static Optional<Measure> named(String name) {
        return Stream.of(values())
                .filter(measure -> measure.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /**
     * Returns the name in small letters.
     *
     * @return the name, such as {@code slant}
     */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
