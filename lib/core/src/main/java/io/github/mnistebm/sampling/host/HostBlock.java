package io.github.mnistebm.sampling.host;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A block of chains in Java arrays: where they are, the energy and gradient there, and their own source of randomness, so that
 * a run does not depend on which thread moves them when. Lanes in excess of the number of chains rest at the origin.
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

    /** The acceptances of each chain's steps, without jumps. */
    final double[] acceptanceSums;

    /** The acceptances of all chains' jumps. */
    double jumpAcceptanceSum;

    /** The evaluations of the gradient, those of all chains together. */
    long evaluations;

    /** The steps, without jumps, whose proposal had the acceptance probability 0; those of all chains together. */
    long divergences;

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
            for (int lane = 0; lane < chains; lane++) {
                positions[i][lane] = states[(first + lane) * d + i];
            }
        }
    }

    /** Writes positions to {@code [all chains * d]}, which begins at an offset. */
    void copyPositions(float[] states, int offset) {
        int d = positions.length;
        for (int i = 0; i < d; i++) {
            for (int lane = 0; lane < chains; lane++) {
                states[offset + (first + lane) * d + i] = positions[i][lane];
            }
        }
    }

    int lanes() {
        return energies.length;
    }

    /** Blocks of half as many lanes, of these chains and with what they did: two, or one if it has room for all. */
    Stream<HostBlock> halves() {
        int half = (lanes() + 1) / 2;
        HostBlock left = part(0, half);
        left.jumpAcceptanceSum = jumpAcceptanceSum;
        left.evaluations = evaluations;
        left.divergences = divergences;
        return chains > half ? Stream.of(left, part(half, half)) : Stream.of(left);
    }

    private HostBlock part(int from, int lanes) {
        int taken = Math.min(lanes, chains - from);
        HostBlock part = new HostBlock(first + from, taken, lanes, random.split(), positions.length);
        for (int i = 0; i < positions.length; i++) {
            System.arraycopy(positions[i], from, part.positions[i], 0, taken);
            System.arraycopy(gradients[i], from, part.gradients[i], 0, taken);
        }
        System.arraycopy(energies, from, part.energies, 0, taken);
        System.arraycopy(acceptance, from, part.acceptance, 0, taken);
        System.arraycopy(acceptanceSums, from, part.acceptanceSums, 0, taken);
        return part;
    }

    /** Counts the acceptance of the last step. */
    void countAcceptance(boolean jump) {
        if (jump) {
            jumpAcceptanceSum += lastAcceptance();
            return;
        }
        for (int lane = 0; lane < acceptance.length; lane++) {
            acceptanceSums[lane] += acceptance[lane];
        }
        for (int lane = 0; lane < chains; lane++) {
            divergences += acceptance[lane] == 0 ? 1 : 0;
        }
    }

    void forgetAcceptance() {
        Arrays.fill(acceptanceSums, 0);
        jumpAcceptanceSum = 0;
        evaluations = 0;
        divergences = 0;
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
