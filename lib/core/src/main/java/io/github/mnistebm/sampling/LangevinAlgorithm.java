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
        TransitionKernel langevin = kernel(energy);
        ReferenceMeasure reference = energy.reference();
        return langevin.rejects() && reference.isFitted()
                ? new LangevinWithJumps(
                        langevin, new IndependenceMetropolis(energy, reference, energy.tilt()), JUMP_INTERVAL)
                : langevin;
    }
}
