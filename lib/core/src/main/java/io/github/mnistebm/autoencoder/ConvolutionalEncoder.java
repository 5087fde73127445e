package io.github.mnistebm.autoencoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.mnistebm.data.DigitImages;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An encoder 1×28×28 → 32×14×14 → 32×7×7 → 256 → outputs by 3×3 convolutions of stride 2, with exponential linear units. */
final class ConvolutionalEncoder extends AbstractBlock {

    private static final int HIDDEN_UNITS = 256;
    private static final int CHANNELS = 32;
    private static final int KERNEL = 3;
    private static final Shape STRIDE = new Shape(2, 2);
    private static final Shape PADDING = new Shape(1, 1);
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final long outputs;
    private final List<Parameter> ordered;

    /** Creates a block, not yet initialized; from {@code [n, 784]} to {@code [n, outputs]}. */
    ConvolutionalEncoder(long outputs) {
        this.outputs = outputs;
        this.ordered = parameterShapes(outputs).entrySet().stream()
                .map(parameter -> addParameter(Parameter.builder()
                        .setName(parameter.getKey())
                        .setType(parameter.getKey().endsWith(BIAS) ? Parameter.Type.BIAS : Parameter.Type.WEIGHT)
                        .optShape(parameter.getValue())
                        .build()))
                .toList();
    }

    /** The shape of each parameter, by the number of its layer. */
    static Map<String, Shape> parameterShapes(long outputs) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put(0 + WEIGHT, new Shape(CHANNELS, 1, KERNEL, KERNEL));
        shapes.put(0 + BIAS, new Shape(CHANNELS));
        shapes.put(1 + WEIGHT, new Shape(CHANNELS, CHANNELS, KERNEL, KERNEL));
        shapes.put(1 + BIAS, new Shape(CHANNELS));
        shapes.put(2 + WEIGHT, new Shape(HIDDEN_UNITS, CHANNELS * DigitImages.PIXELS / 16));
        shapes.put(2 + BIAS, new Shape(HIDDEN_UNITS));
        shapes.put(3 + WEIGHT, new Shape(outputs, HIDDEN_UNITS));
        shapes.put(3 + BIAS, new Shape(outputs));
        return shapes;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), outputs)};
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store, NDList inputs, boolean training, PairList<String, Object> options) {
        NDArray images = inputs.singletonOrThrow();
        List<NDArray> values = ordered.stream()
                .map(parameter -> store.getValue(parameter, images.getDevice(), training))
                .toList();
        NDArray planes = images.reshape(-1, 1, DigitImages.SIDE, DigitImages.SIDE);
        planes = halved(planes, values.get(0), values.get(1));
        planes = halved(planes, values.get(2), values.get(3));
        NDArray hidden = ExponentialLinear.of(
                Linear.linear(planes.reshape(-1, values.get(4).getShape().get(1)), values.get(4), values.get(5))
                        .singletonOrThrow());
        return Linear.linear(hidden, values.get(6), values.get(7));
    }

    private static NDArray halved(NDArray planes, NDArray weight, NDArray bias) {
        return ExponentialLinear.of(
                Conv2d.conv2d(planes, weight, bias, STRIDE, PADDING).singletonOrThrow());
    }
}
