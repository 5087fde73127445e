package io.github.mnistebm.sampling.host;

import io.github.mnistebm.density.HostEnergy;
import java.util.Arrays;

/** The proposed states of the chains of a block, and the accept-reject step of Metropolis et al. (1953) and Hastings (1970). */
final class HostProposal {
    final float[][] positions;
    final float[] energies;
    final float[][] gradients;
    final float[] logRatios;
    private final float[] accepted;
    private final float[] rejected;

    HostProposal(int dimension, int lanes) {
        this.positions = new float[dimension][lanes];
        this.energies = new float[lanes];
        this.gradients = new float[dimension][lanes];
        this.logRatios = new float[lanes];
        this.accepted = new float[lanes];
        this.rejected = new float[lanes];
    }

    /** Moves each chain here with probability min(1, α). */
    void move(HostBlock block) {
        if (!choose(block)) {
            moveOneByOne(block);
            return;
        }
        mix(block.energies, energies);
        for (int i = 0; i < positions.length; i++) {
            mix(block.positions[i], positions[i]);
            mix(block.gradients[i], gradients[i]);
        }
    }

    /**
     * Chooses the chains that move, and returns whether all ratios are finite. A ratio of Langevin dynamics is finite only if the
     * energies and gradients at both ends are.
     */
    boolean choose(HostBlock block) {
        boolean allFinite = true;
        for (int lane = 0; lane < energies.length; lane++) {
            float logRatio = logRatios[lane];
            boolean possible = Float.isFinite(energies[lane]) && !Float.isNaN(logRatio);
            float probability = !possible ? 0 : logRatio >= 0 ? 1 : (float) Math.exp(logRatio);
            block.acceptance[lane] = probability;
            boolean accepts = lane < block.chains && block.random.nextFloat() < probability;
            accepted[lane] = accepts ? 1 : 0;
            rejected[lane] = accepts ? 0 : 1;
            allFinite &= Float.isFinite(logRatio);
        }
        return allFinite;
    }

    /** Moves the chosen chains here if energy and gradient are finite. Evaluates them for the chosen chains only. */
    void moveAccepted(HostBlock block, HostEnergy.Evaluator evaluator) {
        int count = 0;
        for (int lane = 0; lane < block.chains; lane++) {
            if (accepted[lane] != 0) {
                for (float[] coordinate : positions) {
                    coordinate[count] = coordinate[lane];
                }
                count++;
            }
        }
        if (count == 0) {
            return;
        }
        evaluator.energyAndGradient(count, positions, energies, gradients);
        for (int lane = 0, from = 0; lane < block.chains; lane++) {
            if (accepted[lane] != 0) {
                if (isFinite(from)) {
                    moveOne(block, lane, from);
                } else {
                    block.acceptance[lane] = 0;
                }
                from++;
            }
        }
    }

    private boolean isFinite(int lane) {
        boolean finite = Float.isFinite(energies[lane]);
        for (float[] coordinate : gradients) {
            finite &= Float.isFinite(coordinate[lane]);
        }
        return finite;
    }

    private void moveOne(HostBlock block, int lane, int from) {
        block.energies[lane] = energies[from];
        for (int i = 0; i < positions.length; i++) {
            block.positions[i][lane] = positions[i][from];
            block.gradients[i][lane] = gradients[i][from];
        }
    }

    /** Moves every chain here. */
    void take(HostBlock block) {
        Arrays.fill(block.acceptance, 1);
        System.arraycopy(energies, 0, block.energies, 0, energies.length);
        for (int i = 0; i < positions.length; i++) {
            System.arraycopy(positions[i], 0, block.positions[i], 0, energies.length);
            System.arraycopy(gradients[i], 0, block.gradients[i], 0, energies.length);
        }
    }

    /** Moves the chains one by one, since a product with zero would not remove an infinite value. */
    private void moveOneByOne(HostBlock block) {
        for (int lane = 0; lane < block.chains; lane++) {
            if (accepted[lane] != 0) {
                moveOne(block, lane, lane);
            }
        }
    }

    /** A choice by multiplication, which is exact with 0 and 1 and, other than branches, becomes vector instructions. */
    private void mix(float[] here, float[] there) {
        for (int lane = 0; lane < here.length; lane++) {
            here[lane] = rejected[lane] * here[lane] + accepted[lane] * there[lane];
        }
    }
}
