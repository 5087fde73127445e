package io.github.mnistebm.sampling.host;

import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.tensor.Lanes;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;

/** Hamiltonian Monte Carlo. All chains of a block go the same number of leapfrog steps. */
final class HostHamiltonian extends HostKernel {
    private final ToIntFunction<SplittableRandom> leapfrogSteps;

    HostHamiltonian(HostEnergy energy, ToIntFunction<SplittableRandom> leapfrogSteps) {
        super(energy);
        this.leapfrogSteps = leapfrogSteps;
    }

    @Override
    Stepper stepper(int lanes) {
        HostEnergy.Evaluator evaluator = energy().evaluator(lanes);
        HostProposal path = new HostProposal(energy().dimension(), lanes);
        float[][] momenta = new float[energy().dimension()][lanes];
        return (block, stepSize, index) -> {
            System.arraycopy(block.energies, 0, path.logRatios, 0, lanes);
            for (int i = 0; i < momenta.length; i++) {
                for (int lane = 0; lane < block.chains; lane++) {
                    momenta[i][lane] = (float) block.random.nextGaussian();
                }
                addKineticEnergy(path.logRatios, momenta[i], 0.5f);
                System.arraycopy(block.positions[i], 0, path.positions[i], 0, lanes);
                System.arraycopy(block.gradients[i], 0, path.gradients[i], 0, lanes);
            }
            int steps = leapfrogSteps.applyAsInt(block.random);
            for (int step = 0; step < steps; step++) {
                // The last half of a step and the first half of the next one are one.
                leap(momenta, path, step == 0 ? stepSize / 2 : stepSize, stepSize);
                evaluator.energyAndGradient(block.chains, path.positions, path.energies, path.gradients);
            }
            for (int i = 0; i < momenta.length; i++) {
                Lanes.addProduct(momenta[i], -stepSize / 2, path.gradients[i]);
            }
            block.evaluations += (long) steps * block.chains;
            for (int lane = 0; lane < lanes; lane++) {
                path.logRatios[lane] -= path.energies[lane];
            }
            for (float[] coordinate : momenta) {
                addKineticEnergy(path.logRatios, coordinate, -0.5f);
            }
            path.move(block);
        };
    }

    /** p ← p − kick ∇E(u), u ← u + ε p. */
    private static void leap(float[][] momenta, HostProposal path, float kick, float stepSize) {
        for (int i = 0; i < momenta.length; i++) {
            float[] momentum = momenta[i];
            float[] position = path.positions[i];
            float[] gradient = path.gradients[i];
            for (int lane = 0; lane < momentum.length; lane++) {
                momentum[lane] -= kick * gradient[lane];
                position[lane] += stepSize * momentum[lane];
            }
        }
    }

    /** Adds one coordinate of ‖p‖², times a factor. */
    private static void addKineticEnergy(float[] sum, float[] momenta, float factor) {
        for (int lane = 0; lane < sum.length; lane++) {
            sum[lane] += factor * momenta[lane] * momenta[lane];
        }
    }
}
