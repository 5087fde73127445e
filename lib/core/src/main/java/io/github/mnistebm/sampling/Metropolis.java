package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import io.github.mnistebm.tensor.RandomSource;

/**
 * The accept-reject step of Metropolis et al. (1953) and Hastings (1970), on the device. A proposal is rejected if its energy or a
 * coordinate of its gradient is not finite, or log α is not a number. {@code sampling.host} does the same in loops.
 */
final class Metropolis {

    private static final int[] COORDINATES = {1};

    private Metropolis() {}

    /** Computes min(1, α) from log α, {@code [chains]}; 0 where a proposal must be rejected. */
    static NDArray acceptance(NDArray logRatio, ChainState proposal) {
        // Infinity minus infinity is NaN, whereas the difference of a finite number and itself is 0.
        NDArray gradient = proposal.gradient();
        NDArray zero = proposal.energy()
                .sub(proposal.energy())
                .addi(gradient.sub(gradient).sum(COORDINATES));
        return probability(logRatio.add(zero));
    }

    /** Computes min(1, α) from log α, {@code [chains]}; 0 where it is not a number. */
    static NDArray probability(NDArray logRatio) {
        NDArray acceptance = logRatio.minimum(logRatio.zerosLike()).exp();
        return NDArrays.where(acceptance.eq(acceptance), acceptance, acceptance.zerosLike());
    }

    /** Moves each chain to its proposal with the probability of its acceptance. */
    static ChainState choose(NDArray acceptance, ChainState proposal, ChainState state, RandomSource random) {
        NDArray accepted = random.uniform(acceptance.getManager(), 0, 1, acceptance.getShape())
                .lt(acceptance);
        return choose(accepted, proposal, state);
    }

    /** Moves the chains that have accepted, {@code [chains]}, to their proposals. */
    static ChainState choose(NDArray accepted, ChainState proposal, ChainState state) {
        NDArray rows = accepted.expandDims(1).broadcast(state.positions().getShape());
        return new ChainState(
                NDArrays.where(rows, proposal.positions(), state.positions()),
                NDArrays.where(accepted, proposal.energy(), state.energy()),
                NDArrays.where(rows, proposal.gradient(), state.gradient()));
    }
}
