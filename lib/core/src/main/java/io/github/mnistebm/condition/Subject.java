package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.autoencoder.DecodedLogits;

/** The model that conditions are about: the parts of it from which they make their energies. */
public interface Subject {

    /**
     * Returns the dimension of a latent.
     *
     * @return d
     */
    int dimension();

    /**
     * Returns the networks that give the probabilities of digits and measures.
     *
     * @return the networks
     * @throws IllegalStateException if the model has none; the message says how to add them
     */
    ConditionNetworks networks();

    /**
     * Decodes latents, with the way back.
     *
     * @param latents u, {@code [n, d]}
     * @return the logits of the pixels
     */
    DecodedLogits decode(NDArray latents);
}
