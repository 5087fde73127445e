package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;

/**
 * The independence Metropolis–Hastings algorithm (Tierney 1994, "Markov chains for exploring posterior distributions",
 * section 2.3.3): proposes u′ ~ q whatever u is, and accepts it with probability min(1, α),
 *
 * <pre>log α = [E(u) + log q(u)] − [E(u′) + log q(u′)]</pre>
 *
 * <p>Where q resembles the target it crosses between modes at once, which Langevin dynamics does slowly.
 *
 * @param energy the target
 * @param proposal q
 */
public record IndependenceMetropolis(EnergyFunction energy, ReferenceMeasure proposal) implements TransitionKernel {

    @Override
    public boolean rejects() {
        return true;
    }

    @Override
    public Transition step(ChainState state, NDArray stepSize, long index) {
        NDArray here = state.positions();
        ChainState there = ChainState.at(
                energy, proposal.sample(here.getManager(), here.getShape().get(0)));
        NDArray logRatio =
                state.energy().sub(proposal.energy(here)).subi(there.energy()).addi(proposal.energy(there.positions()));
        NDArray acceptance = Metropolis.acceptance(logRatio);
        return new Transition(Metropolis.choose(acceptance, there, state), acceptance, true);
    }
}
