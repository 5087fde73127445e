package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.autoencoder.Autoencoder;
import io.github.mnistebm.autoencoder.DecodedLogits;
import io.github.mnistebm.autoencoder.Whitening;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * The way from images to whitened latents and back.
 *
 * @param autoencoder a trained autoencoder
 * @param whitening fitted to latents of the training images
 */
public record LatentSpace(Autoencoder autoencoder, Whitening whitening) {

    /** Rows that are encoded or decoded at once, so that hidden layers stay small whatever the number of images. */
    private static final long ROWS_AT_ONCE = 512;

    /**
     * Encodes images into whitened latents.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]}
     * @return u, the means of a variational encoder, {@code [n, d]}, attached to the manager of the images
     */
    public NDArray encode(NDArray images) {
        return Tensors.mapInParts(
                images,
                ROWS_AT_ONCE,
                part -> whitening.whiten(autoencoder.encode(part.toType(DataType.FLOAT32, false))));
    }

    /**
     * Draws a whitened latent of each image from the distribution that a variational encoder gives. Those of all training images are
     * draws of the aggregate posterior, on which the energy is trained.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]}
     * @param random the source of randomness; not used by an encoder without variances
     * @return u, {@code [n, d]}, attached to the manager of the images; as {@link #encode} gives them, if the encoder has no variances
     */
    public NDArray sample(NDArray images, RandomSource random) {
        return autoencoder.isVariational()
                ? Tensors.mapInParts(
                        images,
                        ROWS_AT_ONCE,
                        part -> whitening.whiten(autoencoder
                                .encodeNormals(part.toType(DataType.FLOAT32, false))
                                .sample(random)))
                : encode(images);
    }

    /**
     * Measures how badly images come back from their latents.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]}
     * @return −log p(image | its latent) with Bernoulli pixels, nats, {@code [n]}, attached to the manager of the images
     */
    public NDArray reconstructionError(NDArray images) {
        return Tensors.mapInParts(images, ROWS_AT_ONCE, part -> {
            NDArray floats = part.toType(DataType.FLOAT32, false);
            return Autoencoder.negativeLogLikelihood(floats, autoencoder.decodeLogits(autoencoder.encode(floats)));
        });
    }

    /**
     * Decodes whitened latents all at once, with the way back.
     *
     * @param latents u, {@code [n, d]}
     * @return the logits and the map from their gradient to that of u
     */
    public DecodedLogits decodeWithGradient(NDArray latents) {
        DecodedLogits decoded = autoencoder.decodeWithGradient(whitening.unwhiten(latents));
        return new DecodedLogits(decoded.logits(), gradient -> decoded.vectorJacobianProduct()
                .apply(gradient)
                .matMul(whitening.unwhiteningMatrix().transpose()));
    }

    /**
     * Returns the standard normal distribution of the autoencoder's latents, which a variational one is trained with, as a distribution
     * of whitened latents.
     *
     * @param manager the parent of the manager that owns the arrays of the result
     * @return N(u; −μ W, Wᵀ W) with the mean μ and the matrix W of the whitening
     */
    public GaussianMixture standardNormal(NDManager manager) {
        int d = (int) whitening.mean().size();
        double[] identity = CommonOps_DDRM.identity(d).data;
        try (GaussianMixture normal = GaussianMixture.of(
                manager, new double[] {1}, new double[][] {new double[d]}, new double[][] {identity})) {
            return normal.mapped(manager, whitening.mean(), whitening.whiteningMatrix());
        }
    }

    /**
     * Returns the negative log-likelihood of latents, given images.
     *
     * @param images x, 32-bit floats 0 and 1, {@code [n, 784]}; kept
     * @return −log p(x | u) in nats, with Bernoulli pixels, as a function of {@code n * m} whitened latents, of which the first m are for
     *     the first image
     */
    public EnergyFunction reconstructionEnergy(NDArray images) {
        return new ReconstructionEnergy(this, images.expandDims(1), null);
    }

    /**
     * Decodes whitened latents into logits.
     *
     * @param latents u, {@code [n, d]}
     * @return the logit of each pixel's probability to be white, {@code [n, 784]}, attached to the manager of the latents
     */
    public NDArray decodeLogits(NDArray latents) {
        return Tensors.mapInParts(latents, ROWS_AT_ONCE, this::logits);
    }

    /**
     * Decodes whitened latents.
     *
     * @param latents u, {@code [n, d]}
     * @return each pixel's probability to be white, {@code [n, 784]}, attached to the manager of the latents
     */
    public NDArray decode(NDArray latents) {
        return Tensors.mapInParts(
                latents, ROWS_AT_ONCE, part -> logits(part).getNDArrayInternal().sigmoid());
    }

    /** Without what automatic differentiation remembers. */
    private NDArray logits(NDArray latents) {
        return autoencoder.decodeLogits(whitening.unwhiten(latents)).stopGradient();
    }
}
