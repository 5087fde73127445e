package io.github.mnistebm.sampling;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A block of chains in Java arrays: where they are, the energy and gradient there, and their own source of randomness, so that
 * a run does not depend on the number of threads. Lanes in excess of the number of chains rest where the last chain began.
 */
final class HostBlock {
    /** The number of the first chain. */
    final int first;

    final int chains;
    final SplittableRandom random;
    final float[][] positions;
    final float[] energies;
    final float[][] gradients;
    /** min(1, α) of each chain's last proposal. */
    final float[] acceptance;

    /** Of each chain's steps that were no jumps. */
    final double[] acceptanceSums;

    HostBlock(int first, int chains, int lanes, SplittableRandom random, int dimension) {
        this.first = first;
        this.chains = chains;
        this.random = random;
        this.positions = new float[dimension][lanes];
        this.energies = new float[lanes];
        this.gradients = new float[dimension][lanes];
        this.acceptance = new float[lanes];
        this.acceptanceSums = new double[lanes];
    }

    /** Takes positions from {@code [all chains * d]}. */
    void start(float[] states) {
        int d = positions.length;
        for (int i = 0; i < d; i++) {
            for (int lane = 0; lane < positions[i].length; lane++) {
                positions[i][lane] = states[(first + Math.min(lane, chains - 1)) * d + i];
            }
        }
    }

    /** Writes positions to {@code [all chains * d]}. */
    void copyPositions(float[] states) {
        int d = positions.length;
        for (int i = 0; i < d; i++) {
            for (int lane = 0; lane < chains; lane++) {
                states[(first + lane) * d + i] = positions[i][lane];
            }
        }
    }

    void countAcceptance() {
        for (int lane = 0; lane < acceptance.length; lane++) {
            acceptanceSums[lane] += acceptance[lane];
        }
    }

    void forgetAcceptance() {
        Arrays.fill(acceptanceSums, 0);
    }

    /** The sum of the last step's acceptance probabilities. */
    double lastAcceptance() {
        double sum = 0;
        for (int lane = 0; lane < chains; lane++) {
            sum += acceptance[lane];
        }
        return sum;
    }
}
