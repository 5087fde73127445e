package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.autoencoder.DecodedLogits;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;

/**
 * V(u) = f(u) − Σᵢ log p(xᵢ | u), the sum over the known pixels i of an image x. With the reference measure q, q exp(−V) is the
 * posterior of the latent given those pixels, up to its normalizing constant.
 *
 * @param tilt f
 * @param latentSpace p(x | u)
 * @param images x, 32-bit floats 0 and 1, {@code [n, 1, 784]}; of {@code n * m} states, the first m are the first image's
 * @param known 1 where a pixel is known, 0 elsewhere, {@code [n, 1, 784]}
 */
record RestorationPotential(EnergyFunction tilt, LatentSpace latentSpace, NDArray images, NDArray known)
        implements EnergyFunction {

    private static final int[] PIXELS = {2};

    @Override
    public int dimension() {
        return tilt.dimension();
    }

    @Override
    public NDArray energy(NDArray states) {
        return tilt.energy(states).add(error(byImage(latentSpace.decodeLogits(states))));
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        EnergyAndGradient tilted = tilt.energyAndGradient(states);
        DecodedLogits decoded = latentSpace.decodeWithGradient(states);
        NDArray logits = byImage(decoded.logits());
        NDArray slope = logits.getNDArrayInternal().sigmoid().subi(images).muli(known);
        NDArray gradient = decoded.vectorJacobianProduct()
                .apply(slope.reshape(decoded.logits().getShape()));
        return new EnergyAndGradient(
                tilted.energy().add(error(logits)), tilted.gradient().add(gradient));
    }

    private NDArray byImage(NDArray logits) {
        return logits.reshape(images.getShape().get(0), -1, DigitImages.PIXELS);
    }

    /** −Σᵢ log p(xᵢ | u), {@code [n * m]}. */
    private NDArray error(NDArray logits) {
        return logits.getNDArrayInternal()
                .softPlus()
                .sub(logits.mul(images))
                .muli(known)
                .sum(PIXELS)
                .flatten();
    }
}
