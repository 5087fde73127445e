package io.github.mnistebm.training;

/**
 * Learning rate that falls from its first value to zero along half a cosine (Loshchilov &amp; Hutter 2017, "SGDR",
 * equation 5, without restarts).
 *
 * @param initial the rate of the first update; positive
 * @param updates the number of updates; positive
 */
public record CosineSchedule(double initial, long updates) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is not positive
     */
    public CosineSchedule {
        if (!(initial > 0)) {
            throw new IllegalArgumentException("learning rate: must be positive, found " + initial);
        }
        if (updates <= 0) {
            throw new IllegalArgumentException("updates: must be at least 1, found " + updates);
        }
    }

    /**
     * Returns the learning rate of an update.
     *
     * @param update the update, from 0
     * @return the rate; 0 from the update {@code updates} on
     */
    public double rate(long update) {
        double progress = Math.min(1, (double) update / updates);
        return initial * (1 + Math.cos(Math.PI * progress)) / 2;
    }
}
