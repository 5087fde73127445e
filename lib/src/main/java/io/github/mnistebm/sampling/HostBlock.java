package io.github.mnistebm.sampling;

import java.util.SplittableRandom;

/**
 * A block of chains in Java arrays: where they are, the energy and gradient there, and their own source of randomness, so that
 * a run does not depend on the number of threads. Lanes in excess of the number of chains rest where the last chain began.
 */
final class HostBlock {
    final int chains;
    final SplittableRandom random;
    final float[][] positions;
    final float[] energies = new float[HostEnergy.LANES];
    final float[][] gradients;
    /** min(1, α) of each chain's last proposal. */
    final float[] acceptance = new float[HostEnergy.LANES];

    HostBlock(int chains, SplittableRandom random, int dimension) {
        this.chains = chains;
        this.random = random;
        this.positions = new float[dimension][HostEnergy.LANES];
        this.gradients = new float[dimension][HostEnergy.LANES];
    }
}
