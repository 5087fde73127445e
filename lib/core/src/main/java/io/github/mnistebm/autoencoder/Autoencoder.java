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
import ai.djl.training.initializer.Initializer;
import ai.djl.util.Pair;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.training.FlatParameters;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An encoder 784 → h → d with one hidden layer of rectified linear units, and a decoder that gives the logits of independent
 * Bernoulli pixels: either the same backwards, d → h → 784, or a {@linkplain ConvolutionalDecoder convolutional one}. Both
 * are DJL blocks. Owns its parameters: close it.
 */
public final class Autoencoder implements AutoCloseable {

    private static final String ENCODER = "encoder.";
    private static final String DECODER = "decoder.";

    private final NDManager manager;
    private final Block encoder;
    private final Block decoder;
    private final FlatParameters parameters;
    private final Perceptron encoderInClosedForm;
    /** Null for a convolutional one. */
    private final Perceptron decoderInClosedForm;

    private ParameterStore store;

    private Autoencoder(NDManager parent, AutoencoderConfig config) {
        this.manager = parent.newSubManager();
        DecoderArchitecture architecture = config.decoder();
        int latents = config.latentDimension();
        this.encoder = initialized(perceptron(config.hiddenUnits(), latents), DigitImages.PIXELS);
        this.decoder = initialized(
                switch (architecture) {
                    case PERCEPTRON -> perceptron(config.hiddenUnits(), DigitImages.PIXELS);
                    case CONVOLUTIONAL -> ConvolutionalDecoder.create();
                },
                latents);
        this.parameters = FlatParameters.of(manager, encoder, decoder);
        List<NDArray> views = parameters.views();
        this.encoderInClosedForm = Perceptron.of(views.subList(0, Perceptron.PARAMETERS));
        this.decoderInClosedForm = architecture == DecoderArchitecture.PERCEPTRON
                ? Perceptron.of(views.subList(Perceptron.PARAMETERS, views.size()))
                : null;
        this.store = parameters.store();
    }

    /**
     * Creates an untrained autoencoder.
     *
     * @param parent the parent of the manager that owns the parameters
     * @param config its hidden units, latent dimension and decoder
     * @param random the source of randomness of the weights
     * @return the autoencoder
     */
    public static Autoencoder create(NDManager parent, AutoencoderConfig config, RandomSource random) {
        Autoencoder autoencoder = zeros(parent, config);
        autoencoder.parameters.drawWeights(random);
        return autoencoder;
    }

    /**
     * Creates an autoencoder whose parameters are all zero. The caller fills them.
     *
     * @param parent the parent of the manager that owns the parameters
     * @param config its hidden units, latent dimension and decoder
     * @return the autoencoder
     */
    public static Autoencoder zeros(NDManager parent, AutoencoderConfig config) {
        return new Autoencoder(parent, config);
    }

    private static Block perceptron(int hidden, int outputs) {
        return new SequentialBlock()
                .add(Linear.builder().setUnits(hidden).build())
                .add(Activation::relu)
                .add(Linear.builder().setUnits(outputs).build());
    }

    private Block initialized(Block block, int inputs) {
        block.setInitializer(Initializer.ZEROS, Parameter.Type.WEIGHT);
        block.initialize(manager, DataType.FLOAT32, new Shape(1, inputs));
        return block;
    }

    /**
     * Encodes images.
     *
     * @param images 32-bit floats 0 and 1, {@code [n, 784]}
     * @return latents, {@code [n, d]}, attached to the manager of the images
     */
    public NDArray encode(NDArray images) {
        return encoderInClosedForm.forward(images).outputs();
    }

    /**
     * Decodes latents.
     *
     * @param latents {@code [n, d]}
     * @return the logit of each pixel's probability to be white, {@code [n, 784]}, attached to the manager of the
     *     latents
     */
    public NDArray decodeLogits(NDArray latents) {
        return decoderInClosedForm == null
                ? decoder.forward(store, new NDList(latents), false).singletonOrThrow()
                : decoderInClosedForm.forward(latents).outputs();
    }

    /**
     * Decodes latents with the way back, in closed form and so from several threads at once.
     *
     * @param latents {@code [n, d]}
     * @return the logits and the map from their gradient to that of the latents
     */
    public DecodedLogits decodeWithGradient(NDArray latents) {
        if (decoderInClosedForm != null) {
            Perceptron.Pass decoded = decoderInClosedForm.forward(latents);
            return new DecodedLogits(
                    decoded.outputs(), gradient -> decoded.inputGradient(decoded.hiddenGradient(gradient)));
        }
        Map<String, NDArray> parameters = new HashMap<>();
        name("", decoder, parameters);
        // With them, the engine would remember every step that a chain has made.
        parameters.replaceAll((name, parameter) -> parameter.stopGradient());
        return ConvolutionalDecoder.decode(latents, parameters);
    }

    /**
     * Returns the negative log-likelihood of images under Bernoulli pixels.
     *
     * @param images 32-bit floats 0 and 1, {@code [n, 784]}
     * @param logits {@code [n, 784]}
     * @return for each image, the sum over pixels, in nats, {@code [n]}
     */
    public static NDArray negativeLogLikelihood(NDArray images, NDArray logits) {
        int[] pixels = {1};
        NDArray normalizer = logits.getNDArrayInternal().softPlus().sum(pixels);
        return normalizer.sub(logits.mul(images).sum(pixels));
    }

    /** The mean over the images of their negative log-likelihood. */
    static NDArray crossEntropy(NDArray images, NDArray logits) {
        return negativeLogLikelihood(images, logits).mean();
    }

    /** All parameters as one vector. */
    FlatParameters parameters() {
        return parameters;
    }

    /** The encoder, of views of the parameters. */
    Perceptron encoderInClosedForm() {
        return encoderInClosedForm;
    }

    /** The decoder, of views of the parameters, where it is a perceptron. */
    Optional<Perceptron> decoderInClosedForm() {
        return Optional.ofNullable(decoderInClosedForm);
    }

    /** Makes ready for a backward pass, which then adds to no gradient of before. */
    void dropDecoderGradients() {
        parameters.dropGradients();
        store = parameters.store();
    }

    /** The gradients that a backward pass left of the decoder's parameters, in their order. */
    List<NDArray> decoderGradients() {
        return parameters.gradients(Perceptron.PARAMETERS);
    }

    /**
     * Returns the shape of each parameter under the name that it has on disk.
     *
     * @param config the hidden units, latent dimension and decoder
     * @return names as of {@link #namedParameters}
     */
    public static Map<String, Shape> parameterShapes(AutoencoderConfig config) {
        int hidden = config.hiddenUnits();
        int latents = config.latentDimension();
        Map<String, Shape> shapes = new LinkedHashMap<>();
        perceptronShapes(DigitImages.PIXELS, hidden, latents)
                .forEach((name, shape) -> shapes.put(ENCODER + name, shape));
        Map<String, Shape> decoderShapes =
                switch (config.decoder()) {
                    case PERCEPTRON -> perceptronShapes(latents, hidden, DigitImages.PIXELS);
                    case CONVOLUTIONAL -> ConvolutionalDecoder.parameterShapes(latents);
                };
        decoderShapes.forEach((name, shape) -> shapes.put(DECODER + name, shape));
        return shapes;
    }

    private static Map<String, Shape> perceptronShapes(int inputs, int hidden, int outputs) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("0.weight", new Shape(hidden, inputs));
        shapes.put("0.bias", new Shape(hidden));
        shapes.put("1.weight", new Shape(outputs, hidden));
        shapes.put("1.bias", new Shape(outputs));
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
        name(ENCODER, encoder, named);
        name(DECODER, decoder, named);
        return named;
    }

    private static void name(String prefix, Block block, Map<String, NDArray> named) {
        int layer = 0;
        for (Pair<String, Parameter> parameter : block.getParameters()) {
            boolean bias = parameter.getValue().getType() == Parameter.Type.BIAS;
            named.put(
                    prefix + layer + (bias ? ".bias" : ".weight"),
                    parameter.getValue().getArray());
            layer += bias ? 1 : 0;
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
