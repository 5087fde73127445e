package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import java.util.SplittableRandom;
import org.apache.commons.numbers.core.ArithmeticUtils;

/** Groups of particles on their way from β = 0 to β = 1: the β of each group, and the particles that survive. */
final class Population {

    private static final int[] PARTICLES = {1};
    private static final int BISECTIONS = 25;
    private static final double GOLDEN_SECTION = (Math.sqrt(5) - 1) / 2;

    private final NDManager manager;
    private final int groups;
    private final int particles;
    /** {@code [groups, 1]}. */
    private final NDArray beta;

    private final NDArray logEvidence;
    private final NDArray one;
    private final NDArray half;
    private final NDArray leastWorth;

    /** Starts at β = 0; the manager owns the arrays. */
    Population(NDManager manager, int groups, int particles) {
        this.manager = manager;
        this.groups = groups;
        this.particles = particles;
        this.beta = manager.zeros(new Shape(groups, 1));
        this.logEvidence = manager.zeros(new Shape(groups));
        this.one = Tensors.scalar(manager, 1);
        this.half = Tensors.scalar(manager, 0.5);
        this.leastWorth = Tensors.scalar(manager, particles / 2.0);
    }

    int groups() {
        return groups;
    }

    /** β of the group of each particle, {@code [groups * particles]}. */
    NDArray beta() {
        return beta.repeat(1, particles).flatten();
    }

    /** β of the group that is least far. */
    double leastBeta() {
        try (NDArray least = beta.min()) {
            return least.getFloat();
        }
    }

    /** Estimates of log ∫ q exp(−β V), {@code [groups]}. */
    NDArray logEvidence() {
        return logEvidence;
    }

    /**
     * Raises β as far as the effective sample size stays half the particles, and resamples by the weights that this gives.
     *
     * @param potentials V of m states a group, {@code [groups * m]}
     * @param toTheEnd raises β to 1 whatever the effective sample size
     * @param random the source of randomness
     * @return the row of each particle that survives, {@code [groups * particles]}
     */
    NDArray survivors(NDArray potentials, boolean toTheEnd, RandomSource random) {
        NDArray byGroup = potentials.reshape(groups, -1);
        NDArray least = byGroup.min(PARTICLES, true);
        NDArray above = byGroup.sub(least);
        NDArray missing = one.sub(beta);
        NDArray enough = toTheEnd ? missing.gte(missing) : isWorthEnough(above, missing);
        NDArray increment = NDArrays.where(enough, missing, largestIncrement(above, missing));
        NDArray weights = weights(above, increment);
        NDArray mean = weights.mean(PARTICLES, true);
        logEvidence.addi(mean.log().subi(least.mul(increment)).squeeze(1));
        // 1 itself, which a sum may miss by rounding.
        Tensors.copy(NDArrays.where(enough, missing.onesLike(), beta.add(increment)), beta);
        return resample(weights, random.forLoops());
    }

    private static NDArray weights(NDArray above, NDArray increment) {
        return above.mul(increment).neg().exp();
    }

    private NDArray isWorthEnough(NDArray above, NDArray increment) {
        NDArray weights = weights(above, increment);
        NDArray worth =
                weights.sum(PARTICLES, true).square().divi(weights.square().sum(PARTICLES, true));
        return worth.gte(leastWorth);
    }

    private NDArray largestIncrement(NDArray above, NDArray missing) {
        NDArray low = missing.zerosLike();
        NDArray high = missing;
        for (int i = 0; i < BISECTIONS; i++) {
            NDArray middle = low.add(high).muli(half);
            NDArray enough = isWorthEnough(above, middle);
            low = NDArrays.where(enough, middle, low);
            high = NDArrays.where(enough, high, middle);
        }
        return low;
    }

    /**
     * An order of the particles within their groups. Resampling leaves those with a common ancestor beside each other; here each is
     * followed by one from the golden section of the group further on.
     *
     * @return the row of each particle, {@code groups * particles}
     */
    static long[] spread(int groups, int particles) {
        int stride = (int) Math.round(particles * GOLDEN_SECTION);
        while (ArithmeticUtils.gcd(stride, particles) != 1) {
            stride--;
        }
        long[] rows = new long[groups * particles];
        for (int i = 0; i < rows.length; i++) {
            int inGroup = i % particles;
            rows[i] = i - inGroup + (long) inGroup * stride % particles;
        }
        return rows;
    }

    private NDArray resample(NDArray weights, SplittableRandom random) {
        int states = Math.toIntExact(weights.getShape().get(1));
        float[] values = weights.toFloatArray();
        long[] rows = new long[groups * particles];
        for (int group = 0; group < groups; group++) {
            SystematicResampling.choose(
                    values, group * states, states, random.nextDouble(), rows, group * particles, particles);
        }
        return manager.create(rows);
    }
}
