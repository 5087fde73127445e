package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.sampling.SequentialMonteCarlo;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.function.DoubleConsumer;

/**
 * Completes images of which some pixels are known. Draws latents from their posterior given those pixels,
 * p(u | x) ∝ exp(−E(u)) Πᵢ p(xᵢ | u), the product over the known pixels i, and decodes them.
 *
 * @param model the model; not closed
 * @param sampler the sampler of the latents; its particles are the completions of each image
 */
public record DigitRestorer(DigitModel model, SequentialMonteCarlo sampler) {

    /** The default number of completions of each image. */
    public static final int DEFAULT_COMPLETIONS = 64;

    private static final int MOVES = 8;
    private static final int[] COMPLETIONS = {1};

    /** The grey of an unknown pixel in a picture. */
    private static final float UNKNOWN = 0.3f;

    /** Particles that go through the sampler at once, so that memory does not grow with the number of images. */
    private static final int PARTICLES_AT_ONCE = 1024;

    /**
     * Restores with the defaults: 64 completions of each image, 8 moves a stage.
     *
     * @param model the model; not closed
     * @return the restorer
     */
    public static DigitRestorer of(DigitModel model) {
        return new DigitRestorer(model, new SequentialMonteCarlo(DEFAULT_COMPLETIONS, MOVES));
    }

    /** Completed images. Owns them: close it. */
    public static final class Restoration implements AutoCloseable {
        private final NDManager manager;
        private final NDArray decoded;
        private final NDArray images;
        private final NDArray isKnown;
        private final NDArray logEvidence;

        private Restoration(NDManager manager, NDArray decoded, NDArray images, NDArray known, NDArray logEvidence) {
            this.manager = manager;
            this.decoded = Scope.owned(manager, decoded);
            this.images = Scope.owned(manager, images.toType(DataType.FLOAT32, true));
            this.isKnown = Scope.owned(manager, known.toType(DataType.BOOLEAN, true));
            this.logEvidence = Scope.owned(manager, logEvidence);
        }

        /**
         * Returns what the completions' latents decode to.
         *
         * @return the probability of each pixel to be white, also of the known ones, {@code [n, completions, 784]}
         */
        public NDArray decoded() {
            return decoded;
        }

        /**
         * Returns the completions.
         *
         * @return the known pixels as they are, the others white where their probability exceeds one half; unsigned bytes 0 and 1,
         *     {@code [n, completions, 784]}; the caller's, attached to this object's manager
         */
        public NDArray completions() {
            return Scope.computeOwned(() -> {
                NDArray white = Binarization.ofMeans(decoded).toType(DataType.FLOAT32, false);
                NDArray completions = NDArrays.where(
                                isKnown.expandDims(1).broadcast(decoded.getShape()),
                                images.expandDims(1).broadcast(decoded.getShape()),
                                white)
                        .toType(DataType.UINT8, false);
                return completions;
            });
        }

        /**
         * Returns the mean over the completions.
         *
         * @return the known pixels as they are, of the others the probability to be white, {@code [n, 784]}; the caller's, attached
         *     to this object's manager
         */
        public NDArray mean() {
            try (NDArray mean = decoded.mean(COMPLETIONS)) {
                return NDArrays.where(isKnown, images, mean);
            }
        }

        /**
         * Returns how uncertain each pixel is.
         *
         * @return the standard deviation over the completions of the probability to be white, 0 for known pixels,
         *     {@code [n, 784]}; the caller's, attached to this object's manager
         */
        public NDArray standardDeviation() {
            return Scope.computeOwned(() -> {
                NDArray variance =
                        decoded.sub(decoded.mean(COMPLETIONS, true)).square().mean(COMPLETIONS);
                NDArray deviation = NDArrays.where(isKnown, images.zerosLike(), variance.sqrt());
                return deviation;
            });
        }

        /**
         * Lays out what there is to see, for a picture of {@code completions + 3} columns.
         *
         * @param completions the number of completions to show
         * @return a row an image: what is known (unknown pixels grey), completions, their mean, and the uncertainty of each pixel, which is
         *     white where it is largest; 0 to 1, {@code [n * (completions + 3), 784]}; the caller's, attached to this object's manager
         */
        public NDArray overview(int completions) {
            return Scope.computeOwned(() -> {
                NDArray given =
                        NDArrays.where(isKnown, images, images.onesLike().muli(UNKNOWN));
                NDArray drawn =
                        completions().get(new NDIndex(":, :{}", completions)).toType(DataType.FLOAT32, false);
                // No standard deviation of a probability exceeds one half.
                NDArray uncertainty = standardDeviation().muli(2);
                NDArray rows = NDArrays.concat(
                                new NDList(given.expandDims(1), drawn, mean().expandDims(1), uncertainty.expandDims(1)),
                                1)
                        .reshape(-1, DigitImages.PIXELS);
                return rows;
            });
        }

        /**
         * Returns how likely the model finds the known pixels.
         *
         * @return estimates of log p(known pixels), up to a constant that is the same for all images, nats, {@code [n]}
         */
        public NDArray logEvidence() {
            return logEvidence;
        }

        @Override
        public void close() {
            manager.close();
        }
    }

    /**
     * Completes images.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]} with n &gt; 0; what it says of unknown pixels does not matter
     * @param known 1 where a pixel is known, 0 elsewhere, of any data type, {@code [n, 784]}
     * @param seed the seed of the random numbers
     * @param progress the consumer of the share of the work that is done, from 0 to 1
     * @return the completions
     * @throws IllegalArgumentException if the shapes are others
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public Restoration restore(NDArray images, NDArray known, int seed, DoubleConsumer progress) {
        long n = images.getShape().get(0);
        Shape expected = new Shape(n, DigitImages.PIXELS);
        if (!images.getShape().equals(expected) || !known.getShape().equals(expected)) {
            throw new IllegalArgumentException("expected images and known pixels of shape (n, 784), found "
                    + images.getShape() + " and " + known.getShape());
        }
        RandomSource random = RandomSource.of(seed);
        NDManager owner = model.manager().newSubManager();
        try {
            return Scope.compute(() -> {
                NDList completions = new NDList();
                NDList evidence = new NDList();
                for (long from = 0; from < n; from += imagesAtOnce()) {
                    long first = from;
                    long last = Math.min(n, first + imagesAtOnce());
                    NDIndex rows = new NDIndex().addSliceDim(first, last);
                    SequentialMonteCarlo.Draws draws = draw(
                            images.get(rows),
                            known.get(rows),
                            random,
                            beta -> progress.accept((first + beta * (last - first)) / n));
                    completions.add(
                            model.decode(draws.positions()).reshape(-1, sampler.particles(), DigitImages.PIXELS));
                    evidence.add(draws.logEvidence());
                }
                return new Restoration(owner, NDArrays.concat(completions), images, known, NDArrays.concat(evidence));
            });
        } catch (RuntimeException | Error e) {
            owner.close();
            throw e;
        }
    }

    private SequentialMonteCarlo.Draws draw(
            NDArray images, NDArray known, RandomSource random, DoubleConsumer progress) {
        // V(u) = f(u) − Σᵢ log p(xᵢ | u) over the known pixels: q exp(−V) is the posterior of the latent given those
        // pixels.
        EnergyFunction potential = model.energy()
                .tilt()
                .plus(new ReconstructionEnergy(model.latentSpace(), asFloats(images), asFloats(known)));
        int groups = (int) images.getShape().get(0);
        return sampler.draw(model.manager(), model.reference(), potential, groups, random, progress);
    }

    /** {@code [n, 1, 784]}. */
    private static NDArray asFloats(NDArray rows) {
        return rows.toType(DataType.FLOAT32, false).expandDims(1);
    }

    private int imagesAtOnce() {
        return Math.max(1, PARTICLES_AT_ONCE / sampler.particles());
    }
}
