package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
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

    /** The number of sizes of the batches for which the energy is computed. */
    private static final int SIZES = 16;

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
        NDArray there = proposal.sample(here.getManager(), here.getShape().get(0), random);
        NDArray logRatio = tilt.energy(here).sub(tilt.energy(there));
        return here.getDevice().isGpu()
                ? stepOfAll(state, there, logRatio, random)
                : stepOfThoseThatJump(state, there, logRatio, random);
    }

    /** Evaluates energy and gradient at every proposal, and waits for nothing on the device. */
    private Transition stepOfAll(ChainState state, NDArray proposals, NDArray logRatio, RandomSource random) {
        ChainState there = ChainState.at(energy, proposals);
        NDArray acceptance = Metropolis.acceptance(logRatio, there);
        return new Transition(Metropolis.choose(acceptance, there, state, random), acceptance, true, 1);
    }

    /** Evaluates energy and gradient at the accepted proposals only, which are few where q is far from the target. */
    private Transition stepOfThoseThatJump(ChainState state, NDArray proposals, NDArray logRatio, RandomSource random) {
        NDManager manager = proposals.getManager();
        NDArray acceptance = Metropolis.probability(logRatio);
        NDArray jumping = random.uniform(manager, 0, 1, acceptance.getShape())
                .lt(acceptance)
                .nonzero()
                .flatten();
        ChainState moved = new ChainState(
                state.positions().duplicate(),
                state.energy().duplicate(),
                state.gradient().duplicate());
        if (jumping.size() > 0) {
            NDIndex rows = new NDIndex().addIndices("{}", jumping);
            ChainState jumped =
                    stateAt(proposals.get(rows), acceptance.getShape().get(0));
            NDArray possible = Metropolis.acceptance(logRatio.get(rows), jumped);
            ChainState before = new ChainState(
                    moved.positions().get(rows),
                    moved.energy().get(rows),
                    moved.gradient().get(rows));
            ChainState chosen = Metropolis.choose(possible.gt(possible.zerosLike()), jumped, before);
            moved.positions().set(rows, chosen.positions());
            moved.energy().set(rows, chosen.energy());
            moved.gradient().set(rows, chosen.gradient());
            acceptance.set(rows, possible);
        }
        return new Transition(moved, acceptance, true, 1);
    }

    /**
     * Computes the state at positions, in a batch whose size is a multiple of a sixteenth of the chains: oneDNN prepares a kernel for each new
     * size.
     */
    private ChainState stateAt(NDArray positions, long chains) {
        long count = positions.getShape().get(0);
        long part = Math.max(1, chains / SIZES);
        long missing = (part - count % part) % part;
        if (missing == 0) {
            return ChainState.at(energy, positions);
        }
        NDArray more = positions.getManager().zeros(new Shape(missing, energy.dimension()));
        EnergyAndGradient all = energy.energyAndGradient(positions.concat(more));
        NDIndex asked = new NDIndex().addSliceDim(0, count);
        return new ChainState(positions, all.energy().get(asked), all.gradient().get(asked));
    }
}
