package io.github.mnistebm.sampling.host;

import io.github.mnistebm.density.HostEnergy;
import java.util.Arrays;

/**
 * The No-U-Turn sampler. Each chain of a block has a path of its own length; the energy is evaluated for all chains at once whose paths
 * still grow.
 */
final class HostNoUTurn extends HostKernel {
    private final int doublings;

    HostNoUTurn(HostEnergy energy, int doublings) {
        super(energy);
        this.doublings = doublings;
    }

    @Override
    Stepper stepper(int lanes) {
        int d = energy().dimension();
        HostEnergy.Evaluator evaluator = energy().evaluator(lanes);
        HostTrajectory[] trajectories = new HostTrajectory[lanes];
        Arrays.setAll(trajectories, lane -> new HostTrajectory(d, doublings));
        float[][] positions = new float[d][lanes];
        float[] energies = new float[lanes];
        float[][] gradients = new float[d][lanes];
        int[] growing = new int[lanes];
        return (block, stepSize, index) -> {
            int count = block.chains;
            for (int lane = 0; lane < count; lane++) {
                trajectories[lane].start(block, lane);
                growing[lane] = lane;
            }
            while (count > 0) {
                for (int slot = 0; slot < count; slot++) {
                    trajectories[growing[slot]].leap(stepSize, positions, slot);
                }
                evaluator.energyAndGradient(count, positions, energies, gradients);
                block.evaluations += count;
                int left = 0;
                for (int slot = 0; slot < count; slot++) {
                    int lane = growing[slot];
                    if (trajectories[lane].arrive(stepSize, energies[slot], gradients, slot, block.random)) {
                        growing[left++] = lane;
                    } else {
                        trajectories[lane].finish(block, lane);
                    }
                }
                count = left;
            }
        };
    }
}
