package io.github.mnistebm.sampling.host;

import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.density.HostReference;

/** Independence Metropolis–Hastings for an energy that is the sum of the tilt and of the reference measure's energy. */
final class HostJump extends HostKernel {
    private final HostReference reference;
    private final HostEnergy tilt;

    HostJump(HostEnergy energy, HostReference reference, HostEnergy tilt) {
        super(energy);
        this.reference = reference;
        this.tilt = tilt;
    }

    @Override
    boolean jumps(long index) {
        return true;
    }

    @Override
    Stepper stepper(int lanes) {
        HostEnergy.Evaluator evaluator = energy().evaluator(lanes);
        HostEnergy.Evaluator tiltEvaluator = tilt.evaluator(lanes);
        HostProposal proposal = new HostProposal(energy().dimension(), lanes);
        float[] here = new float[lanes];
        return (block, stepSize, index) -> {
            reference.sample(block.chains, block.random, proposal.positions);
            tiltEvaluator.energy(block.chains, block.positions, here);
            tiltEvaluator.energy(block.chains, proposal.positions, proposal.energies);
            for (int lane = 0; lane < lanes; lane++) {
                proposal.logRatios[lane] = here[lane] - proposal.energies[lane];
            }
            proposal.choose(block);
            // Only chains that moved need a gradient, for their next step.
            proposal.moveAccepted(block, evaluator);
            block.evaluations += block.chains;
        };
    }
}
