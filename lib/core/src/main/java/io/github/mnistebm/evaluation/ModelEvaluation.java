package io.github.mnistebm.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.autoencoder.AutoencoderConfig;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.ExpectationMaximization;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.evaluation.likelihood.AnnealedImportanceSampling;
import io.github.mnistebm.evaluation.likelihood.LogLikelihood;
import io.github.mnistebm.evaluation.likelihood.NatsPerImage;
import io.github.mnistebm.evaluation.likelihood.PixelLikelihood;
import io.github.mnistebm.evaluation.likelihood.PosteriorBounds;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.LatentSpace;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A model against the test images, beside its yardsticks: real images, images that its decoder makes of real
 * latents, and two simple distributions of latents in the place of the energy. Owns its arrays: close it.
 */
public final class ModelEvaluation implements AutoCloseable {

    /** A listener to the course of measurements that take long, called on their thread. To stop one, interrupt its thread. */
    @FunctionalInterface
    public interface Listener {

        /** Listens to nothing. */
        Listener NONE = (measurement, share) -> {};

        /**
         * Called when a part of a measurement is done.
         *
         * @param measurement the name of the measurement
         * @param share the share of it that is done, in [0, 1]; 1 at its end
         */
        void partDone(String measurement, double share);
    }

    /** The model's samples. */
    public static final String SAMPLES = "samples";

    /** Training images, which differ from test images by chance only. */
    public static final String FLOOR = "floor: training images";

    /**
     * The result of a perfect energy with this autoencoder: decoded latents of training images (not of test images, which a
     * density that is learned from training images cannot know).
     */
    public static final String CEILING = "ceiling: decoded training latents";

    /** A baseline: a mixture of {@value #COMPONENTS} normal distributions, fitted to the training latents. */
    public static final String MIXTURE = "mixture of 50 normals";

    /** A baseline: the normal distribution of the training latents' mean and covariance, which whitening makes standard. */
    public static final String GAUSSIAN = "normal distribution";

    private static final String LATENTS = "log-likelihood of latents";
    private static final int COMPONENTS = 50;
    private static final int EM_ITERATIONS = 40;

    /** The seed of the mixture, so that the baseline is the same whatever it is compared with. */
    private static final int MIXTURE_SEED = 1;

    /** The seed of the pixels that are drawn, so that all models of such pixels are measured on the same images. */
    public static final int PIXEL_SEED = 1;

    private static final int DRAWS = 200_000;
    private static final int ANNEALED_CHAINS = 2000;
    private static final int TEMPERATURES = 200;
    private static final int BOUND_CHAINS = 10;
    private static final int BOUND_TEMPERATURES = 100;
    private static final int DIAGNOSED_CHAINS = 16;
    private static final int DIAGNOSED_DRAWS = 1000;
    private static final int DIAGNOSED_BURN_IN = 1000;

    private final NDManager manager;
    private final DigitModel model;
    private final DigitClassifier classifier;
    private final Listener listener;
    private final NDArray trainImages;
    private final NDArray testImages;
    /** Images as the model was trained on: drawn once if its binarization is stochastic, else those above. */
    private final NDArray likeTrained;

    private final NDArray testLikeTrained;
    private final NDArray testFeatures;
    private GaussianMixture mixture;
    private Double testCopies;

    /**
     * Reads the test images.
     *
     * @param model the model; not closed
     * @param train the training images
     * @param test the images that all are compared with
     * @param classifier the reader; not closed
     */
    public ModelEvaluation(DigitModel model, DigitImages train, DigitImages test, DigitClassifier classifier) {
        this(model, train, test, classifier, Listener.NONE);
    }

    /**
     * Reads the test images.
     *
     * @param model the model; not closed
     * @param train the training images
     * @param test the images that all are compared with
     * @param classifier the reader; not closed
     * @param listener the listener to the course of the measurements
     */
    public ModelEvaluation(
            DigitModel model, DigitImages train, DigitImages test, DigitClassifier classifier, Listener listener) {
        this.listener = listener;
        this.manager = model.manager().newSubManager();
        this.model = model;
        this.classifier = classifier;
        this.trainImages = Scope.owned(manager, train.thresholded());
        this.testImages = Scope.owned(manager, test.thresholded());
        this.testFeatures = Scope.owned(manager, classifier.features(testImages));
        boolean drawn = model.card().configuration().binarization() == Binarization.STOCHASTIC;
        RandomSource pixels = RandomSource.of(PIXEL_SEED);
        this.likeTrained = drawn
                ? Scope.owned(manager, train.binarized(Binarization.STOCHASTIC, pixels.numbered(0)))
                : trainImages;
        this.testLikeTrained =
                drawn ? Scope.owned(manager, test.binarized(Binarization.STOCHASTIC, pixels.numbered(1))) : testImages;
    }

    Listener listener() {
        return listener;
    }

    /**
     * Measures images.
     *
     * @param images 0 and 1, {@code [n, 784]} with n &gt; {@value SampleQuality#NEIGHBOUR}
     * @return the comparison with the test images
     */
    public SampleQuality quality(NDArray images) {
        return SampleQuality.ofFeatures(classifier, images, testFeatures);
    }

    /**
     * Measures samples, and as many images of each kind that they can be compared with.
     *
     * @param samples drawn from the model, 0 and 1, {@code [n, 784]}
     * @param random the source of randomness
     * @return {@link #SAMPLES}, {@link #CEILING}, {@link #FLOOR}, {@link #MIXTURE}, {@link #GAUSSIAN}
     */
    public Map<String, SampleQuality> qualities(NDArray samples, RandomSource random) {
        Map<String, SampleQuality> sets = new LinkedHashMap<>();
        Scope.run(() -> {
            int all = Math.toIntExact(trainImages.getShape().get(0));
            long n = Math.min(samples.getShape().get(0), all);
            NDArray subset = random.permutation(manager, all).get(new NDIndex().addSliceDim(0, n));
            NDArray images = trainImages.get(new NDIndex().addIndices("{}", subset));
            Map<String, Supplier<NDArray>> kinds = new LinkedHashMap<>();
            kinds.put(SAMPLES, () -> samples);
            kinds.put(CEILING, () -> model.decodeBinary(model.latentSpace().sample(images, random)));
            kinds.put(FLOOR, () -> images);
            kinds.put(MIXTURE, () -> model.decodeBinary(mixture().sample(manager, n, random)));
            kinds.put(
                    GAUSSIAN,
                    () -> model.decodeBinary(
                            new StandardNormal(model.energy().dimension()).sample(manager, n, random)));
            listener.partDone("quality", 0);
            kinds.forEach((name, set) -> {
                sets.put(name, quality(set.get()));
                listener.partDone("quality", (double) sets.size() / kinds.size());
            });
        });
        return sets;
    }

    /** Fits the mixture when it is first asked for. */
    private GaussianMixture mixture() {
        if (mixture == null) {
            RandomSource random = RandomSource.of(MIXTURE_SEED);
            try (NDArray latents = model.latentSpace().sample(likeTrained, random)) {
                mixture = ExpectationMaximization.fit(manager, latents, COMPONENTS, EM_ITERATIONS, random, done -> {});
            }
        }
        return mixture;
    }

    /**
     * Estimates the mean log-likelihood of the test images' latents in several ways; of a variational autoencoder, latents are drawn.
     *
     * @param stepSize the step size of the MALA steps of annealed importance sampling
     * @param random the source of randomness
     * @return by name: the model's by importance sampling from its reference measure and from both sides by annealed importance
     *     sampling, and those of the reference measure and of the two baselines
     */
    public Map<String, LogLikelihood> logLikelihoods(double stepSize, RandomSource random) {
        Map<String, LogLikelihood> found = new LinkedHashMap<>();
        // From draws of the reference measure, and long: chains that started at its draws resampled would share the
        // blind spots of their weights.
        SamplerConfig config = SamplerConfig.builder().build();
        int steps = config.burnIn() + config.steps();
        double all = steps + 2.0 * TEMPERATURES;
        try (NDArray latents = model.latentSpace().sample(testLikeTrained, random);
                SampleRun samples =
                        model.sample(ANNEALED_CHAINS, config, random, done -> listener.partDone(LATENTS, done / all))) {
            AnnealedImportanceSampling annealed =
                    new AnnealedImportanceSampling(model.energy(), TEMPERATURES, stepSize);
            found.put("energy, by importance sampling", LogLikelihood.of(model.energy(), latents, DRAWS, random));
            found.put(
                    "energy, annealed, from above",
                    annealed.upper(
                            latents,
                            ANNEALED_CHAINS,
                            random,
                            done -> listener.partDone(LATENTS, (steps + done) / all)));
            found.put(
                    "energy, annealed, from below",
                    annealed.lower(
                            latents,
                            samples.last(),
                            random,
                            done -> listener.partDone(LATENTS, (steps + TEMPERATURES + done) / all)));
            found.put("reference measure alone", LogLikelihood.of(model.reference(), latents));
            found.put(MIXTURE, mixtureLogLikelihood(latents));
            found.put(
                    GAUSSIAN, LogLikelihood.of(new StandardNormal(model.energy().dimension()), latents));
        }
        return found;
    }

    /**
     * Estimates the mean of −log p(x) of test images, black and white as the model was trained on; where their pixels are drawn, once,
     * with the seed {@value #PIXEL_SEED}.
     *
     * @param images the number of images, chosen at random; at least 2, and all if there are fewer
     * @param draws the number of draws an image, at least 2
     * @param random the source of randomness
     * @return the estimate for the energy, for its reference measure, and for the standard normal distribution if that is the prior of a
     *     variational autoencoder
     */
    public NatsPerImage natsPerImage(int images, int draws, RandomSource random) {
        LatentSpace latentSpace = model.latentSpace();
        AutoencoderConfig autoencoder = model.card().configuration().autoencoder();
        boolean isNormal = autoencoder.isVariational() && autoencoder.mixtureEpochs() == 0;
        try (GaussianMixture normal = isNormal ? latentSpace.standardNormal(manager) : null) {
            return Scope.compute(() -> {
                NDArray chosen = chosen(images, random);
                return new PixelLikelihood(latentSpace::reconstructionEnergy, model.energy(), normal)
                        .estimate(
                                chosen,
                                model.encode(chosen),
                                draws,
                                random,
                                share -> listener.partDone("log-likelihood of images", share));
            });
        }
    }

    /**
     * Estimates bounds of the mean of −log p(x) of a few test images.
     *
     * @param images the number of images, chosen at random, which are processed at once; at least 2
     * @param logNormalizer the energy's log Z
     * @param random the source of randomness
     * @return the bounds, by {@value #BOUND_CHAINS} chains of {@value #BOUND_TEMPERATURES} temperatures an image in each direction
     */
    public PosteriorBounds posteriorBounds(int images, double logNormalizer, RandomSource random) {
        return Scope.compute(() -> {
            NDArray chosen = chosen(images, random);
            return PosteriorBounds.of(
                    model.latentSpace()::reconstructionEnergy,
                    model.energy(),
                    logNormalizer,
                    chosen,
                    model.encode(chosen),
                    BOUND_CHAINS,
                    BOUND_TEMPERATURES,
                    random);
        });
    }

    private NDArray chosen(int images, RandomSource random) {
        int all = Math.toIntExact(testLikeTrained.getShape().get(0));
        NDArray subset = random.permutation(manager, all).get(new NDIndex().addSliceDim(0, Math.min(images, all)));
        return testLikeTrained.get(new NDIndex().addIndices("{}", subset));
    }

    /**
     * Computes the mean log-likelihood of latents under the baseline {@link #MIXTURE}.
     *
     * @param latents {@code [n, d]} with n &gt; 1
     * @return the log-likelihood
     */
    public LogLikelihood mixtureLogLikelihood(NDArray latents) {
        return LogLikelihood.of(mixture(), latents);
    }

    /**
     * Measures the share of copies of training images. That of a model which has memorized its training images is larger than that of
     * the test images; but so is that of one which draws smoother strokes than people do. The two differ in the
     * test images: who has memorized none of them comes as near to them as to as many training images.
     *
     * @param images 0 and 1, {@code [n, 784]}
     * @return shares as of {@link NearCopies#share}
     */
    public Map<String, Double> copies(NDArray images) {
        Map<String, Double> shares = new LinkedHashMap<>();
        long n = Math.min(testImages.getShape().get(0), trainImages.getShape().get(0));
        try (NDArray asMany = trainImages.get(new NDIndex().addSliceDim(0, n))) {
            shares.put("of training images", NearCopies.share(images, trainImages));
            shares.put("of " + n + " training images", NearCopies.share(images, asMany));
            shares.put("of " + testImages.getShape().get(0) + " test images", NearCopies.share(images, testImages));
            shares.put("test images of training images", testCopies());
        }
        return shares;
    }

    /** Measures the test images when they are first asked for. */
    private double testCopies() {
        if (testCopies == null) {
            testCopies = NearCopies.share(testImages, trainImages);
        }
        return testCopies;
    }

    /**
     * Runs {@value #DIAGNOSED_CHAINS} chains from dispersed starts, and reads {@value #DIAGNOSED_DRAWS} states of each.
     *
     * @param seed the seed of the random numbers
     * @param steps after {@value #DIAGNOSED_BURN_IN} of burn-in; at least {@value #DIAGNOSED_DRAWS}
     * @return the chains
     */
    public DigitChains chains(int seed, int steps) {
        SamplerConfig config = SamplerConfig.builder()
                .burnIn(DIAGNOSED_BURN_IN)
                .steps(steps)
                .thinning(steps / DIAGNOSED_DRAWS)
                .build();
        double all = DIAGNOSED_BURN_IN + steps;
        try (SampleRun run = model.sample(
                DIAGNOSED_CHAINS, config, RandomSource.of(seed), step -> listener.partDone("chains", step / all))) {
            return DigitChains.of(run, config.thinning(), model, classifier);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
