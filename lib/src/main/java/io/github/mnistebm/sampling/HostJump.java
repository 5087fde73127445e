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
            // The gradient is for the next step: of the bundled model, one in sixteen is needed, and a jump takes half
            // the time.
            proposal.moveAccepted(block, evaluator);
        };
    }
}
