package io.github.mnistebm.condition;

import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.morphology.Measure;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A condition on a model, as a {@link Formula} of the digit, the measures, and other conditions, each of which is independent of the rest
 * given the latent. Its probability is Shannon's expansion: the sum, over the cells of a variable, of the cell's probability times that of
 * the formula in this cell.
 */
final class Expansion {

    static final Object DIGIT = "digit";

    private final Subject subject;
    private final Formula formula;
    /** The ends of the intervals that the condition has, by measure. */
    private final Map<Measure, SortedSet<Double>> ends = new EnumMap<>(Measure.class);

    private Expansion(Condition condition, Subject subject) {
        this.subject = subject;
        findEnds(condition);
        formula = formula(condition);
    }

    static Expansion of(Condition condition, Subject subject) {
        return new Expansion(condition, subject);
    }

    Formula formula() {
        return formula;
    }

    /** Returns the cell of a value of a measure. */
    int cell(Measure measure, double value) {
        return ends.get(measure).headSet(value).size();
    }

    private void findEnds(Condition condition) {
        if (condition instanceof Both both) {
            findEnds(both.first());
            findEnds(both.second());
        } else if (condition instanceof Either either) {
            findEnds(either.first());
            findEnds(either.second());
        } else if (condition instanceof Quantile quantile) {
            findEnds(quantile.interval(subject));
        } else if (condition instanceof Interval interval) {
            SortedSet<Double> known = ends.computeIfAbsent(interval.measure(), any -> new TreeSet<>());
            Stream.of(interval.low(), interval.high()).filter(Double::isFinite).forEach(known::add);
        }
    }

    private Formula formula(Condition condition) {
        if (condition instanceof Both both) {
            return Formula.Junction.of(true, Stream.of(formula(both.first()), formula(both.second())));
        }
        if (condition instanceof Either either) {
            return Formula.Junction.of(false, Stream.of(formula(either.first()), formula(either.second())));
        }
        if (condition instanceof Quantile quantile) {
            return formula(quantile.interval(subject));
        }
        if (condition instanceof Interval interval) {
            List<Double> all = List.copyOf(ends.get(interval.measure()));
            BitSet cells = new BitSet();
            cells.set(
                    Double.isInfinite(interval.low()) ? 0 : all.indexOf(interval.low()) + 1,
                    Double.isInfinite(interval.high()) ? all.size() + 1 : all.indexOf(interval.high()) + 1);
            return new Formula.Atom(interval.measure(), cells);
        }
        if (condition instanceof Digits digits) {
            BitSet cells = new BitSet();
            digits.asked(subject.networks().classes()).forEach(cells::set);
            return new Formula.Atom(DIGIT, cells);
        }
        boolean negated = condition instanceof Opaque opaque && opaque.negated();
        BitSet cell = new BitSet();
        cell.set(negated ? 0 : 1);
        return new Formula.Atom(negated ? condition.not() : condition, cell);
    }

    /**
     * Returns −log of the probability.
     *
     * @throws IllegalArgumentException if it is 0 or 1 for any latent
     */
    EnergyFunction energy() {
        return energy(formula);
    }

    /** The same of what is left of the formula when some variables are known. */
    EnergyFunction energy(Formula of) {
        Probability found = probability(of);
        return found.energy()
                .orElseThrow(() -> new IllegalArgumentException(
                        "condition: " + (found.possible() ? "every image meets it" : "no image can meet it")));
    }

    /** A probability: 0 if it is not possible, 1 if there is no energy. */
    private record Probability(boolean possible, Optional<EnergyFunction> energy) {

        Probability and(EnergyFunction cell) {
            return new Probability(possible, Optional.of(energy.map(cell::plus).orElse(cell)));
        }

        static Probability sum(Probability first, Probability second) {
            return new Probability(
                    true,
                    Optional.of(new PairEnergy(
                            first.energy.orElseThrow(), second.energy.orElseThrow(), PairEnergy.DISJOINT)));
        }
    }

    private Probability probability(Formula of) {
        if (of instanceof Formula.Constant constant) {
            return new Probability(constant.value(), Optional.empty());
        }
        Object variable = of.variables().findFirst().orElseThrow();
        Map<Formula, BitSet> cases = new LinkedHashMap<>();
        int count = cells(variable);
        for (int cell = 0; cell < count; cell++) {
            int in = cell;
            Formula rest =
                    of.with((any, cells) -> any.equals(variable) ? Optional.of(cells.get(in)) : Optional.empty());
            cases.computeIfAbsent(rest, any -> new BitSet()).set(cell);
        }
        if (cases.size() == 1) {
            return probability(cases.keySet().iterator().next());
        }
        List<Probability> terms = new ArrayList<>();
        BitSet certain = new BitSet();
        cases.forEach((rest, cells) -> {
            Probability within = probability(rest);
            if (within.energy().isPresent()) {
                terms.add(within.and(energy(variable, cells)));
            } else if (within.possible()) {
                certain.or(cells);
            }
        });
        if (certain.cardinality() == count) {
            return new Probability(true, Optional.empty());
        }
        if (!certain.isEmpty()) {
            terms.add(new Probability(true, Optional.of(energy(variable, certain))));
        }
        return terms.stream().reduce(Probability::sum).orElse(new Probability(false, Optional.empty()));
    }

    private int cells(Object variable) {
        if (variable instanceof Measure measure) {
            return ends.get(measure).size() + 1;
        }
        return variable.equals(DIGIT) ? subject.networks().classes() : 2;
    }

    /** Returns −log p of some of the cells of a variable, not all. */
    private EnergyFunction energy(Object variable, BitSet cells) {
        if (variable instanceof Measure measure) {
            return intervals(measure, cells).stream()
                    .map(interval -> interval.energy(subject))
                    .reduce((first, second) -> new PairEnergy(first, second, PairEnergy.DISJOINT))
                    .orElseThrow();
        }
        if (variable.equals(DIGIT)) {
            int classes = subject.networks().classes();
            BitSet others = (BitSet) cells.clone();
            others.flip(0, classes);
            return subject.networks()
                    .ofClasses(
                            cells.stream().boxed().toList(),
                            others.stream().boxed().toList());
        }
        Condition condition = (Condition) variable;
        return (cells.get(1) ? condition : condition.not()).energy(subject);
    }

    private List<Interval> intervals(Measure measure, BitSet cells) {
        List<Double> all = List.copyOf(ends.get(measure));
        List<Interval> intervals = new ArrayList<>();
        for (int from = cells.nextSetBit(0); from >= 0; ) {
            int to = cells.nextClearBit(from);
            intervals.add(new Interval(
                    measure,
                    from == 0 ? Double.NEGATIVE_INFINITY : all.get(from - 1),
                    to > all.size() ? Double.POSITIVE_INFINITY : all.get(to - 1)));
            from = cells.nextSetBit(to);
        }
        return intervals;
    }
}
