package io.github.mnistebm.energy;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.sampling.ChainState;
import io.github.mnistebm.sampling.Transition;
import io.github.mnistebm.sampling.TransitionKernel;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;

/**
 * The step of short chains on pixels in [−1, 1] (Du &amp; Mordatch 2019, "Implicit generation and modeling with energy-based models",
 * section 3.2): u ← clip(u − ε ∇E(u) + σ ξ, −1, 1), where each component of the gradient is clipped to ±c. Step and noise are chosen apart,
 * so that the chains are those of a low temperature, and stop before they reach an equilibrium.
 *
 * @param energy the target
 * @param noise σ; at least 0
 * @param gradientBound c; positive
 */
public record ShortRunLangevin(EnergyFunction energy, double noise, double gradientBound) implements TransitionKernel {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public ShortRunLangevin {
        if (!(noise >= 0) || Double.isInfinite(noise)) {
            throw new IllegalArgumentException("noise: must be at least 0 and finite, found " + noise);
        }
        if (!(gradientBound > 0)) {
            throw new IllegalArgumentException("gradient bound: must be positive, found " + gradientBound);
        }
    }

    @Override
    public boolean rejects() {
        return false;
    }

    @Override
    public Transition step(ChainState state, NDArray stepSize, long index, RandomSource random) {
        NDArray positions = state.positions();
        NDArray moves = random.normal(positions.getManager(), positions.getShape())
                .muli(Tensors.scalar(positions.getManager(), noise));
        NDArray drift = state.gradient().clip(-gradientBound, gradientBound).muli(stepSize);
        ChainState moved =
                ChainState.at(energy, positions.sub(drift).addi(moves).clip(-1, 1));
        return new Transition(moved, moved.energy().onesLike());
    }
}
