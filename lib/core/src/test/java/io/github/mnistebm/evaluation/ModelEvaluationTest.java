package io.github.mnistebm.evaluation;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.likelihood.AnnealedImportanceSampling;
import io.github.mnistebm.evaluation.likelihood.LogLikelihood;
import io.github.mnistebm.evaluation.likelihood.NatsPerImage;
import io.github.mnistebm.evaluation.likelihood.PosteriorBounds;
import io.github.mnistebm.evaluation.restoration.RestorationQuality;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** Evaluates the bundled model on few images. */
class ModelEvaluationTest {

    private final RandomSource random = RandomSource.of(1);

    private DigitModel model;
    private DigitClassifier classifier;
    private DigitImages train;
    private DigitImages test;
    private ModelEvaluation evaluation;

    @BeforeEach
    void open() throws IOException {
        model = DigitModel.load(DataFolder.pretrained(), Device.cpu());
        classifier = DigitClassifier.load(DataFolder.classifier(), Device.cpu());
        try (DigitImages allTrain = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages allTest = DigitImages.test(DataFolder.mnist(), Device.cpu())) {
            train = allTrain.first(3000);
            test = allTest.first(1000);
        }
        evaluation = new ModelEvaluation(model, train, test, classifier);
    }

    @AfterEach
    void close() {
        evaluation.close();
        test.close();
        train.close();
        classifier.close();
        model.close();
    }

    @Test
    void putsSamplesBetweenRealImagesAndANormalDistribution() {
        try (DigitSampler.Drawing drawing = DigitSampler.of(model).draw(1000, 1)) {
            Map<String, SampleQuality> sets = evaluation.qualities(drawing.images(), random);
            assertThat(sets.keySet())
                    .containsExactly(
                            ModelEvaluation.SAMPLES,
                            ModelEvaluation.CEILING,
                            ModelEvaluation.FLOOR,
                            ModelEvaluation.MIXTURE,
                            ModelEvaluation.GAUSSIAN);
            double samples = sets.get(ModelEvaluation.SAMPLES).confidentShare();
            assertThat(samples).isGreaterThan(sets.get(ModelEvaluation.GAUSSIAN).confidentShare());
            assertThat(samples).isLessThan(sets.get(ModelEvaluation.FLOOR).confidentShare());
        }
    }

    @Test
    void bracketsTheLogLikelihood() {
        Map<String, LogLikelihood> found = evaluation.logLikelihoods(0.03, random);
        LogLikelihood above = found.get("energy, annealed, from above");
        LogLikelihood below = found.get("energy, annealed, from below");
        double direct = found.get("energy, by importance sampling").logNormalizer();
        // The error of a log Z from weights of an effective sample size of some hundreds is less than a tenth.
        assertThat(above.effectiveSampleSize()).isGreaterThan(300);
        assertThat(direct).isBetween(above.logNormalizer() - 0.3, below.logNormalizer() + 0.3);
    }

    @Test
    void estimatesTheLikelihoodOfImages() {
        NatsPerImage found = evaluation.natsPerImage(20, 400, random);
        NatsPerImage again = evaluation.natsPerImage(20, 400, RandomSource.of(1));
        assertThat(again.energy().nats()).isEqualTo(found.energy().nats());
        assertThat(found.images()).isEqualTo(20);
        assertThat(found.normal()).isNull();
        // An image is worth more than its reconstruction alone, since its latent has to be found.
        assertThat(found.energy().nats()).isBetween(75.0, 90.0);
        assertThat(found.energy().drawError()).isLessThan(0.2);
        assertThat(found.medianEffectiveSampleSize()).isGreaterThan(20);
        assertThat(found.table().rowCount()).isEqualTo(3);
        PosteriorBounds bounds = evaluation.posteriorBounds(8, found.logNormalizer(), random);
        assertThat(bounds.direct().nats())
                .isBetween(bounds.below().nats() - 0.5, bounds.above().nats() + 0.5);
    }

    @Test
    void findsEveryTrainingImageAmongTheTrainingImages() {
        try (NDArray images = train.thresholded()) {
            Map<String, Double> copies = evaluation.copies(images);
            assertThat(copies.get("of training images")).isEqualTo(1);
            assertThat(copies.get("of 1000 training images")).isBetween(1000.0 / 3000, 0.5);
            assertThat(copies.get("of 1000 test images")).isLessThan(0.05);
            assertThat(copies.get("test images of training images")).isLessThan(0.05);
        }
    }

    @Test
    void measuresChainsOnTheirWay() {
        try (SampleRun start =
                model.sample(200, SamplerConfig.builder().burnIn(0).steps(1).build(), random)) {
            Table table = LongRun.of(evaluation, model, model.kernel(), start.last(), random, 10, 20);
            assertThat(table.intColumn(LongRun.CHAIN_STEPS).asList()).containsExactly(10, 20);
            assertThat(table.doubleColumn(SampleQuality.FRECHET_DISTANCE).min()).isPositive();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> LongRun.of(evaluation, model, model.kernel(), start.last(), random, 10, 5))
                    .withMessage("steps: expected ascending numbers, at least 2 apart, found 5 after 10");
        }
    }

    @Test
    void everyMeasurementEndsWhenItsThreadIsInterrupted() {
        try (NDArray images = test.thresholded();
                NDArray latents = model.encode(images)) {
            Map<String, ThrowingCallable> measurements = Map.ofEntries(
                    entry("quality", () -> evaluation.quality(images)),
                    entry("qualities", () -> evaluation.qualities(images, random)),
                    entry("log-likelihoods", () -> evaluation.logLikelihoods(0.03, random)),
                    entry("log-likelihood", () -> LogLikelihood.of(model.energy(), latents, 10_000, random)),
                    entry("annealed", () -> new AnnealedImportanceSampling(model.energy(), 2, 0.03)
                            .lower(latents, latents, random, step -> {})),
                    entry("images", () -> evaluation.natsPerImage(40, 1000, random)),
                    entry("bounds", () -> evaluation.posteriorBounds(4, 0, random)),
                    entry("mixture", () -> evaluation.mixtureLogLikelihood(latents)),
                    entry("copies", () -> evaluation.copies(images)),
                    entry("nearest", () -> RestorationQuality.nearestNeighbours(images, images, images)),
                    entry("chains", () -> evaluation.chains(1, 1000)));
            measurements.forEach((name, measurement) -> {
                Thread.currentThread().interrupt();
                assertThatThrownBy(measurement).as(name).isInstanceOf(CancellationException.class);
                assertThat(Thread.interrupted()).as(name).isTrue();
            });
        }
    }

    @Test
    void readsTheDigitsOfItsChains() {
        DigitChains chains = evaluation.chains(1, 1000);
        assertThat(chains.labels()).hasDimensions(16, 1000);
        assertThat(chains.diagnostics().rowCount()).isEqualTo(1 + model.energy().dimension() + 10);
        assertThat(chains.roundTripSteps()).isPositive();
    }
}
