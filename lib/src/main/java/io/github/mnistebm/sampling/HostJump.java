package io.github.mnistebm.sampling;

/** {@link IndependenceMetropolis} in plain loops, of an energy that is the sum of the tilt and the reference measure's. */
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
        HostEnergy.Evaluator referenceEvaluator = reference.evaluator(lanes);
        HostEnergy.Evaluator tiltEvaluator = tilt.evaluator(lanes);
        HostProposal proposal = new HostProposal(energy().dimension(), lanes);
        float[] here = new float[lanes];
        float[] there = new float[lanes];
        float[][] tiltGradients = new float[energy().dimension()][lanes];
        return (block, stepSize, index) -> {
            reference.sample(block.chains, block.random, proposal.positions);
            tiltEvaluator.energy(block.chains, block.positions, here);
            tiltEvaluator.energyAndGradient(block.chains, proposal.positions, there, tiltGradients);
            referenceEvaluator.energyAndGradient(
                    block.chains, proposal.positions, proposal.energies, proposal.gradients);
            for (int lane = 0; lane < lanes; lane++) {
                proposal.logRatios[lane] = here[lane] - there[lane];
                proposal.energies[lane] += there[lane];
            }
            for (int i = 0; i < tiltGradients.length; i++) {
                for (int lane = 0; lane < lanes; lane++) {
                    proposal.gradients[i][lane] += tiltGradients[i][lane];
                }
            }
            proposal.choose(block);
        };
    }
}
