package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.autoencoder.DecodedLogits;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;

/**
 * −Σᵢ log p(xᵢ | u), the sum over the pixels i of an image x, with independent Bernoulli pixels.
 *
 * @param latentSpace p(x | u)
 * @param images x, 32-bit floats 0 and 1, {@code [n, 1, 784]}; of {@code n * m} states, the first m are the first image's
 * @param known 1 where a pixel counts, 0 elsewhere, {@code [n, 1, 784]}; null if all count
 */
record ReconstructionEnergy(LatentSpace latentSpace, NDArray images, NDArray known) implements EnergyFunction {

    private static final int[] PIXELS = {2};

    @Override
    public int dimension() {
        return (int) latentSpace.whitening().mean().size();
    }

    @Override
    public NDArray energy(NDArray states) {
        return error(byImage(latentSpace.decodeLogits(states)));
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        DecodedLogits decoded = latentSpace.decodeWithGradient(states);
        NDArray logits = byImage(decoded.logits());
        NDArray slope = seen(logits.getNDArrayInternal().sigmoid().subi(images));
        NDArray gradient = decoded.vectorJacobianProduct()
                .apply(slope.reshape(decoded.logits().getShape()));
        return new EnergyAndGradient(error(logits), gradient);
    }

    private NDArray byImage(NDArray logits) {
        return logits.reshape(images.getShape().get(0), -1, DigitImages.PIXELS);
    }

    private NDArray seen(NDArray values) {
        return known == null ? values : values.muli(known);
    }

    /** {@code [n * m]}. */
    private NDArray error(NDArray logits) {
        return seen(logits.getNDArrayInternal().softPlus().subi(logits.mul(images)))
                .sum(PIXELS)
                .flatten();
    }
}
