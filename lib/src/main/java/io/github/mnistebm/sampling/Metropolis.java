package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import io.github.mnistebm.tensor.RandomSource;

/** The accept-reject step of Metropolis et al. (1953) and Hastings (1970), on the device. */
final class Metropolis {

    private Metropolis() {}

    /** min(1, α) from log α, {@code [chains]}; 0 where log α is no number, so that such a proposal is rejected. */
    static NDArray acceptance(NDArray logRatio) {
        NDArray acceptance = logRatio.minimum(logRatio.zerosLike()).exp();
        return NDArrays.where(acceptance.eq(acceptance), acceptance, acceptance.zerosLike());
    }

    /** Moves each chain to its proposal with the probability of its acceptance. */
    static ChainState choose(NDArray acceptance, ChainState proposal, ChainState state, RandomSource random) {
        NDArray accepted = random.uniform(acceptance.getManager(), 0, 1, acceptance.getShape())
                .lt(acceptance);
        NDArray rows = accepted.expandDims(1).broadcast(state.positions().getShape());
        return new ChainState(
                NDArrays.where(rows, proposal.positions(), state.positions()),
                NDArrays.where(accepted, proposal.energy(), state.energy()),
                NDArrays.where(rows, proposal.gradient(), state.gradient()));
    }
}
