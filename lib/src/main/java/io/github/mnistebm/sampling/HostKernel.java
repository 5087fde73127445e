package io.github.mnistebm.sampling;

/**
 * A transition kernel in plain loops, as it is at one moment: {@link TransitionKernel#onHost()} makes it, {@link Chains} runs
 * it.
 */
public abstract class HostKernel {

    private final HostEnergy energy;

    HostKernel(HostEnergy energy) {
        this.energy = energy;
    }

    /** The target. */
    final HostEnergy energy() {
        return energy;
    }

    /** Returns whether a step is a jump, whose acceptance says nothing about the step size. */
    abstract boolean jumps(long index);

    /** Makes something that moves blocks of so many lanes, with working memory of its own: one for each thread. */
    abstract Stepper stepper(int lanes);

    /** Moves the chains of one block after the other; not for several threads at once. */
    @FunctionalInterface
    interface Stepper {

        /** Moves a block one step, and leaves the acceptance probabilities in it. */
        void step(HostBlock block, float stepSize, long index);
    }
}
