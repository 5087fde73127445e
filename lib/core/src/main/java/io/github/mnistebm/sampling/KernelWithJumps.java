package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.sampling.host.HostKernel;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Optional;

/**
 * Steps of a kernel, with a jump in the place of every so many. Each leaves the target as it is, and so does their
 * composition.
 *
 * @param local the kernel of the steps
 * @param jump the kernel of the jumps, of the same target
 * @param interval every so many steps, the last is a jump; at least 2
 */
public record KernelWithJumps(TransitionKernel local, IndependenceMetropolis jump, int interval)
        implements TransitionKernel {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the interval is less than 2
     */
    public KernelWithJumps {
        if (interval < 2) {
            throw new IllegalArgumentException("jump interval: must be at least 2, found " + interval);
        }
    }

    @Override
    public EnergyFunction energy() {
        return local.energy();
    }

    @Override
    public boolean rejects() {
        return local.rejects();
    }

    @Override
    public Optional<HostKernel> onHost() {
        return local.onHost().flatMap(steps -> jump.onHost().map(jumps -> steps.withJumps(jumps, this::jumps)));
    }

    /** Returns whether the step of an index is a jump. */
    boolean jumps(long index) {
        return index % interval == interval - 1;
    }

    @Override
    public Transition step(ChainState state, NDArray stepSize, long index, RandomSource random) {
        TransitionKernel kernel = jumps(index) ? jump : local;
        return kernel.step(state, stepSize, index, random);
    }
}
