package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.tensor.RandomSource;

/** A kernel for the standard normal, written again with a mistake, which moments must show. It shares no code with the library's. */
interface MistakenKernel extends TransitionKernel {

    @Override
    default EnergyFunction energy() {
        return Target.STANDARD_NORMAL;
    }

    @Override
    default boolean rejects() {
        return true;
    }

    /** Accepts proposals by the Metropolis rule, or all of them. */
    static Transition decided(
            ChainState here, ChainState there, NDArray logRatio, boolean corrects, RandomSource random) {
        NDArray acceptance = corrects ? logRatio.exp().minimum(1) : logRatio.onesLike();
        NDArray accepted = random.uniform(logRatio.getManager(), 0, 1, acceptance.getShape())
                .lt(acceptance);
        NDArray rows = accepted.expandDims(1).broadcast(here.positions().getShape());
        return new Transition(
                new ChainState(
                        NDArrays.where(rows, there.positions(), here.positions()),
                        NDArrays.where(accepted, there.energy(), here.energy()),
                        NDArrays.where(rows, there.gradient(), here.gradient())),
                acceptance);
    }
}
