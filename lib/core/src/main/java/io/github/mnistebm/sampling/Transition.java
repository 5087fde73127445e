package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.tensor.Scope;
import java.util.List;

/**
 * The result of one step of a kernel.
 *
 * @param state the new state of the chains
 * @param acceptanceProbability min(1, α) of each chain's proposal, {@code [chains]}; 0 for a proposal that was evaluated and is not finite; 1 where a kernel accepts always
 * @param jump whether the proposal did not depend on the step size, so that its acceptance says nothing about it
 * @param evaluations the greatest number of evaluations of the energy's gradient that the step took for a chain
 */
public record Transition(ChainState state, NDArray acceptanceProbability, boolean jump, int evaluations)
        implements Scope.Result {

    /**
     * A step whose proposal depended on the step size and took one evaluation.
     *
     * @param state the new state of the chains
     * @param acceptanceProbability the acceptance probability of each chain's proposal, {@code [chains]}
     */
    public Transition(ChainState state, NDArray acceptanceProbability) {
        this(state, acceptanceProbability, false, 1);
    }

    @Override
    public List<NDArray> arrays() {
        return List.of(state.positions(), state.energy(), state.gradient(), acceptanceProbability);
    }
}
