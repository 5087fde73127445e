package io.github.mnistebm.autoencoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.mnistebm.data.DigitImages;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A decoder d → 256 → 32×7×7 → 16×14×14 → 1×28×28 with rectified linear units. Each of the last two steps is a 3×3 convolution to
 * four times the channels, which are then laid out as blocks of 2×2 pixels (sub-pixel convolution, Shi et al. 2016; DJL's
 * PyTorch engine has no transposed convolution).
 */
final class ConvolutionalDecoder extends AbstractBlock {

    private static final int HIDDEN_UNITS = 256;
    private static final int[] CHANNELS = {32, 16, 1};
    private static final int[] SIDES = {7, 14, 28};
    private static final int KERNEL = 3;
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final List<Parameter> ordered;

    /** Creates a block, not yet initialized; from {@code [n, d]} to {@code [n, 784]}. */
    ConvolutionalDecoder() {
        this.ordered = parameterShapes(1).keySet().stream()
                .map(name -> addParameter(Parameter.builder()
                        .setName(name)
                        .setType(name.endsWith(BIAS) ? Parameter.Type.BIAS : Parameter.Type.WEIGHT)
                        .build()))
                .toList();
    }

    /** The shape of each parameter, by its number among the layers that have some. */
    static Map<String, Shape> parameterShapes(long latentDimension) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        int values = CHANNELS[0] * SIDES[0] * SIDES[0];
        shapes.put(0 + WEIGHT, new Shape(HIDDEN_UNITS, latentDimension));
        shapes.put(0 + BIAS, new Shape(HIDDEN_UNITS));
        shapes.put(1 + WEIGHT, new Shape(values, HIDDEN_UNITS));
        shapes.put(1 + BIAS, new Shape(values));
        for (int stage = 0; stage < 2; stage++) {
            int filters = 4 * CHANNELS[stage + 1];
            shapes.put((stage + 2) + WEIGHT, new Shape(filters, CHANNELS[stage], KERNEL, KERNEL));
            shapes.put((stage + 2) + BIAS, new Shape(filters));
        }
        return shapes;
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        parameterShapes(inputShapes[0].get(1))
                .forEach((name, shape) -> parameters.get(name).setShape(shape));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), DigitImages.PIXELS)};
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store, NDList inputs, boolean training, PairList<String, Object> options) {
        NDArray latents = inputs.singletonOrThrow();
        List<NDArray> values = ordered.stream()
                .map(parameter -> store.getValue(parameter, latents.getDevice(), training))
                .toList();
        return new NDList(decode(latents, values).logits());
    }

    /**
     * Decodes with the way back.
     *
     * @param latents {@code [n, d]}
     * @param parameters the parameters in their order
     */
    static DecodedLogits decode(NDArray latents, List<NDArray> parameters) {
        NDArray hidden = Activation.relu(
                Linear.linear(latents, parameters.get(0), parameters.get(1)).singletonOrThrow());
        NDArray coarse = Activation.relu(
                Linear.linear(hidden, parameters.get(2), parameters.get(3)).singletonOrThrow());
        NDArray planes = coarse.reshape(-1, CHANNELS[0], SIDES[0], SIDES[0]);
        NDArray fine = Activation.relu(spread(convolve(planes, parameters.get(4), parameters.get(5)), 1));
        NDArray logits =
                spread(convolve(fine, parameters.get(6), parameters.get(7)), 2).reshape(-1, DigitImages.PIXELS);
        // The gradient of a 3×3 convolution that keeps the size is a 3×3 convolution with the kernel turned by half a
        // turn, and inputs and outputs changed over.
        return new DecodedLogits(logits, gradient -> {
            NDArray signal = convolve(
                            gather(gradient.reshape(-1, 1, SIDES[2], SIDES[2]), 2), turned(parameters.get(6)), null)
                    .muli(fine.sign());
            signal = convolve(gather(signal, 1), turned(parameters.get(4)), null)
                    .reshape(coarse.getShape())
                    .muli(coarse.sign());
            return signal.matMul(parameters.get(2)).muli(hidden.sign()).matMul(parameters.get(0));
        });
    }

    /** From {@code [n, 4 c, s, s]} to {@code [n, c, 2 s, 2 s]}. */
    private static NDArray spread(NDArray values, int stage) {
        int side = SIDES[stage - 1];
        return values.reshape(-1, CHANNELS[stage], 2, 2, side, side)
                .transpose(0, 1, 4, 2, 5, 3)
                .reshape(-1, CHANNELS[stage], SIDES[stage], SIDES[stage]);
    }

    /** From {@code [n, c, 2 s, 2 s]} back to {@code [n, 4 c, s, s]}. */
    private static NDArray gather(NDArray values, int stage) {
        int side = SIDES[stage - 1];
        return values.reshape(-1, CHANNELS[stage], side, 2, side, 2)
                .transpose(0, 1, 3, 5, 2, 4)
                .reshape(-1, 4L * CHANNELS[stage], side, side);
    }

    private static NDArray convolve(NDArray planes, NDArray weight, NDArray bias) {
        return Conv2d.conv2d(planes, weight, bias, new Shape(1, 1), new Shape(KERNEL / 2, KERNEL / 2))
                .singletonOrThrow();
    }

    /** From {@code [out, in, 3, 3]} to {@code [in, out, 3, 3]}. */
    private static NDArray turned(NDArray weight) {
        return weight.flip(2, 3).transpose(1, 0, 2, 3);
    }
}
