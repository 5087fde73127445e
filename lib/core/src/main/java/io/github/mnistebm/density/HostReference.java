package io.github.mnistebm.density;

import java.util.SplittableRandom;

/** A reference measure that is evaluated, and drawn from, by plain loops in Java. */
public interface HostReference extends HostEnergy {

    /**
     * Draws exact samples.
     *
     * @param chains the number of lanes in use
     * @param random the source of randomness
     * @param positions receives a sample for each chain, {@code [d][lanes]}
     */
    void sample(int chains, SplittableRandom random, float[][] positions);
}
