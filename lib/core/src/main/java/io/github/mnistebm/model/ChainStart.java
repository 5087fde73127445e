package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.diagnostics.ParetoShape;
import io.github.mnistebm.sampling.ImportanceResampling;
import io.github.mnistebm.sampling.SequentialMonteCarlo;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Locale;

/** The states that the chains of a drawing start from. */
public enum ChainStart {

    /** Draws of the reference measure: the chains find the target by themselves, in some hundred steps. */
    REFERENCE,

    /**
     * States that are distributed as the target already: draws of the reference measure, {@linkplain ImportanceResampling resampled by their
     * weights}, or, where the weights are too uneven for that, by {@linkplain SequentialMonteCarlo sequential Monte Carlo}.
     */
    TARGET;

    /** Draws of the reference measure for each chain. */
    private static final int DRAWS_A_CHAIN = 100;

    /** Effective draws for each chain, above which at most one chain in twenty starts where another does. */
    private static final int WORTH_A_CHAIN = 20;

    /** The part of the steps of a long run that is enough where chains hardly ever start at the same state. */
    private static final int SHORTER = 5;

    /** Every other step is a jump. */
    private static final int STEPS_A_JUMP = 2;

    private static final int LEAST_POOL = 20_000;
    private static final int GREATEST_POOL = 1_000_000;

    /** MALA steps a stage of sequential Monte Carlo. */
    private static final int MOVES = 10;

    /**
     * The origin of the starts, summed up over rounds.
     *
     * @param draws the number of draws of the reference measure that the starts were chosen from; 0 if they were not chosen
     * @param effectiveSampleSize the number of equally weighted draws that those are worth
     * @param partingJumps the jumps after which {@linkplain ImportanceResampling.Draws#partingJumps most chains have left their starts}; 0 if
     *     there are no jumps, or sequential Monte Carlo took over
     * @param paretoShape the largest k of the {@linkplain ParetoShape tail of the weights}; NaN without weights
     * @param sequential whether sequential Monte Carlo took over, since k was too large
     */
    public record Origin(
            long draws, double effectiveSampleSize, int partingJumps, double paretoShape, boolean sequential) {

        private static final Origin REFERENCE_DRAWS = new Origin(0, Double.NaN, 0, Double.NaN, false);

        /** Adds the origin of earlier rounds; null for none. */
        Origin and(Origin earlier) {
            return earlier == null
                    ? this
                    : new Origin(
                            draws + earlier.draws,
                            effectiveSampleSize + earlier.effectiveSampleSize,
                            Math.max(partingJumps, earlier.partingJumps),
                            Math.max(paretoShape, earlier.paretoShape),
                            sequential || earlier.sequential);
        }

        /**
         * Returns the number of steps that part chains: a fifth of the most if hardly any two start at the same state, else two for each parting
         * jump, within these limits.
         */
        int steps(int chains, int most) {
            if (draws == 0 || sequential) {
                return most;
            }
            int least = fewSteps(most);
            if (effectiveSampleSize >= (double) chains * WORTH_A_CHAIN) {
                return least;
            }
            return partingJumps == 0 ? most : Math.max(least, Math.min(most, STEPS_A_JUMP * partingJumps));
        }

        /**
         * Describes the origin.
         *
         * @return words such as {@code from 20,000 draws worth 208, Pareto k 0.59}
         */
        @Override
        public String toString() {
            if (draws == 0) {
                return "from draws of the reference measure";
            }
            return sequential
                    ? String.format(Locale.ROOT, "by sequential Monte Carlo, since Pareto k is %.2f", paretoShape)
                    : String.format(
                            Locale.ROOT,
                            "from %,d draws worth %,.0f, Pareto k %.2f",
                            draws,
                            effectiveSampleSize,
                            paretoShape);
        }
    }

    /**
     * The starts of some chains.
     *
     * @param positions {@code [chains, d]}
     * @param origin the origin of the states
     */
    record States(NDArray positions, Origin origin) {}

    /** Returns the number of steps that is enough where chains hardly ever start at the same state. */
    static int fewSteps(int most) {
        return Math.max(1, most / SHORTER);
    }

    States states(NDManager manager, TiltedEnergy energy, int chains, RandomSource random) {
        if (this == REFERENCE) {
            return new States(energy.reference().sample(manager, chains, random), Origin.REFERENCE_DRAWS);
        }
        int pool = (int) Math.max(LEAST_POOL, Math.min(GREATEST_POOL, (long) chains * DRAWS_A_CHAIN));
        ImportanceResampling.Draws drawn = new ImportanceResampling(pool).draw(manager, energy, chains, random);
        // Also where k is not a number.
        boolean sequential = !(drawn.paretoShape() <= ParetoShape.RELIABLE);
        int jumps = !sequential && energy.reference().isFitted() ? drawn.partingJumps() : 0;
        Origin origin = new Origin(pool, drawn.effectiveSampleSize(), jumps, drawn.paretoShape(), sequential);
        if (!sequential) {
            return new States(drawn.positions(), origin);
        }
        NDArray positions = new SequentialMonteCarlo(Math.max(2, chains), MOVES)
                .draw(manager, energy.reference(), energy.tilt(), 1, random, beta -> {})
                .positions();
        return new States(positions.get("0:" + chains), origin);
    }
}
