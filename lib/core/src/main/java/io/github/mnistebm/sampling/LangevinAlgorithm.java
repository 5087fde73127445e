package io.github.mnistebm.sampling;

import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.density.TiltedEnergy;

/** The user's choice of a transition kernel. */
public enum LangevinAlgorithm {
    /** With Metropolis correction: {@link MetropolisAdjustedLangevin}. */
    MALA,
    /** Without: {@link UnadjustedLangevin}. */
    ULA;

    private static final int JUMP_INTERVAL = 2;

    /**
     * Creates the kernel.
     *
     * @param energy the target
     * @return the kernel
     */
    public TransitionKernel kernel(EnergyFunction energy) {
        return switch (this) {
            case MALA -> new MetropolisAdjustedLangevin(energy);
            case ULA -> new UnadjustedLangevin(energy);
        };
    }

    /**
     * Creates the kernel of a tilted energy. If the reference measure was fitted to data, every other step of the adjusted algorithm is a
     * jump proposed from it.
     *
     * @param energy the target
     * @return the kernel
     */
    public TransitionKernel kernelWithJumps(TiltedEnergy energy) {
        return kernelWithJumps(energy, energy.reference(), energy.tilt());
    }

    /**
     * Creates the kernel of an energy with jumps proposed from a measure. If the measure was fitted to data, every other step of the adjusted
     * algorithm is a jump.
     *
     * @param energy the target
     * @param proposal the measure
     * @return the kernel
     */
    public TransitionKernel kernelWithJumps(EnergyFunction energy, ReferenceMeasure proposal) {
        return kernelWithJumps(energy, proposal, energy.minus(proposal));
    }

    private TransitionKernel kernelWithJumps(EnergyFunction energy, ReferenceMeasure proposal, EnergyFunction tilt) {
        TransitionKernel langevin = kernel(energy);
        return langevin.rejects() && proposal.isFitted()
                ? new LangevinWithJumps(langevin, new IndependenceMetropolis(energy, proposal, tilt), JUMP_INTERVAL)
                : langevin;
    }
}
