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
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.tensor.Autograd;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.FlatParameters;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * An encoder from 784 pixels to d latents, or to a normal distribution of each, and a decoder from these to the logits of independent
 * Bernoulli pixels. Both are DJL blocks.
 * By default, the encoder is 784 → h → d with one hidden layer of rectified linear units, and the decoder is the same backwards,
 * d → h → 784, or a {@linkplain ConvolutionalDecoder convolutional one}. Owns its parameters: close it.
 */
public final class Autoencoder implements AutoCloseable {

    private static final String ENCODER = "encoder.";
    private static final String DECODER = "decoder.";

    /** The bounds of a logarithm of a variance: beyond them, an early mistake of the training would be lasting. */
    private static final float LEAST_LOG_VARIANCE = -10;

    private static final float GREATEST_LOG_VARIANCE = 5;

    private static final long ROWS_AT_ONCE = 2000;

    private final NDManager manager;
    private final int latents;
    private final boolean variational;
    private final Block encoder;
    private final Block decoder;
    private final FlatParameters parameters;
    private final ParameterStore store;
    /** Null where the encoder is another block. */
    private final Perceptron encoderInClosedForm;
    /** Null where the decoder is another block. */
    private final Perceptron decoderInClosedForm;

    private final Function<NDArray, DecodedLogits> decoding;
    private final Map<String, NDArray> named = new LinkedHashMap<>();
    /** Null where the prior is the standard normal distribution. */
    private GaussianMixture mixture;

    private Autoencoder(NDManager parent, AutoencoderConfig config, Block encoder, Block decoder) {
        this.manager = parent.newSubManager();
        this.latents = config.latentDimension();
        this.variational = config.isVariational();
        boolean perceptronEncoder = encoder == null && config.encoder() == EncoderArchitecture.PERCEPTRON;
        this.encoder = initialized(encoder == null ? encoder(config) : encoder, DigitImages.PIXELS);
        this.decoder = initialized(decoder == null ? decoder(config) : decoder, latents);
        this.parameters = FlatParameters.of(manager, this.encoder, this.decoder);
        this.store = parameters.store();
        name(ENCODER, this.encoder, encoder == null);
        name(DECODER, this.decoder, decoder == null);
        List<NDArray> views = parameters.views();
        int ofEncoder = this.encoder.getParameters().size();
        List<NDArray> ofDecoder = views.subList(ofEncoder, views.size());
        this.encoderInClosedForm = perceptronEncoder ? Perceptron.of(views.subList(0, ofEncoder)) : null;
        boolean perceptron = decoder == null && config.decoder() == DecoderArchitecture.PERCEPTRON;
        this.decoderInClosedForm = perceptron ? Perceptron.of(ofDecoder) : null;
        if (this.decoder instanceof ConvolutionalDecoder convolutional) {
            this.decoding = rows -> convolutional.decode(rows, ofDecoder);
        } else if (perceptron) {
            this.decoding = decoderInClosedForm::decode;
        } else {
            this.decoding = this::decodeByDifferentiation;
        }
        if (encoder != null || decoder != null) {
            requireShapes(config.encoderOutputs());
        }
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
        return create(parent, config, null, null, random);
    }

    /**
     * Creates an untrained autoencoder of any blocks, whose weights are drawn as those of the library's own.
     *
     * @param parent the parent of the manager that owns the parameters
     * @param config the latent dimension d; its hidden units and decoder count where a block is not given
     * @param encoder maps {@code [n, 784]} to {@code [n, d]}, or {@code [n, 2 d]} if the variance is learned; null for the library's own
     * @param decoder maps {@code [n, d]} to {@code [n, 784]}; null for the library's own
     * @param random the source of randomness of the weights
     * @return the autoencoder
     * @throws IllegalArgumentException if a block gives another shape
     */
    public static Autoencoder create(
            NDManager parent, AutoencoderConfig config, Block encoder, Block decoder, RandomSource random) {
        Autoencoder autoencoder = zeros(parent, config, encoder, decoder);
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
        return zeros(parent, config, null, null);
    }

    /**
     * Creates an autoencoder of any blocks, whose weights are all zero. The caller fills them.
     *
     * @param parent the parent of the manager that owns the parameters
     * @param config the latent dimension d; its hidden units and decoder count where a block is not given
     * @param encoder maps {@code [n, 784]} to {@code [n, d]}, or {@code [n, 2 d]} if the variance is learned; null for the library's own
     * @param decoder maps {@code [n, d]} to {@code [n, 784]}; null for the library's own
     * @return the autoencoder
     * @throws IllegalArgumentException if a block gives another shape
     */
    public static Autoencoder zeros(NDManager parent, AutoencoderConfig config, Block encoder, Block decoder) {
        return new Autoencoder(parent, config, encoder, decoder);
    }

    private static Block decoder(AutoencoderConfig config) {
        return switch (config.decoder()) {
            case PERCEPTRON -> perceptron(config.hiddenUnits(), DigitImages.PIXELS);
            case CONVOLUTIONAL -> new ConvolutionalDecoder(false);
            case DEEP -> new ConvolutionalDecoder(true);
        };
    }

    private static Block encoder(AutoencoderConfig config) {
        return switch (config.encoder()) {
            case PERCEPTRON -> perceptron(config.hiddenUnits(), config.encoderOutputs());
            case CONVOLUTIONAL -> new ConvolutionalEncoder(config.encoderOutputs());
        };
    }

    private static Block perceptron(int hidden, int outputs) {
        return new SequentialBlock()
                .add(Linear.builder().setUnits(hidden).build())
                .add(Activation::relu)
                .add(Linear.builder().setUnits(outputs).build());
    }

    private void requireShapes(int outputs) {
        try {
            Scope.run(() -> {
                Shape encoded =
                        outputs(manager.zeros(new Shape(2, DigitImages.PIXELS))).getShape();
                require("encoder", new Shape(2, outputs), encoded);
                Shape decoded =
                        decodeLogits(manager.zeros(new Shape(2, latents))).getShape();
                require("decoder", new Shape(2, DigitImages.PIXELS), decoded);
            });
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static void require(String name, Shape expected, Shape found) {
        if (!expected.equals(found)) {
            throw new IllegalArgumentException(
                    name + ": expected an output of shape " + expected + " for two rows, found " + found);
        }
    }

    private Block initialized(Block block, int inputs) {
        block.setInitializer(Initializer.ZEROS, Parameter.Type.WEIGHT);
        block.initialize(manager, DataType.FLOAT32, new Shape(1, inputs));
        return block;
    }

    /**
     * Returns the encoder.
     *
     * @return a block from {@code [n, 784]} to {@code [n, d]}, which holds views of the parameters
     */
    public Block encoder() {
        return encoder;
    }

    /**
     * Returns the decoder.
     *
     * @return a block from {@code [n, d]} to the logits {@code [n, 784]}, which holds views of the parameters
     */
    public Block decoder() {
        return decoder;
    }

    /**
     * Encodes images.
     *
     * @param images 32-bit floats 0 and 1, {@code [n, 784]}
     * @return latents, the means of a variational encoder, {@code [n, d]}, attached to the manager of the images
     */
    public NDArray encode(NDArray images) {
        return variational ? normals(outputs(images)).means() : outputs(images);
    }

    /**
     * Encodes images into the distributions of their latents.
     *
     * @param images 32-bit floats 0 and 1, {@code [n, 784]}
     * @return one normal distribution a latent, attached to the manager of the images
     * @throws IllegalStateException if this is not a variational autoencoder
     */
    public LatentNormals encodeNormals(NDArray images) {
        if (!variational) {
            throw new IllegalStateException("encoder: its latents have no variance of their own");
        }
        return normals(outputs(images));
    }

    /** Takes the outputs of a variational encoder apart, {@code [n, 2 d]}. */
    LatentNormals normals(NDArray outputs) {
        return new LatentNormals(
                outputs.get(":, :" + latents),
                outputs.get(":, " + latents + ":").clip(LEAST_LOG_VARIANCE, GREATEST_LOG_VARIANCE));
    }

    /**
     * Returns whether the encoder gives a normal distribution of each latent.
     *
     * @return true for a variational autoencoder
     */
    public boolean isVariational() {
        return variational;
    }

    /**
     * Encodes images, and returns a supplier of latents that a variational encoder draws anew each time: draws of the aggregate posterior.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]}; not needed any more afterwards
     * @param random the source of randomness; not used by an encoder without variances
     * @return a supplier of latents, {@code [n, d]}, always the same ones if the encoder has no variances
     */
    public Supplier<NDArray> aggregatePosterior(NDArray images, RandomSource random) {
        if (!variational) {
            NDArray encoded = inParts(images, this::encode);
            return () -> encoded;
        }
        LatentNormals normals = normals(inParts(images, this::outputs));
        return () -> normals.sample(random);
    }

    private static NDArray inParts(NDArray images, UnaryOperator<NDArray> map) {
        return Tensors.mapInParts(images, ROWS_AT_ONCE, rows -> map.apply(rows.toType(DataType.FLOAT32, false)));
    }

    /**
     * Returns the prior of the latents that the training has used last. It is not saved with a model.
     *
     * @return the mixture, which stays this object's; empty where the prior is the standard normal distribution, or after loading
     */
    public Optional<GaussianMixture> mixture() {
        return Optional.ofNullable(mixture);
    }

    /** The parent of the arrays of a mixture. */
    NDManager manager() {
        return manager;
    }

    /** Takes over a mixture as the prior; null for the standard normal distribution. */
    void setMixture(GaussianMixture fitted) {
        if (mixture != null) {
            mixture.close();
        }
        mixture = fitted;
    }

    private NDArray outputs(NDArray images) {
        return encoderInClosedForm == null
                ? forward(encoder, images, store)
                : encoderInClosedForm.forward(images).outputs();
    }

    /**
     * The encoder's outputs for a batch, and the way back to the encoder's parameters.
     *
     * @param outputs the latents, {@code [n, d]}; of a variational encoder {@code [n, 2 d]}
     * @param parameterGradients maps the gradient by the outputs to that by each parameter; called at most once
     */
    record Encoded(NDArray outputs, Function<NDArray, List<NDArray>> parameterGradients) {}

    /** Encodes images with the way back. */
    Encoded encodeWithGradient(NDArray images) {
        if (encoderInClosedForm != null) {
            Perceptron.Pass encoded = encoderInClosedForm.forward(images);
            return new Encoded(
                    encoded.outputs(),
                    gradient -> encoded.parameterGradients(encoded.hiddenGradient(gradient), gradient));
        }
        FlatParameters.Leaves leaves = parameters.leaves(encoder);
        NDArray latents = Autograd.recorded(() -> forward(encoder, images, leaves.store()));
        return new Encoded(latents.stopGradient(), gradient -> {
            Autograd.backward(latents, gradient);
            return leaves.gradients();
        });
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
                ? decodeLogits(latents, store)
                : decoderInClosedForm.forward(latents).outputs();
    }

    /** Decodes by the block, with parameters from a store. */
    NDArray decodeLogits(NDArray latents, ParameterStore from) {
        return forward(decoder, latents, from);
    }

    private static NDArray forward(Block block, NDArray inputs, ParameterStore from) {
        return block.forward(from, new NDList(inputs), false).singletonOrThrow();
    }

    /**
     * Decodes latents with the way back, that of the library's own decoders in closed form.
     *
     * @param latents {@code [n, d]}
     * @return the logits and the map from their gradient to that of the latents
     */
    public DecodedLogits decodeWithGradient(NDArray latents) {
        return decoding.apply(latents);
    }

    private DecodedLogits decodeByDifferentiation(NDArray latents) {
        NDArray leaf = latents.stopGradient();
        leaf.setRequiresGradient(true);
        NDArray logits = Autograd.recorded(() -> decodeLogits(leaf, store));
        return new DecodedLogits(logits.stopGradient(), gradient -> {
            Autograd.backward(logits, gradient);
            return leaf.getGradient();
        });
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

    /** The decoder, of views of the parameters, where it is a perceptron. */
    Optional<Perceptron> decoderInClosedForm() {
        return Optional.ofNullable(decoderInClosedForm);
    }

    /** The decoder's parameters for one backward pass. */
    FlatParameters.Leaves decoderLeaves() {
        return parameters.leaves(decoder);
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
        Map<String, Shape> encoderShapes =
                switch (config.encoder()) {
                    case PERCEPTRON -> perceptronShapes(DigitImages.PIXELS, hidden, config.encoderOutputs());
                    case CONVOLUTIONAL -> ConvolutionalEncoder.parameterShapes(config.encoderOutputs());
                };
        encoderShapes.forEach((name, shape) -> shapes.put(ENCODER + name, shape));
        Map<String, Shape> decoderShapes =
                switch (config.decoder()) {
                    case PERCEPTRON -> perceptronShapes(latents, hidden, DigitImages.PIXELS);
                    case CONVOLUTIONAL -> ConvolutionalDecoder.parameterShapes(false, latents);
                    case DEEP -> ConvolutionalDecoder.parameterShapes(true, latents);
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
     * @return {@code encoder.0.weight} and so on, in a fixed order; of other blocks {@code encoder.} or {@code decoder.} and the name
     *     that the block gives
     */
    public Map<String, NDArray> namedParameters() {
        return Collections.unmodifiableMap(named);
    }

    /** Names the library's own parameters by the number of their layer, and those of other blocks as these do. */
    private void name(String prefix, Block block, boolean own) {
        int layer = 0;
        for (Pair<String, Parameter> parameter : block.getParameters()) {
            boolean bias = parameter.getValue().getType() == Parameter.Type.BIAS;
            String name = own ? layer + (bias ? ".bias" : ".weight") : parameter.getKey();
            named.put(prefix + name, parameter.getValue().getArray());
            layer += bias ? 1 : 0;
        }
    }

    @Override
    public void close() {
        setMixture(null);
        manager.close();
    }
}
