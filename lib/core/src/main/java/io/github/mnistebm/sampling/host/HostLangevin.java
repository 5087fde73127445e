package io.github.mnistebm.sampling.host;

import io.github.mnistebm.density.HostEnergy;

/** Langevin dynamics, with Metropolis correction or without. */
final class HostLangevin extends HostKernel {
    private final boolean adjusted;

    HostLangevin(HostEnergy energy, boolean adjusted) {
        super(energy);
        this.adjusted = adjusted;
    }

    @Override
    Stepper stepper(int lanes) {
        HostEnergy.Evaluator evaluator = energy().evaluator(lanes);
        HostProposal proposal = new HostProposal(energy().dimension(), lanes);
        float[][] noise = new float[energy().dimension()][lanes];
        return (block, stepSize, index) -> {
            float deviation = (float) Math.sqrt(2.0 * stepSize);
            for (int i = 0; i < noise.length; i++) {
                for (int lane = 0; lane < block.chains; lane++) {
                    noise[i][lane] = deviation * (float) block.random.nextGaussian();
                }
                propose(proposal.positions[i], block.positions[i], block.gradients[i], noise[i], stepSize);
            }
            evaluator.energyAndGradient(block.chains, proposal.positions, proposal.energies, proposal.gradients);
            block.evaluations += block.chains;
            if (!adjusted) {
                proposal.take(block);
                return;
            }
            for (int lane = 0; lane < lanes; lane++) {
                proposal.logRatios[lane] = block.energies[lane] - proposal.energies[lane];
            }
            float scale = 1 / (4 * stepSize);
            for (int i = 0; i < noise.length; i++) {
                addDensityRatio(
                        proposal.logRatios, noise[i], block.gradients[i], proposal.gradients[i], stepSize, scale);
            }
            proposal.move(block);
        };
    }

    /** u′ = u − ε ∇E(u) + √(2ε) ξ. */
    private static void propose(float[] proposal, float[] positions, float[] gradients, float[] noise, float stepSize) {
        for (int lane = 0; lane < proposal.length; lane++) {
            proposal[lane] = positions[lane] - stepSize * gradients[lane] + noise[lane];
        }
    }

    /**
     * One coordinate of [ ‖u′ − u + ε ∇E(u)‖² − ‖u − u′ + ε ∇E(u′)‖² ] / 4ε, the first of which is the noise itself, the second ε
     * (∇E(u) + ∇E(u′)) − noise.
     */
    private static void addDensityRatio(
            float[] logRatios, float[] noise, float[] gradients, float[] proposed, float stepSize, float scale) {
        for (int lane = 0; lane < logRatios.length; lane++) {
            float backward = stepSize * (gradients[lane] + proposed[lane]) - noise[lane];
            logRatios[lane] += scale * (noise[lane] * noise[lane] - backward * backward);
        }
    }
}
