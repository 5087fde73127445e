/**
 * The shape of a handwritten digit in numbers: stroke thickness, slant, width, height, stroke length and area, after Morpho-MNIST (Castro,
 * Tan, Kainz, Konukoglu &amp; Glocker 2019, "Morpho-MNIST: Quantitative assessment and diagnostics for representation learning", section 3.1).
 */
package io.github.mnistebm.morphology;
