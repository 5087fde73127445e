package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.sampling.host.HostKernel;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.Optional;

/** A Markov transition kernel on a batch of chains. */
public interface TransitionKernel {

    /**
     * Returns the target.
     *
     * @return the energy function
     */
    EnergyFunction energy();

    /**
     * Returns whether proposals can be rejected, so that a step size can be adapted to their acceptance.
     *
     * @return false for a kernel that accepts always
     */
    boolean rejects();

    /**
     * Returns this kernel, with the present parameters of its target, in plain loops.
     *
     * @return the kernel; empty where it or its target has no such form
     */
    default Optional<HostKernel> onHost() {
        return Optional.empty();
    }

    /**
     * Returns whether this kernel has no form but the plain loops.
     *
     * @return true if {@link #step} is not supported
     */
    default boolean inLoopsOnly() {
        return false;
    }

    /**
     * Returns this kernel for another target, for example the same one in other coordinates.
     *
     * @param target the target
     * @return the kernel; empty where it depends on this target by more than the energy
     */
    default Optional<TransitionKernel> withEnergy(EnergyFunction target) {
        return Optional.empty();
    }

    /**
     * Moves every chain one step.
     *
     * @param state the state of the chains; left as it is
     * @param stepSize ε on the device, of shape {@code ()}
     * @param index the number of steps before this one, for kernels that do different things in turn
     * @param random the source of randomness
     * @return the new state; it and the arrays made on the way are attached to the manager of the positions
     */
    Transition step(ChainState state, NDArray stepSize, long index, RandomSource random);

    /**
     * Like {@link #step}, but frees at once what was made on the way and the state that was left.
     *
     * @param state the state of the chains; closed
     * @param stepSize ε on the device, of shape {@code ()}
     * @param index the number of steps before this one
     * @param random the source of randomness
     * @return the new state and the acceptance; the caller closes both its parts
     */
    default Transition advance(ChainState state, NDArray stepSize, long index, RandomSource random) {
        Transition transition = Scope.computeOwned(() -> step(state, stepSize, index, random));
        state.close();
        return transition;
    }
}
