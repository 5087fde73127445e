package io.github.mnistebm.model;

/**
 * The difference of some images from the training images, as a model sees it; higher for images that are more unlike.
 *
 * @param energies E(u) of each image's latent u, nats
 * @param reconstructionErrors −log p(x | u) of each image x, nats
 */
public record AnomalyScores(double[] energies, double[] reconstructionErrors) {

    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException if there is not one of each for every image
     */
    public AnomalyScores {
        if (energies.length != reconstructionErrors.length) {
            throw new IllegalArgumentException("scores: expected as many energies as reconstruction errors, found "
                    + energies.length + " and " + reconstructionErrors.length);
        }
    }

    /**
     * Adds the two, which gives −log p(x, u) up to a constant.
     *
     * @return the value of each image, nats
     */
    public double[] totals() {
        double[] totals = new double[energies.length];
        for (int i = 0; i < totals.length; i++) {
            totals[i] = energies[i] + reconstructionErrors[i];
        }
        return totals;
    }
}
