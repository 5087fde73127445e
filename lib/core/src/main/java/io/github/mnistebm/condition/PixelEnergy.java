package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.autoencoder.DecodedLogits;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;

/**
 * A condition that an energy on decoded images states.
 *
 * @param energy a function of the logits of the pixels
 * @param negated whether the opposite is asked for
 */
record PixelEnergy(EnergyFunction energy, boolean negated) implements Opaque {

    PixelEnergy {
        if (energy.dimension() != DigitImages.PIXELS) {
            throw new IllegalArgumentException(
                    "condition on pixels: expected dimension " + DigitImages.PIXELS + ", found " + energy.dimension());
        }
    }

    @Override
    public EnergyFunction energy(Subject subject) {
        EnergyFunction decoded = new Decoded(energy, subject);
        return negated ? new NotEnergy(decoded) : decoded;
    }

    @Override
    public Condition not() {
        return new PixelEnergy(energy, !negated);
    }

    @Override
    public String toString() {
        return (negated ? "not " : "") + "an energy of pixels";
    }

    /** The energy as a function of latents. */
    private record Decoded(EnergyFunction energy, Subject subject) implements EnergyFunction {

        @Override
        public int dimension() {
            return subject.dimension();
        }

        @Override
        public NDArray energy(NDArray states) {
            return energy.energy(subject.decode(states).logits());
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            DecodedLogits decoded = subject.decode(states);
            EnergyAndGradient at = energy.energyAndGradient(decoded.logits());
            return new EnergyAndGradient(
                    at.energy(), decoded.vectorJacobianProduct().apply(at.gradient()));
        }
    }
}
