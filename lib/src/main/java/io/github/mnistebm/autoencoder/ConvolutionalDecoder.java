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
