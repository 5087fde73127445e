package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.diagnostics.ParetoShape;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.Arrays;
import java.util.List;

/**
 * Sampling-importance resampling (Rubin 1988, "Using the SIR algorithm to simulate posterior distributions"): states uᵢ are drawn from the
 * reference measure q, and of these some are chosen with probabilities in proportion to their weights wᵢ = exp(−f(uᵢ)). The chosen states
 * are distributed as the target exp(−f) q, but for an error of the order of one over the effective sample size of the pool. Chains that
 * start there need no way to the target: a few steps part those that begin at the same state.
 *
 * @param pool the number of states to choose from; at least 2
 */
public record ImportanceResampling(int pool) {

    /** The share of chains that may be left where they started after {@link Draws#partingJumps}. */
    public static final double STILL_AT_START = 0.2;

    private static final int MOST_JUMPS = 1024;

    private static final int DRAWS_AT_ONCE = 10_000;

    /**
     * Checks the value.
     *
     * @throws IllegalArgumentException if there are too few states
     */
    public ImportanceResampling {
        if (pool < 2) {
            throw new IllegalArgumentException("pool: must be at least 2, found " + pool);
        }
    }

    /**
     * The states that were chosen.
     *
     * @param positions the states, {@code [count, d]}
     * @param effectiveSampleSize (Σ wᵢ)² / Σ wᵢ² of the pool (Kong 1992)
     * @param weights wᵢ of the pool, relative to the largest
     * @param paretoShape k of the {@linkplain ParetoShape weights' tail}; above {@value ParetoShape#RELIABLE} the states are not to be
     *     relied on
     */
    public record Draws(NDArray positions, double effectiveSampleSize, float[] weights, double paretoShape)
            implements Scope.Result {

        @Override
        public List<NDArray> arrays() {
            return List.of(positions);
        }

        /**
         * Counts the jumps, proposed from the reference measure, after which no more than {@value ImportanceResampling#STILL_AT_START} of the chains
         * that start at such states are expected to be there still. A jump from uᵢ is accepted with the probability min(1, wⱼ / wᵢ), if uⱼ is
         * proposed (Tierney 1994), so that a chain leaves uᵢ with the mean aᵢ of that over the pool. After n jumps, the share
         * Σ wᵢ (1 − aᵢ)ⁿ / Σ wᵢ of the chains is still at its start.
         *
         * @return the number of jumps, at most {@value ImportanceResampling#MOST_JUMPS}
         */
        public int partingJumps() {
            float[] sorted = weights.clone();
            Arrays.sort(sorted);
            int n = sorted.length;
            double[] logStays = new double[n];
            double smaller = 0;
            for (int i = 0; i < n; i++) {
                double accepted = sorted[i] > 0 ? (smaller / sorted[i] + n - i) / n : 1;
                logStays[i] = Math.log1p(-Math.min(1, accepted));
                smaller += sorted[i];
            }
            int few = 0;
            int enough = MOST_JUMPS;
            while (enough - few > 1) {
                int jumps = (few + enough) / 2;
                double still = 0;
                for (int i = 0; i < n; i++) {
                    still += sorted[i] * Math.exp(jumps * logStays[i]);
                }
                if (still <= STILL_AT_START * smaller) {
                    enough = jumps;
                } else {
                    few = jumps;
                }
            }
            return enough;
        }
    }

    /**
     * Draws the pool and chooses from it.
     *
     * @param manager the owner of the result
     * @param energy the target
     * @param count the number of states to choose; at least 1
     * @param random the source of randomness
     * @return the states
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public Draws draw(NDManager manager, TiltedEnergy energy, int count, RandomSource random) {
        return Scope.compute(() -> {
            NDList parts = new NDList();
            double[] logWeights = new double[pool];
            for (int from = 0; from < pool; from += DRAWS_AT_ONCE) {
                Cancellation.check();
                NDArray part = energy.reference().sample(manager, Math.min(DRAWS_AT_ONCE, pool - from), random);
                parts.add(part);
                float[] tilts = Scope.compute(() -> energy.tilt().energy(part).toFloatArray());
                for (int i = 0; i < tilts.length; i++) {
                    logWeights[from + i] = -tilts[i];
                }
            }
            double largest = Double.NEGATIVE_INFINITY;
            for (double logWeight : logWeights) {
                // A tilt that is not a number has no weight.
                largest = logWeight > largest ? logWeight : largest;
            }
            float[] weights = new float[pool];
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < pool; i++) {
                double weight = Math.exp(logWeights[i] - largest);
                weights[i] = weight >= 0 ? (float) weight : 0;
                sum += weights[i];
                squares += (double) weights[i] * weights[i];
            }
            long[] chosen = new long[count];
            SystematicResampling.choose(weights, 0, pool, random.forLoops().nextDouble(), chosen, 0, count);
            NDArray positions = NDArrays.concat(parts).get(new NDIndex().addIndices("{}", manager.create(chosen)));
            return new Draws(positions, sum * sum / squares, weights, ParetoShape.of(logWeights));
        });
    }
}
