package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.morphology.Morphology;

/**
 * Latents of images, the class of each image and the measures of what each latent decodes to.
 *
 * @param latents u, {@code [n, d]}
 * @param labels the class of each, n unsigned bytes
 * @param morphologies the measures of the decoded images of the first m ≤ n latents
 */
public record Examples(NDArray latents, byte[] labels, Morphology[] morphologies) {

    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException if they disagree
     */
    public Examples {
        if (latents.getShape().get(0) != labels.length || morphologies.length > labels.length) {
            throw new IllegalArgumentException("examples: expected a label for each latent and no more measures, found "
                    + latents.getShape().get(0) + " latents, " + labels.length + " labels, " + morphologies.length
                    + " measures");
        }
    }
}
