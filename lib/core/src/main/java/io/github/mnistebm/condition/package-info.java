/**
 * Conditions on what a model draws, as energies: the digit, the measures of {@link io.github.mnistebm.morphology}, known pixels, any energy of
 * one's own, and their compositions (Du, Li &amp; Mordatch 2020, "Compositional visual generation with energy based models"). Small networks
 * give the probabilities of a digit and of a measure, given a latent (Nie, Vahdat &amp; Anandkumar 2021, "Controllable and compositional
 * generation with latent-space energy-based models").
 *
 * <p>More than a dozen classes: each kind of condition has its energy beside it.
 */
package io.github.mnistebm.condition;
