package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;

/**
 * The result of one step of a kernel.
 *
 * @param state the new state of the chains
 * @param acceptanceProbability min(1, α) of each chain's proposal, {@code [chains]}; 1 where a kernel accepts always
 * @param jump whether the proposal did not depend on the step size, so that its acceptance says nothing about it
 */
public record Transition(ChainState state, NDArray acceptanceProbability, boolean jump) {

    /**
     * A step whose proposal depended on the step size.
     *
     * @param state the new state of the chains
     * @param acceptanceProbability the acceptance probability of each chain's proposal, {@code [chains]}
     */
    public Transition(ChainState state, NDArray acceptanceProbability) {
        this(state, acceptanceProbability, false);
    }

    /** Takes the arrays out of the innermost scope, so that they outlive it. */
    void leaveScope() {
        state.leaveScope();
        NDScope.unregister(acceptanceProbability);
    }
}
