package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;

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
    public Transition step(ChainState state, NDArray stepSize) {
        NDArray positions = state.positions();
        NDManager manager = positions.getManager();
        NDArray twoSteps = stepSize.add(stepSize);
        NDArray noise = manager.randomNormal(positions.getShape()).muli(twoSteps.sqrt());
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
        NDArray logRatio = state.energy()
                .sub(proposed.energy())
                .addi(forward.sub(backward).divi(twoSteps.add(twoSteps)))
                // NaN where the proposed energy is not finite, −∞ included.
                .addi(proposed.energy().sub(proposed.energy()));

        // NaN compares false: such a proposal is rejected.
        NDArray acceptance = logRatio.minimum(logRatio.zerosLike()).exp();
        NDArray defined = acceptance.eq(acceptance);
        NDArray accepted = manager.randomUniform(0, 1, acceptance.getShape()).lt(acceptance);
        NDArray acceptedRows = accepted.expandDims(1).broadcast(positions.getShape());
        ChainState next = new ChainState(
                NDArrays.where(acceptedRows, proposal, positions),
                NDArrays.where(accepted, proposed.energy(), state.energy()),
                NDArrays.where(acceptedRows, proposed.gradient(), state.gradient()));
        return new Transition(next, NDArrays.where(defined, acceptance, acceptance.zerosLike()));
    }
}
