package io.github.mnistebm.sampling;

/** {@link IndependenceMetropolis} in plain loops. */
final class HostJump extends HostKernel {
    private final HostEnergy energy;
    private final HostReference reference;
    private final HostEnergy tilt;

    HostJump(HostEnergy energy, HostReference reference, HostEnergy tilt) {
        this.energy = energy;
        this.reference = reference;
        this.tilt = tilt;
    }

    @Override
    HostEnergy energy() {
        return energy;
    }

    @Override
    boolean jumps(long index) {
        return true;
    }

    @Override
    Stepper stepper() {
        HostEnergy.Evaluator evaluator = energy.evaluator();
        HostEnergy.Evaluator tiltEvaluator = tilt.evaluator();
        HostProposal proposal = new HostProposal(energy.dimension());
        float[] here = new float[HostEnergy.LANES];
        float[] there = new float[HostEnergy.LANES];
        return (block, stepSize, index) -> {
            reference.sample(block.random, proposal.positions);
            evaluator.energyAndGradient(proposal.positions, proposal.energies, proposal.gradients);
            tiltEvaluator.energy(block.positions, here);
            tiltEvaluator.energy(proposal.positions, there);
            for (int lane = 0; lane < HostEnergy.LANES; lane++) {
                proposal.logRatios[lane] = here[lane] - there[lane];
            }
            proposal.choose(block);
        };
    }
}
