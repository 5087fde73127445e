package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.sampling.host.HostKernel;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Optional;

/**
 * The Metropolis-adjusted Langevin algorithm, MALA (Besag 1994; Roberts &amp; Tweedie 1996, "Exponential convergence of
 * Langevin distributions and their discrete approximations", section 1.4).
 *
 * <p>Proposal u′ = u − ε ∇E(u) + √(2ε) ξ with ξ standard normal, accepted with probability min(1, α), where both
 * proposal densities enter:
 *
 * <pre>log α = E(u) − E(u′) + [ ‖u′ − u + ε ∇E(u)‖² − ‖u − u′ + ε ∇E(u′)‖² ] / 4ε</pre>
 *
 * <p>A proposal whose energy or gradient is not finite is rejected.
 *
 * @param energy the target
 */
public record MetropolisAdjustedLangevin(EnergyFunction energy) implements TransitionKernel {

    @Override
    public boolean rejects() {
        return true;
    }

    @Override
    public Optional<TransitionKernel> withEnergy(EnergyFunction target) {
        return Optional.of(new MetropolisAdjustedLangevin(target));
    }

    @Override
    public Optional<HostKernel> onHost() {
        return energy.onHost().map(target -> HostKernel.langevin(target, true));
    }

    @Override
    public Transition step(ChainState state, NDArray stepSize, long index, RandomSource random) {
        NDArray positions = state.positions();
        NDArray twoSteps = stepSize.add(stepSize);
        NDArray noise =
                random.normal(positions.getManager(), positions.getShape()).muli(twoSteps.sqrt());
        NDArray drift = state.gradient().mul(stepSize);
        NDArray proposal = positions.sub(drift).addi(noise);
        EnergyAndGradient proposed = energy.energyAndGradient(proposal);

        // u′ − u + ε ∇E(u) is the noise itself, u − u′ + ε ∇E(u′) = ε (∇E(u) + ∇E(u′)) − noise.
        NDArray forward = noise.square().sum(new int[] {1});
        NDArray backward = proposed.gradient()
                .mul(stepSize)
                .addi(drift)
                .subi(noise)
                .square()
                .sum(new int[] {1});
        NDArray logRatio =
                state.energy().sub(proposed.energy()).addi(forward.sub(backward).divi(twoSteps.add(twoSteps)));
        ChainState there = new ChainState(proposal, proposed.energy(), proposed.gradient());
        NDArray acceptance = Metropolis.acceptance(logRatio, there);
        return new Transition(Metropolis.choose(acceptance, there, state, random), acceptance);
    }
}
