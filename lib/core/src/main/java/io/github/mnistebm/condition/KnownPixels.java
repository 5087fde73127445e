package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;

/**
 * −Σᵢ log p(xᵢ) over the known pixels i of an image x, with independent Bernoulli pixels, as a function of their logits.
 *
 * @param white 1 where a pixel is known and white, else 0
 * @param known 1 where a pixel is known, else 0
 */
record KnownPixels(float[] white, float[] known) implements EnergyFunction {

    private static final int[] PIXELS = {1};

    static KnownPixels of(byte[] pixels, byte[] isKnown) {
        float[] white = new float[pixels.length];
        float[] known = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            known[i] = isKnown[i] != 0 ? 1 : 0;
            white[i] = pixels[i] != 0 ? known[i] : 0;
        }
        return new KnownPixels(white, known);
    }

    @Override
    public int dimension() {
        return DigitImages.PIXELS;
    }

    @Override
    public NDArray energy(NDArray logits) {
        NDArray mask = logits.getManager().create(known);
        NDArray ones = logits.getManager().create(white);
        return logits.getNDArrayInternal()
                .softPlus()
                .muli(mask)
                .subi(logits.mul(ones))
                .sum(PIXELS);
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray logits) {
        NDArray mask = logits.getManager().create(known);
        NDArray ones = logits.getManager().create(white);
        return new EnergyAndGradient(
                energy(logits), logits.getNDArrayInternal().sigmoid().muli(mask).subi(ones));
    }
}
