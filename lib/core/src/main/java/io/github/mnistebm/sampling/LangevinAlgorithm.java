package io.github.mnistebm.sampling;

import io.github.mnistebm.density.EnergyFunction;

/** The user's choice of a transition kernel. */
public enum LangevinAlgorithm {
    /** With Metropolis correction: {@link MetropolisAdjustedLangevin}. */
    MALA,
    /** Without: {@link UnadjustedLangevin}. */
    ULA;

    /**
     * Makes the kernel.
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
}
