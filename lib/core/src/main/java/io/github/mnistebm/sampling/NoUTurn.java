package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.sampling.host.HostKernel;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Optional;

/**
 * The No-U-Turn sampler, NUTS (Hoffman &amp; Gelman 2014, "The No-U-Turn sampler: adaptively setting path lengths in Hamiltonian Monte
 * Carlo"), with multinomial choice (Betancourt 2017, "A conceptual introduction to Hamiltonian Monte Carlo", appendix A).
 *
 * <p>Each step draws a momentum and follows Hamilton's equations as {@link HamiltonianMonteCarlo} does. The path doubles its length,
 * forwards or backwards in time, until it turns back or diverges; a doubling that turns within itself is left out. The next state is
 * chosen from the path with weights exp(−H), with a preference for the later half. In place of an acceptance probability counts the mean of
 * min(1, exp(H₀ − H)) over the states of the path.
 *
 * <p>This kernel moves chains by plain loops only, on a processor. By tensor operations, each chain of a batch would wait at each
 * leapfrog step for the chain with the longest path, and each of their trees would need its bookkeeping on the device, dozens of operations
 * for one evaluation of the energy. Where chains are many and the energy large, {@link HamiltonianMonteCarlo} serves better.
 *
 * @param energy the target, with a {@linkplain EnergyFunction#onHost form in plain loops}
 * @param doublings the most times that a path doubles its length; in [1, 20]
 */
public record NoUTurn(EnergyFunction energy, int doublings) implements TransitionKernel {

    /** The most doublings where no other number is asked for: 1023 leapfrog steps. */
    public static final int DOUBLINGS = 10;

    /** The acceptance that burn-in does well to steer to (Betancourt, Byrne &amp; Girolami 2014; Stan's default). */
    public static final double TARGET_ACCEPTANCE = 0.8;

    private static final int MOST_DOUBLINGS = 20;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the number of doublings is out of range
     */
    public NoUTurn {
        if (doublings < 1 || doublings > MOST_DOUBLINGS) {
            throw new IllegalArgumentException("doublings: must be in [1, " + MOST_DOUBLINGS + "], found " + doublings);
        }
    }

    /**
     * Creates the kernel with at most {@value #DOUBLINGS} doublings.
     *
     * @param energy the target
     */
    public NoUTurn(EnergyFunction energy) {
        this(energy, DOUBLINGS);
    }

    @Override
    public boolean rejects() {
        return true;
    }

    @Override
    public boolean inLoopsOnly() {
        return true;
    }

    @Override
    public Optional<TransitionKernel> withEnergy(EnergyFunction target) {
        return Optional.of(new NoUTurn(target, doublings));
    }

    @Override
    public Optional<HostKernel> onHost() {
        return energy.onHost().map(target -> HostKernel.noUTurn(target, doublings));
    }

    /**
     * Throws an exception: this kernel has no form in tensor operations.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public Transition step(ChainState state, NDArray stepSize, long index, RandomSource random) {
        throw new UnsupportedOperationException(
                "NoUTurn moves chains by plain loops only: run it by Sampler or Chains");
    }
}
