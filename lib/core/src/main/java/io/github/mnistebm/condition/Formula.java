package io.github.mnistebm.condition;

import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** A Boolean function of variables of which each is in one of a few cells, such as a measure between two values. Equal if written equally. */
sealed interface Formula {

    /** Replaces those atoms by constants for which the function returns a value. */
    Formula with(BiFunction<Object, BitSet, Optional<Boolean>> known);

    /** Returns a variable that it depends on; none of a constant. */
    Stream<Object> variables();

    /** True or false. */
    record Constant(boolean value) implements Formula {

        @Override
        public Formula with(BiFunction<Object, BitSet, Optional<Boolean>> known) {
            return this;
        }

        @Override
        public Stream<Object> variables() {
            return Stream.empty();
        }
    }

    /** Says that a variable is in one of some cells. */
    record Atom(Object variable, BitSet cells) implements Formula {

        @Override
        public Formula with(BiFunction<Object, BitSet, Optional<Boolean>> known) {
            return known.apply(variable, cells).<Formula>map(Constant::new).orElse(this);
        }

        @Override
        public Stream<Object> variables() {
            return Stream.of(variable);
        }
    }

    /** Says that all of the parts are true, or one. */
    record Junction(boolean all, Set<Formula> parts) implements Formula {

        static Formula of(boolean all, Stream<Formula> parts) {
            Set<Formula> rest = new LinkedHashSet<>();
            for (Formula part : parts.toList()) {
                if (part instanceof Junction inner && inner.all == all) {
                    rest.addAll(inner.parts);
                } else if (!(part instanceof Constant constant)) {
                    rest.add(part);
                } else if (constant.value != all) {
                    return part;
                }
            }
            return rest.isEmpty()
                    ? new Constant(all)
                    : rest.size() == 1 ? rest.iterator().next() : new Junction(all, rest);
        }

        @Override
        public Formula with(BiFunction<Object, BitSet, Optional<Boolean>> known) {
            return of(all, parts.stream().map(part -> part.with(known)));
        }

        @Override
        public Stream<Object> variables() {
            return parts.stream().flatMap(Formula::variables);
        }
    }
}
