package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.sampling.host.HostKernel;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Hamiltonian Monte Carlo (Duane, Kennedy, Pendleton &amp; Roweth 1987; Neal 2011, "MCMC using Hamiltonian dynamics", section 3), with
 * paths of random length.
 *
 * <p>Each step draws a momentum p from the standard normal distribution, follows Hamilton's equations of the energy H(u, p) = E(u) +
 * ‖p‖²/2 by leapfrog steps of size ε,
 *
 * <pre>p ← p − ε ∇E(u)/2,   u ← u + ε p,   p ← p − ε ∇E(u)/2</pre>
 *
 * <p>and accepts the end of the path with probability min(1, α), log α = H(u, p) − H(u′, p′). An end whose energy or gradient is not
 * finite is rejected.
 *
 * <p>The number of leapfrog steps is uniform on 1, …, 2 L − 1 and independent of the state, since a path of one length returns to its start
 * where it hits the period of a direction (Neal 2011, section 3.2; Mackenzie 1989). All chains of a batch go the same number of steps. With L
 * = 1 this is the {@linkplain MetropolisAdjustedLangevin Metropolis-adjusted Langevin algorithm} of step size ε²/2.
 *
 * @param energy the target
 * @param leapfrogSteps L, the mean number of leapfrog steps of a path, each of which evaluates the gradient once; positive
 */
public record HamiltonianMonteCarlo(EnergyFunction energy, int leapfrogSteps) implements TransitionKernel {

    /** The acceptance that is optimal in high dimension (Beskos et al. 2013, "Optimal tuning of the hybrid Monte Carlo algorithm"). */
    public static final double OPTIMAL_ACCEPTANCE = 0.651;

    private static final int[] COORDINATES = {1};

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the number of steps is not positive
     */
    public HamiltonianMonteCarlo {
        if (leapfrogSteps < 1) {
            throw new IllegalArgumentException("leapfrog steps: must be at least 1, found " + leapfrogSteps);
        }
    }

    @Override
    public boolean rejects() {
        return true;
    }

    @Override
    public Optional<TransitionKernel> withEnergy(EnergyFunction target) {
        return Optional.of(new HamiltonianMonteCarlo(target, leapfrogSteps));
    }

    @Override
    public Optional<HostKernel> onHost() {
        return energy.onHost().map(target -> HostKernel.hamiltonian(target, this::drawSteps));
    }

    /** Draws the number of leapfrog steps of a path. */
    int drawSteps(SplittableRandom random) {
        return random.nextInt(1, 2 * leapfrogSteps);
    }

    @Override
    public Transition step(ChainState state, NDArray stepSize, long index, RandomSource random) {
        NDManager manager = state.positions().getManager();
        NDArray momenta = random.normal(manager, state.positions().getShape());
        NDArray half = Tensors.scalar(manager, 0.5);
        NDArray halfStep = stepSize.mul(half);
        int steps = drawSteps(random.forLoops());
        ChainState end = state;
        NDArray endMomenta = momenta;
        for (int i = 0; i < steps; i++) {
            NDArray between = endMomenta.sub(end.gradient().mul(halfStep));
            end = ChainState.at(energy, between.mul(stepSize).addi(end.positions()));
            endMomenta = between.sub(end.gradient().mul(halfStep));
        }
        NDArray kinetic =
                momenta.square().subi(endMomenta.square()).sum(COORDINATES).muli(half);
        NDArray acceptance =
                Metropolis.acceptance(state.energy().sub(end.energy()).addi(kinetic), end);
        return new Transition(Metropolis.choose(acceptance, end, state, random), acceptance, false, steps);
    }
}
