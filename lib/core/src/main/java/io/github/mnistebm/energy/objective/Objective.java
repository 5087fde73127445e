package io.github.mnistebm.energy.objective;

import java.util.Locale;

/** The objective of the training of an energy. */
public enum Objective {
    /** {@link ContrastiveDivergence}: data against samples that chains bring from the model. */
    CONTRASTIVE_DIVERGENCE,
    /** {@link NoiseContrastiveEstimation}: data against draws of the reference measure, without chains. */
    NOISE_CONTRASTIVE,
    /** {@link EnergyDiscrepancy}: data against perturbed data, without chains. */
    ENERGY_DISCREPANCY,
    /** {@link DenoisingScoreMatching}: the gradient of the energy against the direction back to the data, without chains. */
    SCORE_MATCHING;

    /** Returns the name on the command line, such as {@code noise-contrastive}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
