package io.github.mnistebm.sampling;

import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.density.TiltedEnergy;

/** The user's choice of a transition kernel. */
public enum SamplingAlgorithm {
    /** The Metropolis-adjusted Langevin algorithm: {@link MetropolisAdjustedLangevin}. */
    MALA(SamplerConfig.OPTIMAL_ACCEPTANCE) {
        @Override
        public TransitionKernel kernel(EnergyFunction energy) {
            return new MetropolisAdjustedLangevin(energy);
        }
    },

    /** {@link HamiltonianMonteCarlo} with paths of {@value #LEAPFROG_STEPS} leapfrog steps on average. */
    HMC(HamiltonianMonteCarlo.OPTIMAL_ACCEPTANCE) {
        @Override
        public TransitionKernel kernel(EnergyFunction energy) {
            return new HamiltonianMonteCarlo(energy, LEAPFROG_STEPS);
        }

        @Override
        public double stepSize(double langevinStepSize) {
            return Math.sqrt(2 * langevinStepSize);
        }

        @Override
        public double langevinStepSize(double stepSize) {
            return stepSize * stepSize / 2;
        }
    },

    /** The unadjusted Langevin algorithm, which accepts always: {@link UnadjustedLangevin}. */
    ULA(SamplerConfig.OPTIMAL_ACCEPTANCE) {
        @Override
        public TransitionKernel kernel(EnergyFunction energy) {
            return new UnadjustedLangevin(energy);
        }
    };

    /** Paths of about a quarter of the period of a normal distribution of unit variance, at the step sizes that the latents allow. */
    private static final int LEAPFROG_STEPS = 4;

    private static final int JUMP_INTERVAL = 2;

    private final double targetAcceptance;

    SamplingAlgorithm(double targetAcceptance) {
        this.targetAcceptance = targetAcceptance;
    }

    /**
     * Creates the kernel.
     *
     * @param energy the target
     * @return the kernel
     */
    public abstract TransitionKernel kernel(EnergyFunction energy);

    /**
     * Returns the acceptance to adapt the step size to.
     *
     * @return the acceptance, in (0, 1); without effect where the kernel accepts always
     */
    public double targetAcceptance() {
        return targetAcceptance;
    }

    /**
     * Converts a step size of Langevin dynamics into one of this algorithm.
     *
     * @param langevinStepSize ε of the Langevin algorithms; positive
     * @return the step size of this algorithm; for {@link #HMC} that of a path of one leapfrog step, √(2 ε)
     */
    public double stepSize(double langevinStepSize) {
        return langevinStepSize;
    }

    /**
     * Converts a step size of this algorithm into one of Langevin dynamics: the inverse of {@link #stepSize}.
     *
     * @param stepSize the step size of this algorithm; positive
     * @return ε of the Langevin algorithms
     */
    public double langevinStepSize(double stepSize) {
        return stepSize;
    }

    /**
     * Creates the kernel of a tilted energy. If the reference measure was fitted to data, every other step of an algorithm that rejects is a
     * jump proposed from it.
     *
     * @param energy the target
     * @return the kernel
     */
    public TransitionKernel kernelWithJumps(TiltedEnergy energy) {
        return kernelWithJumps(energy, energy.reference(), energy.tilt());
    }

    /**
     * Creates the kernel of an energy with jumps proposed from a measure. If the measure was fitted to data, every other step of an algorithm
     * that rejects is a jump.
     *
     * @param energy the target
     * @param proposal the measure
     * @return the kernel
     */
    public TransitionKernel kernelWithJumps(EnergyFunction energy, ReferenceMeasure proposal) {
        return kernelWithJumps(energy, proposal, energy.minus(proposal));
    }

    private TransitionKernel kernelWithJumps(EnergyFunction energy, ReferenceMeasure proposal, EnergyFunction tilt) {
        TransitionKernel kernel = kernel(energy);
        return kernel.rejects() && proposal.isFitted()
                ? new KernelWithJumps(kernel, new IndependenceMetropolis(energy, proposal, tilt), JUMP_INTERVAL)
                : kernel;
    }
}
