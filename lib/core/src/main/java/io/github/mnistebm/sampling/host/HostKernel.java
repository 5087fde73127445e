package io.github.mnistebm.sampling.host;

import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.density.HostReference;
import java.util.SplittableRandom;
import java.util.function.LongPredicate;
import java.util.function.ToIntFunction;

/** A transition kernel in plain loops, with the parameters that its target had when it was made. {@link HostChains} runs it. */
public abstract class HostKernel {

    private final HostEnergy energy;

    HostKernel(HostEnergy energy) {
        this.energy = energy;
    }

    /**
     * Creates the kernel of Langevin dynamics.
     *
     * @param energy the target
     * @param adjusted whether proposals are accepted or rejected; otherwise each is taken
     * @return the kernel
     */
    public static HostKernel langevin(HostEnergy energy, boolean adjusted) {
        return new HostLangevin(energy, adjusted);
    }

    /**
     * Creates the kernel of Hamiltonian Monte Carlo.
     *
     * @param energy the target
     * @param leapfrogSteps draws the number of leapfrog steps of a path, at least 1
     * @return the kernel
     */
    public static HostKernel hamiltonian(HostEnergy energy, ToIntFunction<SplittableRandom> leapfrogSteps) {
        return new HostHamiltonian(energy, leapfrogSteps);
    }

    /**
     * Creates the kernel of the No-U-Turn sampler.
     *
     * @param energy the target
     * @param doublings the most times that a path doubles its length, at least 1
     * @return the kernel
     */
    public static HostKernel noUTurn(HostEnergy energy, int doublings) {
        return new HostNoUTurn(energy, doublings);
    }

    /**
     * Creates the kernel of independence Metropolis–Hastings.
     *
     * @param energy the target, the sum of the tilt and of the proposal's energy
     * @param proposal the measure that proposes
     * @param tilt the tilt, up to a constant
     * @return the kernel
     */
    public static HostKernel jump(HostEnergy energy, HostReference proposal, HostEnergy tilt) {
        return new HostJump(energy, proposal, tilt);
    }

    /**
     * Creates a kernel whose steps are those of this kernel, with some in their place.
     *
     * @param jump the kernel of these other steps, for the same target
     * @param when the numbers of these steps, from 0
     * @return the kernel
     */
    public HostKernel withJumps(HostKernel jump, LongPredicate when) {
        return new HostKernelWithJumps(this, jump, when);
    }

    /**
     * Returns the target.
     *
     * @return the energy
     */
    public final HostEnergy energy() {
        return energy;
    }

    /** Returns whether a step is a jump, whose acceptance says nothing about the step size. */
    boolean jumps(long index) {
        return false;
    }

    /** Creates a stepper for blocks of a number of lanes, with working memory of its own: one for each thread. */
    abstract Stepper stepper(int lanes);

    /** Moves the chains of one block after the other; not for several threads at once. */
    @FunctionalInterface
    interface Stepper {

        /** Moves a block one step, and leaves the acceptance probabilities in it. */
        void step(HostBlock block, float stepSize, long index);
    }
}
