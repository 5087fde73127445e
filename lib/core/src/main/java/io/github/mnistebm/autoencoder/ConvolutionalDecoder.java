package io.github.mnistebm.autoencoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import io.github.mnistebm.data.DigitImages;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A decoder d → 256 → 32×7×7 → 16×14×14 → 1×28×28 with rectified linear units. Each of the last two steps is a 3×3 convolution to
 * four times the channels, which are then laid out as blocks of 2×2 pixels (sub-pixel convolution, Shi et al. 2016; DJL's
 * PyTorch engine has no transposed convolution).
 */
final class ConvolutionalDecoder {

    private static final int HIDDEN_UNITS = 256;
    private static final int[] CHANNELS = {32, 16, 1};
    private static final int[] SIDES = {7, 14, 28};
    private static final int KERNEL = 3;

    private ConvolutionalDecoder() {}

    /** Makes the block, not yet initialized; from {@code [n, d]} to {@code [n, 784]}. */
    static Block create() {
        return new SequentialBlock()
                .add(Linear.builder().setUnits(HIDDEN_UNITS).build())
                .add(Activation::relu)
                .add(Linear.builder()
                        .setUnits((long) CHANNELS[0] * SIDES[0] * SIDES[0])
                        .build())
                .add(Activation::relu)
                .add(LambdaBlock.singleton(values -> values.reshape(-1, CHANNELS[0], SIDES[0], SIDES[0])))
                .add(convolution(0))
                .add(LambdaBlock.singleton(values -> spread(values, 1)))
                .add(Activation::relu)
                .add(convolution(1))
                .add(LambdaBlock.singleton(values -> spread(values, 2)))
                .add(LambdaBlock.singleton(values -> values.reshape(-1, DigitImages.PIXELS)));
    }

    private static Block convolution(int stage) {
        return Conv2d.builder()
                .setKernelShape(new Shape(KERNEL, KERNEL))
                .optPadding(new Shape(KERNEL / 2, KERNEL / 2))
                .setFilters(4 * CHANNELS[stage + 1])
                .build();
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

    /**
     * Decodes with the way back. The gradient of a 3×3 convolution that keeps the size is a 3×3 convolution with the kernel turned by
     * half a turn, and inputs and outputs changed over.
     */
    static DecodedLogits decode(NDArray latents, Map<String, NDArray> parameters) {
        NDArray[] weights = new NDArray[4];
        NDArray[] biases = new NDArray[4];
        for (int layer = 0; layer < weights.length; layer++) {
            weights[layer] = parameters.get(layer + ".weight");
            biases[layer] = parameters.get(layer + ".bias");
        }
        NDArray hidden =
                Activation.relu(Linear.linear(latents, weights[0], biases[0]).singletonOrThrow());
        NDArray coarse =
                Activation.relu(Linear.linear(hidden, weights[1], biases[1]).singletonOrThrow());
        NDArray planes = coarse.reshape(-1, CHANNELS[0], SIDES[0], SIDES[0]);
        NDArray fine = Activation.relu(spread(convolve(planes, weights[2], biases[2]), 1));
        NDArray logits = spread(convolve(fine, weights[3], biases[3]), 2).reshape(-1, DigitImages.PIXELS);
        return new DecodedLogits(logits, gradient -> {
            NDArray signal = convolve(gather(gradient.reshape(-1, 1, SIDES[2], SIDES[2]), 2), turned(weights[3]), null)
                    .muli(fine.sign());
            signal = convolve(gather(signal, 1), turned(weights[2]), null)
                    .reshape(coarse.getShape())
                    .muli(coarse.sign());
            return signal.matMul(weights[1]).muli(hidden.sign()).matMul(weights[0]);
        });
    }

    private static NDArray convolve(NDArray planes, NDArray weight, NDArray bias) {
        return Conv2d.conv2d(planes, weight, bias, new Shape(1, 1), new Shape(KERNEL / 2, KERNEL / 2))
                .singletonOrThrow();
    }

    /** From {@code [out, in, 3, 3]} to {@code [in, out, 3, 3]}. */
    private static NDArray turned(NDArray weight) {
        return weight.flip(2, 3).transpose(1, 0, 2, 3);
    }

    /** The shape of each parameter, by its number among the layers that have some. */
    static Map<String, Shape> parameterShapes(int latentDimension) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        int values = CHANNELS[0] * SIDES[0] * SIDES[0];
        shapes.put("0.weight", new Shape(HIDDEN_UNITS, latentDimension));
        shapes.put("0.bias", new Shape(HIDDEN_UNITS));
        shapes.put("1.weight", new Shape(values, HIDDEN_UNITS));
        shapes.put("1.bias", new Shape(values));
        for (int stage = 0; stage < 2; stage++) {
            int filters = 4 * CHANNELS[stage + 1];
            shapes.put((stage + 2) + ".weight", new Shape(filters, CHANNELS[stage], KERNEL, KERNEL));
            shapes.put((stage + 2) + ".bias", new Shape(filters));
        }
        return shapes;
    }
}
