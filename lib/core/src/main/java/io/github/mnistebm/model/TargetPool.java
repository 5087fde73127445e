package io.github.mnistebm.model;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;

/**
 * States {@linkplain ChainStart#TARGET at a model's target} that are drawn once and kept. Each walk takes some of them at random, which
 * takes hardly any time; drawing them takes a second. Safe for use by several threads.
 */
public final class TargetPool implements WalkStart {

    private static final int STATES = 2000;

    private final TiltedEnergy energy;
    private final float[] positions;
    private final ChainStart.Origin origin;

    private TargetPool(TiltedEnergy energy, float[] positions, ChainStart.Origin origin) {
        this.energy = energy;
        this.positions = positions;
        this.origin = origin;
    }

    /**
     * Draws the states.
     *
     * @param model the model
     * @param random the source of randomness
     * @return the states
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public static TargetPool of(DigitModel model, RandomSource random) {
        return Scope.compute(() -> {
            try (NDManager manager = model.manager().newSubManager()) {
                ChainStart.States states = ChainStart.TARGET.states(manager, model.energy(), STATES, random);
                return new TargetPool(model.energy(), states.positions().toFloatArray(), states.origin());
            }
        });
    }

    /**
     * Chooses states, all of them different ones of the pool as long as there are enough.
     *
     * @throws IllegalArgumentException if the energy is not that of the pool
     */
    @Override
    public Start choose(NDManager manager, TiltedEnergy target, int chains, RandomSource random) {
        if (target != energy) {
            throw new IllegalArgumentException("energy: expected that of the pool's model, at the temperature 1");
        }
        long[] order = Scope.compute(() -> random.permutation(manager, STATES).toLongArray());
        int d = energy.dimension();
        float[] chosen = new float[chains * d];
        for (int chain = 0; chain < chains; chain++) {
            System.arraycopy(positions, (int) order[chain % STATES] * d, chosen, chain * d, d);
        }
        int steps = origin.steps(chains, DigitSampler.STEPS_FROM_TARGET);
        return new Start(manager.create(chosen, new Shape(chains, d)), steps);
    }
}
