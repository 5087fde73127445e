package io.github.mnistebm.autoencoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.util.Pair;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.training.FlatParameters;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An encoder 784 → h → d and a decoder d → h → 784 that gives the logits of independent Bernoulli pixels. Both are DJL
 * blocks with one hidden layer of rectified linear units. Owns its parameters: close it.
 */
public final class Autoencoder implements AutoCloseable {

    private final NDManager manager;
    private final int hiddenUnits;
    private final int latentDimension;
    private final Block encoder;
    private final Block decoder;
    private final FlatParameters parameters;
    private final ParameterStore store;

    /**
     * Makes an untrained autoencoder, with weights drawn from the engine's random numbers.
     *
     * @param parent the parent of the manager that owns the parameters
     * @param hiddenUnits h
     * @param latentDimension d
     * @throws IllegalArgumentException if a size is not positive
     */
    public Autoencoder(NDManager parent, int hiddenUnits, int latentDimension) {
        if (hiddenUnits < 1 || latentDimension < 1) {
            throw new IllegalArgumentException("hidden units and latent dimension: must be at least 1, found "
                    + hiddenUnits + " and " + latentDimension);
        }
        this.manager = parent.newSubManager();
        this.hiddenUnits = hiddenUnits;
        this.latentDimension = latentDimension;
        this.encoder = perceptron(DigitImages.PIXELS, hiddenUnits, latentDimension);
        this.decoder = perceptron(latentDimension, hiddenUnits, DigitImages.PIXELS);
        this.parameters = FlatParameters.of(manager, encoder, decoder);
        this.store = new ParameterStore(manager, false);
    }

    private Block perceptron(int inputs, int hidden, int outputs) {
        SequentialBlock block = new SequentialBlock()
                .add(Linear.builder().setUnits(hidden).build())
                .add(Activation::relu)
                .add(Linear.builder().setUnits(outputs).build());
        block.setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
        block.initialize(manager, DataType.FLOAT32, new Shape(1, inputs));
        return block;
    }

    /**
     * Returns the width of the hidden layers.
     *
     * @return h
     */
    public int hiddenUnits() {
        return hiddenUnits;
    }

    /**
     * Returns the dimension of latents.
     *
     * @return d
     */
    public int latentDimension() {
        return latentDimension;
    }

    /**
     * Encodes images.
     *
     * @param images 32-bit floats 0 and 1, {@code [n, 784]}
     * @return latents, {@code [n, d]}, attached to the manager of the images
     */
    public NDArray encode(NDArray images) {
        return forward(encoder, images);
    }

    /**
     * Decodes latents.
     *
     * @param latents {@code [n, d]}
     * @return the logit of each pixel's probability to be white, {@code [n, 784]}, attached to the manager of the
     *     latents
     */
    public NDArray decodeLogits(NDArray latents) {
        return forward(decoder, latents);
    }

    private NDArray forward(Block block, NDArray input) {
        return block.forward(store, new NDList(input), false).singletonOrThrow();
    }

    /**
     * Returns the negative log-likelihood of images under Bernoulli pixels.
     *
     * @param images 32-bit floats 0 and 1, {@code [n, 784]}
     * @param logits {@code [n, 784]}
     * @return the mean over the images of the sum over pixels, in nats, of shape {@code ()}
     */
    static NDArray crossEntropy(NDArray images, NDArray logits) {
        int[] pixels = {1};
        NDArray normalizer = logits.getNDArrayInternal().softPlus().sum(pixels);
        return normalizer.sub(logits.mul(images).sum(pixels)).mean();
    }

    /** All parameters as one vector. */
    FlatParameters parameters() {
        return parameters;
    }

    /**
     * Returns the shape of each parameter under the name that it has on disk.
     *
     * @param hiddenUnits h
     * @param latentDimension d
     * @return names as of {@link #namedParameters}
     */
    public static Map<String, Shape> parameterShapes(int hiddenUnits, int latentDimension) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("encoder.0.weight", new Shape(hiddenUnits, DigitImages.PIXELS));
        shapes.put("encoder.0.bias", new Shape(hiddenUnits));
        shapes.put("encoder.1.weight", new Shape(latentDimension, hiddenUnits));
        shapes.put("encoder.1.bias", new Shape(latentDimension));
        shapes.put("decoder.0.weight", new Shape(hiddenUnits, latentDimension));
        shapes.put("decoder.0.bias", new Shape(hiddenUnits));
        shapes.put("decoder.1.weight", new Shape(DigitImages.PIXELS, hiddenUnits));
        shapes.put("decoder.1.bias", new Shape(DigitImages.PIXELS));
        return shapes;
    }

    /**
     * Returns the parameters under the names that they have on disk. The arrays stay this object's; writing to them
     * changes it.
     *
     * @return {@code encoder.0.weight} and so on, in a fixed order
     */
    public Map<String, NDArray> namedParameters() {
        Map<String, NDArray> named = new LinkedHashMap<>();
        name("encoder", encoder, named);
        name("decoder", decoder, named);
        return named;
    }

    private static void name(String prefix, Block block, Map<String, NDArray> named) {
        int layer = 0;
        for (Pair<String, Parameter> parameter : block.getParameters()) {
            boolean bias = parameter.getValue().getType() == Parameter.Type.BIAS;
            named.put(
                    prefix + "." + layer + (bias ? ".bias" : ".weight"),
                    parameter.getValue().getArray());
            layer += bias ? 1 : 0;
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
