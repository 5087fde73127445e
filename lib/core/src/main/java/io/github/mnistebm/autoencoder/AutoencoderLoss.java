package io.github.mnistebm.autoencoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.tensor.Autograd;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.FlatParameters;
import java.util.ArrayList;
import java.util.List;

/**
 * The loss that an autoencoder is trained on and its gradient, that of the library's perceptrons in closed form, that of other blocks by
 * automatic differentiation.
 */
final class AutoencoderLoss implements AutoCloseable {

    private static final int[] LATENTS = {1};

    /** The values of each draw, {@code [n, draws, values]}. */
    private static final int[] DRAWN = {2};

    private final Autoencoder autoencoder;
    private final NDManager manager;
    private final boolean noisy;
    private final NDArray noise;
    private final boolean penalized;
    private final NDArray penalty;
    private final NDArray penaltySlope;
    private final NDArray perImage;

    /**
     * Creates the loss.
     *
     * @param autoencoder the autoencoder that is trained; not closed
     * @param config the noise and the penalty
     * @param batchSize the number of images of a batch
     * @param parent the parent of the manager that owns its numbers
     */
    AutoencoderLoss(Autoencoder autoencoder, AutoencoderConfig config, int batchSize, NDManager parent) {
        this.autoencoder = autoencoder;
        this.manager = parent.newSubManager();
        this.noisy = config.latentNoise() > 0;
        this.noise = Tensors.scalar(manager, config.latentNoise());
        this.penalized = config.latentPenalty() > 0;
        this.penalty = Tensors.scalar(manager, config.latentPenalty());
        this.penaltySlope = Tensors.scalar(manager, 2 * config.latentPenalty() / batchSize);
        this.perImage = Tensors.scalar(manager, 1.0 / batchSize);
    }

    /**
     * The loss of some images and its gradients.
     *
     * @param loss mean over the images, {@code ()}
     * @param latentGradient the gradient by the latents, {@code [n, d]}
     * @param parameterGradients the gradients by the parameters, in their order
     */
    private record Gradients(NDArray loss, NDArray latentGradient, List<NDArray> parameterGradients) {}

    /**
     * The loss of a batch.
     *
     * @param loss mean over the images, nats, {@code ()}
     * @param gradient the gradient by each parameter, in the order of {@link Autoencoder#parameters}
     */
    record LossAndGradient(NDArray loss, List<NDArray> gradient) {}

    /**
     * Computes the loss of a batch. The scope owns the arrays in between.
     *
     * @param images {@code [batch size, 784]}
     * @param divergenceWeight the weight of the Kullback-Leibler divergence of a variational autoencoder, 0 to 1
     * @param prior the prior of the latents of a variational autoencoder; null for the standard normal distribution
     * @param random the source of the noise
     */
    LossAndGradient of(NDArray images, double divergenceWeight, GaussianMixture prior, RandomSource random) {
        Autoencoder.Encoded encoded = autoencoder.encodeWithGradient(images);
        return autoencoder.isVariational()
                ? variational(encoded, images, divergenceWeight, prior, random)
                : withFixedNoise(encoded, images, random);
    }

    /** The loss of z = μ + σ ξ, and its gradient by μ and log σ². */
    private LossAndGradient variational(
            Autoencoder.Encoded encoded,
            NDArray images,
            double divergenceWeight,
            GaussianMixture prior,
            RandomSource random) {
        LatentNormals normals = autoencoder.normals(encoded.outputs());
        NDArray spread =
                random.normal(images.getManager(), normals.means().getShape()).muli(normals.deviations());
        NDArray latents = normals.means().add(spread);
        Gradients decoded = decoded(latents, images);
        Divergence divergence = prior == null ? fromNormal(normals) : fromMixture(normals, latents, spread, prior);
        NDArray weight = Tensors.scalar(manager, divergenceWeight);
        NDArray loss = divergence.value().mean().muli(weight).addi(decoded.loss());
        NDArray share = weight.mul(perImage);
        NDArray byMean = divergence.byMean().mul(share).addi(decoded.latentGradient());
        NDArray byLogVariance = divergence
                .twiceByLogVariance()
                .muli(share)
                .addi(spread.muli(decoded.latentGradient()))
                .muli(Tensors.scalar(manager, 0.5));
        return withEncoder(encoded, loss, byOutput(encoded, normals, byMean, byLogVariance), decoded);
    }

    /**
     * The Kullback-Leibler divergence of the latents of images from their prior, or an unbiased estimate.
     *
     * @param value {@code [n]}
     * @param byMean the gradient by μ, {@code [n, d]}
     * @param twiceByLogVariance twice the gradient by log σ², {@code [n, d]}; may be changed
     */
    private record Divergence(NDArray value, NDArray byMean, NDArray twiceByLogVariance) {}

    private Divergence fromNormal(LatentNormals normals) {
        return new Divergence(
                normals.divergences(),
                normals.means(),
                normals.logVariances().exp().subi(Tensors.scalar(manager, 1)));
    }

    /** One draw estimates the cross entropy. The entropy is known. */
    private Divergence fromMixture(LatentNormals normals, NDArray latents, NDArray spread, GaussianMixture mixture) {
        EnergyAndGradient at = mixture.energyAndGradient(latents);
        return new Divergence(
                at.energy().sub(normals.entropies()),
                at.gradient(),
                at.gradient().mul(spread).subi(Tensors.scalar(manager, 1)));
    }

    /**
     * Computes minus the importance-weighted bound, −log Σₖ wₖ / K with wₖ = p(x, zₖ) / q(zₖ | x) and zₖ = μ + σ ξₖ (Burda, Grosse &amp;
     * Salakhutdinov 2016, "Importance weighted autoencoders", equations 8 and 14).
     *
     * @param images {@code [batch size, 784]}
     * @param draws K, at least 1
     * @param prior the prior of the latents; null for the standard normal distribution
     * @param random the source of the noise
     */
    LossAndGradient importanceWeighted(NDArray images, int draws, GaussianMixture prior, RandomSource random) {
        Autoencoder.Encoded encoded = autoencoder.encodeWithGradient(images);
        LatentNormals normals = autoencoder.normals(encoded.outputs());
        long n = normals.means().getShape().get(0);
        long d = normals.means().getShape().get(1);
        NDArray half = Tensors.scalar(manager, 0.5);
        NDArray noise = random.normal(images.getManager(), new Shape(n, draws, d));
        NDArray spread = noise.mul(normals.deviations().expandDims(1));
        NDArray latents = spread.add(normals.means().expandDims(1));
        NDArray flat = latents.reshape(-1, d);
        EnergyAndGradient at = (prior == null ? new StandardNormal((int) d) : prior).energyAndGradient(flat);
        // log p(z) − log q(z | x)
        NDArray logRatios = noise.square()
                .addi(normals.logVariances().expandDims(1))
                .sum(DRAWN)
                .muli(half)
                .addi(Tensors.scalar(manager, d * Math.log(2 * Math.PI) / 2))
                .subi(at.energy().reshape(n, draws));
        NDArray inputs = flat.stopGradient();
        inputs.setRequiresGradient(true);
        FlatParameters.Leaves leaves = autoencoder.decoderLeaves();
        NDArray errors = Autograd.differentiated(
                () -> {
                    NDArray logits =
                            autoencoder.decodeLogits(inputs, leaves.store()).reshape(n, draws, -1);
                    return logits.getNDArrayInternal()
                            .softPlus()
                            .sum(DRAWN)
                            .sub(logits.mul(images.expandDims(1)).sum(DRAWN));
                },
                found -> logRatios.sub(found).softmax(1).muli(perImage));
        NDArray logWeights = logRatios.sub(errors);
        NDArray largest = logWeights.max(LATENTS, true);
        NDArray loss = logWeights
                .sub(largest)
                .exp()
                .mean(LATENTS)
                .log()
                .addi(largest.squeeze(1))
                .mean()
                .neg();
        NDArray shares = logWeights.softmax(1).muli(perImage).expandDims(2);
        NDArray byLatent = inputs.getGradient()
                .reshape(n, draws, d)
                .addi(at.gradient().reshape(n, draws, d).mul(shares));
        NDArray byLogVariance = byLatent.mul(spread).sum(LATENTS).subi(perImage).muli(half);
        return withEncoder(
                encoded,
                loss,
                byOutput(encoded, normals, byLatent.sum(LATENTS), byLogVariance),
                new Gradients(loss, inputs.getGradient(), leaves.gradients()));
    }

    /** The gradient by the encoder's outputs. A logarithm of a variance at a bound does not move. */
    private static NDArray byOutput(
            Autoencoder.Encoded encoded, LatentNormals normals, NDArray byMean, NDArray byLogVariance) {
        NDArray free = normals.logVariances()
                .eq(encoded.outputs().get(":, " + normals.means().getShape().get(1) + ":"))
                .toType(DataType.FLOAT32, false);
        return NDArrays.concat(new NDList(byMean, byLogVariance.mul(free)), 1);
    }

    private LossAndGradient withFixedNoise(Autoencoder.Encoded encoded, NDArray images, RandomSource random) {
        NDArray latents = encoded.outputs();
        NDArray seen = noisy
                ? random.normal(images.getManager(), latents.getShape())
                        .muli(noise)
                        .addi(latents)
                : latents;
        Gradients decoded = decoded(seen, images);
        NDArray loss = decoded.loss();
        NDArray latentGradient = decoded.latentGradient();
        if (penalized) {
            loss = latents.square().sum(LATENTS).mean().muli(penalty).addi(loss);
            latentGradient = latents.mul(penaltySlope).addi(latentGradient);
        }
        return withEncoder(encoded, loss, latentGradient, decoded);
    }

    private static LossAndGradient withEncoder(
            Autoencoder.Encoded encoded, NDArray loss, NDArray outputGradient, Gradients decoded) {
        List<NDArray> gradient = new ArrayList<>(encoded.parameterGradients().apply(outputGradient));
        gradient.addAll(decoded.parameterGradients());
        return new LossAndGradient(loss, gradient);
    }

    private Gradients decoded(NDArray latents, NDArray images) {
        return autoencoder
                .decoderInClosedForm()
                .map(decoder -> inClosedForm(decoder, latents, images))
                .orElseGet(() -> byDifferentiation(latents, images));
    }

    private Gradients inClosedForm(Perceptron decoder, NDArray latents, NDArray images) {
        Perceptron.Pass decoded = decoder.forward(latents);
        NDArray logits = decoded.outputs();
        // ∂/∂l of log(1 + eˡ) − l x is σ(l) − x.
        NDArray outputGradient =
                logits.getNDArrayInternal().sigmoid().subi(images).muli(perImage);
        NDArray hiddenGradient = decoded.hiddenGradient(outputGradient);
        return new Gradients(
                Autoencoder.crossEntropy(images, logits),
                decoded.inputGradient(hiddenGradient),
                decoded.parameterGradients(hiddenGradient, outputGradient));
    }

    private Gradients byDifferentiation(NDArray latents, NDArray images) {
        NDArray inputs = latents.stopGradient();
        inputs.setRequiresGradient(true);
        FlatParameters.Leaves leaves = autoencoder.decoderLeaves();
        NDArray loss = Autograd.differentiated(
                () -> Autoencoder.crossEntropy(images, autoencoder.decodeLogits(inputs, leaves.store())));
        return new Gradients(loss, inputs.getGradient(), leaves.gradients());
    }

    @Override
    public void close() {
        manager.close();
    }
}
