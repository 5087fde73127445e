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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A decoder d → 256 → 32×7×7 → … → 1×28×28. On the way, the side is doubled twice, by a 3×3 convolution to four times the channels, which
 * are then laid out as blocks of 2×2 pixels (sub-pixel convolution, Shi et al. 2016; DJL's PyTorch engine has no transposed
 * convolution).
 */
final class ConvolutionalDecoder extends AbstractBlock {

    private static final int HIDDEN_UNITS = 256;
    private static final int FIRST_CHANNELS = 32;
    private static final int FIRST_SIDE = 7;
    private static final int KERNEL = 3;
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";
    private static final List<Stage> STAGES = List.of(new Stage(32, 16, 7, 2), new Stage(16, 1, 14, 2));
    private static final List<Stage> DEEP_STAGES =
            List.of(new Stage(32, 32, 7, 2), new Stage(32, 16, 14, 2), new Stage(16, 1, 28, 1));

    /**
     * A convolution, and the layout of its channels as blocks of pixels.
     *
     * @param in the number of channels before the convolution
     * @param out the number of channels once they are laid out
     * @param side the height and width, in pixels, of a channel before the convolution
     * @param growth the side of a block, in pixels
     */
    private record Stage(int in, int out, int side, int growth) {

        /** From {@code [n, growth² out, s, s]} to {@code [n, out, growth s, growth s]}. */
        NDArray spread(NDArray values) {
            return growth == 1
                    ? values
                    : values.reshape(-1, out, growth, growth, side, side)
                            .transpose(0, 1, 4, 2, 5, 3)
                            .reshape(-1, out, (long) growth * side, (long) growth * side);
        }

        /** Back from there. */
        NDArray gather(NDArray values) {
            return growth == 1
                    ? values
                    : values.reshape(-1, out, side, growth, side, growth)
                            .transpose(0, 1, 3, 5, 2, 4)
                            .reshape(-1, (long) growth * growth * out, side, side);
        }
    }

    private final boolean deep;
    private final List<Stage> stages;
    private final List<Parameter> ordered;

    /** Creates a block, not yet initialized; from {@code [n, d]} to {@code [n, 784]}. */
    ConvolutionalDecoder(boolean deep) {
        this.deep = deep;
        this.stages = stages(deep);
        this.ordered = parameterShapes(deep, 1).keySet().stream()
                .map(name -> addParameter(Parameter.builder()
                        .setName(name)
                        .setType(name.endsWith(BIAS) ? Parameter.Type.BIAS : Parameter.Type.WEIGHT)
                        .build()))
                .toList();
    }

    private static List<Stage> stages(boolean deep) {
        return deep ? DEEP_STAGES : STAGES;
    }

    /** The shape of each parameter, by its number among the layers that have some. */
    static Map<String, Shape> parameterShapes(boolean deep, long latentDimension) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        int values = FIRST_CHANNELS * FIRST_SIDE * FIRST_SIDE;
        shapes.put(0 + WEIGHT, new Shape(HIDDEN_UNITS, latentDimension));
        shapes.put(0 + BIAS, new Shape(HIDDEN_UNITS));
        shapes.put(1 + WEIGHT, new Shape(values, HIDDEN_UNITS));
        shapes.put(1 + BIAS, new Shape(values));
        int layer = 2;
        for (Stage stage : stages(deep)) {
            int filters = stage.growth * stage.growth * stage.out;
            shapes.put(layer + WEIGHT, new Shape(filters, stage.in, KERNEL, KERNEL));
            shapes.put(layer + BIAS, new Shape(filters));
            layer++;
        }
        return shapes;
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        parameterShapes(deep, inputShapes[0].get(1))
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
    DecodedLogits decode(NDArray latents, List<NDArray> parameters) {
        NDArray hidden = activated(
                Linear.linear(latents, parameters.get(0), parameters.get(1)).singletonOrThrow());
        NDArray coarse = activated(
                Linear.linear(hidden, parameters.get(2), parameters.get(3)).singletonOrThrow());
        List<NDArray> planes = new ArrayList<>();
        planes.add(coarse.reshape(-1, FIRST_CHANNELS, FIRST_SIDE, FIRST_SIDE));
        for (int i = 0; i < stages.size(); i++) {
            NDArray spread =
                    stages.get(i).spread(convolve(planes.get(i), parameters.get(4 + 2 * i), parameters.get(5 + 2 * i)));
            planes.add(i < stages.size() - 1 ? activated(spread) : spread);
        }
        NDArray logits = planes.get(stages.size()).reshape(-1, DigitImages.PIXELS);
        // The gradient of a 3×3 convolution that keeps the size is a 3×3 convolution with the kernel turned by half a
        // turn, and inputs and outputs changed over.
        return new DecodedLogits(logits, gradient -> {
            NDArray signal = gradient.reshape(planes.get(stages.size()).getShape());
            for (int i = stages.size() - 1; i >= 0; i--) {
                signal = convolve(stages.get(i).gather(signal), turned(parameters.get(4 + 2 * i)), null)
                        .muli(slope(planes.get(i)));
            }
            return signal.reshape(coarse.getShape())
                    .matMul(parameters.get(2))
                    .muli(slope(hidden))
                    .matMul(parameters.get(0));
        });
    }

    private NDArray activated(NDArray inputs) {
        return deep ? ExponentialLinear.of(inputs) : Activation.relu(inputs);
    }

    /** The derivative of the activation, from its values. */
    private NDArray slope(NDArray activated) {
        return deep ? activated.minimum(0).addi(1) : activated.sign();
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
