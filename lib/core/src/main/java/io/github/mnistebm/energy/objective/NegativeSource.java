package io.github.mnistebm.energy.objective;

/** The start of the chains that give contrastive divergence its negatives. */
public enum NegativeSource {
    /** At the data of the batch: CD-k (Hinton 2002, "Training products of experts by minimizing contrastive divergence"). */
    DATA,
    /**
     * At the last states of earlier chains: persistent contrastive divergence (Tieleman 2008), from a replay buffer (Du &amp; Mordatch
     * 2019).
     */
    PERSISTENT,
    /** At samples of the reference measure, anew at each update (Nijkamp et al. 2019, short-run MCMC). */
    NOISE
}
