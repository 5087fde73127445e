package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.sampling.host.HostKernel;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Optional;

/**
 * The unadjusted Langevin algorithm, u ← u − ε ∇E(u) + √(2ε) ξ (Roberts &amp; Tweedie 1996, section 1.3). Without the
 * Metropolis correction its stationary distribution differs from the target: for a standard normal target its variance
 * is 1 / (1 − ε/2) in place of 1.
 *
 * @param energy the target
 */
public record UnadjustedLangevin(EnergyFunction energy) implements TransitionKernel {

    @Override
    public boolean rejects() {
        return false;
    }

    @Override
    public Optional<TransitionKernel> withEnergy(EnergyFunction target) {
        return Optional.of(new UnadjustedLangevin(target));
    }

    @Override
    public Optional<HostKernel> onHost() {
        return energy.onHost().map(target -> HostKernel.langevin(target, false));
    }

    @Override
    public Transition step(ChainState state, NDArray stepSize, long index, RandomSource random) {
        NDArray positions = state.positions();
        NDArray noise = random.normal(positions.getManager(), positions.getShape())
                .muli(stepSize.add(stepSize).sqrt());
        NDArray next = positions.sub(state.gradient().mul(stepSize)).addi(noise);
        ChainState moved = ChainState.at(energy, next);
        return new Transition(moved, moved.energy().onesLike());
    }
}
