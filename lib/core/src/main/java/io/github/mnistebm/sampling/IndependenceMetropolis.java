package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.sampling.host.HostKernel;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Optional;

/**
 * The independence Metropolis–Hastings algorithm (Tierney 1994, "Markov chains for exploring posterior distributions",
 * section 2.3.3): proposes u′ ~ q whatever u is, and accepts it with probability min(1, α),
 *
 * <pre>log α = f(u) − f(u′)   with the tilt   f = E + log q</pre>
 *
 * <p>Where q resembles the target it crosses between modes at once, which Langevin dynamics does slowly.
 *
 * @param energy the target E
 * @param proposal q
 * @param tilt f, up to a constant; where it is known by itself, q need not be evaluated to be taken out of E again
 */
public record IndependenceMetropolis(EnergyFunction energy, ReferenceMeasure proposal, EnergyFunction tilt)
        implements TransitionKernel {

    @Override
    public boolean rejects() {
        return true;
    }

    @Override
    public Optional<HostKernel> onHost() {
        return energy.onHost().flatMap(target -> proposal.onHost()
                .flatMap(reference -> tilt.onHost().map(by -> HostKernel.jump(target, reference, by))));
    }

    @Override
    public Transition step(ChainState state, NDArray stepSize, long index, RandomSource random) {
        NDArray here = state.positions();
        ChainState there = ChainState.at(
                energy, proposal.sample(here.getManager(), here.getShape().get(0), random));
        NDArray acceptance = Metropolis.acceptance(tilt.energy(here).sub(tilt.energy(there.positions())), there);
        return new Transition(Metropolis.choose(acceptance, there, state, random), acceptance, true, 1);
    }
}
