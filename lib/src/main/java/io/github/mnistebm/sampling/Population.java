package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import org.apache.commons.math3.util.ArithmeticUtils;

/** Groups of particles on their way from β = 0 to β = 1: how far each is, and which particles survive. All on the device. */
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
    /** The number of a particle within its group, {@code [1, particles]}. */
    private final NDArray numbers;

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
        this.numbers = manager.arange(0, particles, 1, DataType.FLOAT32).expandDims(0);
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
        return resample(weights, random);
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

    /** Systematic resampling: a comb of equal teeth, set down at random, on the sums of the weights. */
    private NDArray resample(NDArray weights, RandomSource random) {
        long states = weights.getShape().get(1);
        NDArray sums = weights.div(weights.sum(PARTICLES, true)).cumSum(1);
        NDArray teeth = random.uniform(manager, 0, 1, new Shape(groups, 1))
                .add(numbers)
                .divi(Tensors.scalar(manager, particles));
        NDArray passed = sums.expandDims(1)
                .lt(teeth.expandDims(2))
                .toType(DataType.INT64, false)
                .sum(new int[] {2});
        // The last sum may be less than 1 by rounding.
        NDArray chosen = NDArrays.minimum(passed, manager.create(states - 1));
        NDArray firstRows = manager.arange(0, Math.toIntExact(groups * states), Math.toIntExact(states), DataType.INT64)
                .expandDims(1);
        return chosen.add(firstRows).flatten();
    }
}
