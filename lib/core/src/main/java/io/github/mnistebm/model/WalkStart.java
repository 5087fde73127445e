package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.tensor.RandomSource;

/** Chooses the states that the chains of a {@link DigitWalk} start from, and the number of their steps. */
@FunctionalInterface
public interface WalkStart {

    /**
     * The start of some chains.
     *
     * @param positions the states, {@code [chains, d]}
     * @param steps the number of steps of each chain; at least 2
     */
    record Start(NDArray positions, int steps) {}

    /**
     * Chooses the start of some chains.
     *
     * @param manager the owner of the states
     * @param energy the target
     * @param chains the number of chains
     * @param random the source of randomness
     * @return the start
     */
    Start choose(NDManager manager, TiltedEnergy energy, int chains, RandomSource random);

    /**
     * Returns the start at noise: draws of a standard normal distribution on whitened latents.
     *
     * @param steps the number of steps of each chain; at least 2
     * @return the start
     * @throws IllegalArgumentException if there are too few steps
     */
    static WalkStart noise(int steps) {
        if (steps < 2) {
            throw new IllegalArgumentException("steps: must be at least 2, found " + steps);
        }
        return (manager, energy, chains, random) ->
                new Start(random.normal(manager, new Shape(chains, energy.dimension())), steps);
    }

    /**
     * Returns the start {@linkplain ChainStart#TARGET at the target}, drawn anew for each walk. A {@link TargetPool} starts sooner.
     *
     * @return the start; at most {@value DigitSampler#STEPS_FROM_TARGET} steps follow
     */
    static WalkStart target() {
        return (manager, energy, chains, random) -> {
            ChainStart.States states = ChainStart.TARGET.states(manager, energy, chains, random);
            return new Start(states.positions(), states.origin().steps(chains, DigitSampler.STEPS_FROM_TARGET));
        };
    }
}
