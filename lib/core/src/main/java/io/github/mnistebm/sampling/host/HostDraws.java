package io.github.mnistebm.sampling.host;

/** States of chains, one every so many steps, in Java arrays. The blocks of the chains write them on the threads that move them. */
public final class HostDraws {

    private final int thinning;
    private final int chains;
    private final float[] positions;
    private final float[] energies;
    private int steps;

    /**
     * Creates room for draws.
     *
     * @param draws the number of draws of each chain
     * @param thinning steps for each draw
     * @param chains the number of chains
     * @param dimension d
     */
    public HostDraws(int draws, int thinning, int chains, int dimension) {
        this.thinning = thinning;
        this.chains = chains;
        this.positions = new float[draws * chains * dimension];
        this.energies = new float[draws * chains];
    }

    /** Keeps the states of a block, if a draw is due after so many steps since the last {@link #advance}. */
    void keep(HostBlock block, int done) {
        if ((steps + done) % thinning == 0) {
            int before = ((steps + done) / thinning - 1) * chains;
            block.copyPositions(positions, before * block.positions.length);
            System.arraycopy(block.energies, 0, energies, before + block.first, block.chains);
        }
    }

    /** Goes on after steps that all blocks have done. */
    void advance(int count) {
        steps += count;
    }

    /**
     * Returns the positions.
     *
     * @return {@code [draws * chains * d]}; not a copy
     */
    public float[] positions() {
        return positions;
    }

    /**
     * Returns the energies.
     *
     * @return nats, {@code [draws * chains]}; not a copy
     */
    public float[] energies() {
        return energies;
    }
}
