package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.autoencoder.DecodedLogits;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.tensor.Scope;

/**
 * −Σᵢ log p(xᵢ | u), the sum over the pixels i of an image x, with independent Bernoulli pixels.
 *
 * @param latentSpace p(x | u)
 * @param images x, 32-bit floats 0 and 1, {@code [n, 1, 784]}; of {@code n * m} states, the first m are the first image's
 * @param known 1 where a pixel counts, 0 elsewhere, {@code [n, 1, 784]}; null if all count
 */
record ReconstructionEnergy(LatentSpace latentSpace, NDArray images, NDArray known) implements EnergyFunction {

    private static final int[] PIXELS = {2};

    /**
     * States whose gradients are computed at once, but at least those of one image, so that the hidden layers stay small: the way back needs all
     * of them.
     */
    private static final long ROWS_AT_ONCE = 256;

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
        long n = images.getShape().get(0);
        long each = states.getShape().get(0) / n;
        long imagesAtOnce = Math.max(1, ROWS_AT_ONCE / each);
        if (n <= imagesAtOnce) {
            return atOnce(states);
        }
        NDList energies = new NDList();
        NDList gradients = new NDList();
        for (long from = 0; from < n; from += imagesAtOnce) {
            long until = Math.min(n, from + imagesAtOnce);
            NDIndex some = new NDIndex().addSliceDim(from, until);
            NDArray rows = states.get(new NDIndex().addSliceDim(from * each, until * each));
            EnergyAndGradient part = Scope.compute(() -> new ReconstructionEnergy(
                            latentSpace, images.get(some), known == null ? null : known.get(some))
                    .atOnce(rows));
            energies.add(part.energy());
            gradients.add(part.gradient());
        }
        return new EnergyAndGradient(NDArrays.concat(energies), NDArrays.concat(gradients));
    }

    private EnergyAndGradient atOnce(NDArray states) {
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
