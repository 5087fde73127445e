package io.github.mnistebm.condition;

import io.github.mnistebm.density.EnergyFunction;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The condition that an image shows one of some digits, or none of them.
 *
 * @param digits the digits, at least one
 * @param none whether all others are asked for instead
 */
record Digits(SortedSet<Integer> digits, boolean none) implements Condition {

    Digits {
        if (digits.isEmpty()) {
            throw new IllegalArgumentException("digits: the condition leaves no digit");
        }
        if (digits.first() < 0) {
            throw new IllegalArgumentException("digit: must be at least 0, found " + digits.first());
        }
        digits = Collections.unmodifiableSortedSet(new TreeSet<>(digits));
    }

    @Override
    public EnergyFunction energy(Subject subject) {
        return Expansion.of(this, subject).energy();
    }

    /** Returns those classes that the condition asks for. */
    IntStream asked(int classes) {
        if (digits.last() >= classes) {
            throw new IllegalArgumentException("digit: expected 0 to " + (classes - 1) + ", found " + digits.last());
        }
        return IntStream.range(0, classes).filter(i -> digits.contains(i) != none);
    }

    @Override
    public Condition not() {
        return new Digits(digits, !none);
    }

    @Override
    public Condition and(Condition other) {
        if (!(other instanceof Digits with)) {
            return Condition.super.and(other);
        }
        SortedSet<Integer> both = new TreeSet<>(digits);
        if (none && with.none) {
            both.addAll(with.digits);
            return new Digits(both, true);
        }
        SortedSet<Integer> asked = new TreeSet<>(none ? with.digits : digits);
        if (none) {
            asked.removeAll(digits);
        } else if (with.none) {
            asked.removeAll(with.digits);
        } else {
            asked.retainAll(with.digits);
        }
        return new Digits(asked, false);
    }

    @Override
    public Condition or(Condition other) {
        if (!(other instanceof Digits with)) {
            return Condition.super.or(other);
        }
        if (none || with.none) {
            // De Morgan; without a digit left out, every digit is asked for.
            return not().and(with.not()).not();
        }
        SortedSet<Integer> either = new TreeSet<>(digits);
        either.addAll(with.digits);
        return new Digits(either, false);
    }

    @Override
    public String toString() {
        String list = digits.stream().map(String::valueOf).collect(Collectors.joining(" or "));
        return !none ? list : digits.size() == 1 ? "not " + list : "not (" + list + ")";
    }
}
