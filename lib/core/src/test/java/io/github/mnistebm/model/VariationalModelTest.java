package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.autoencoder.Autoencoder;
import io.github.mnistebm.autoencoder.DecoderArchitecture;
import io.github.mnistebm.autoencoder.LatentNormals;
import io.github.mnistebm.autoencoder.PosteriorVariance;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.evaluation.likelihood.NatsPerImage;
import io.github.mnistebm.evaluation.likelihood.PixelLikelihood;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small variational autoencoder and the energy on its latents. */
class VariationalModelTest {

    private static DigitModel model;
    private static NDArray images;

    private final RandomSource random = RandomSource.of(1);

    @BeforeAll
    static void train() throws IOException {
        TrainingConfig small = TinyModel.config(1);
        TrainingConfig.Builder builder = Preset.LIKELIHOOD
                .builder()
                .set(Setting.TRAIN_IMAGES, small.trainImages())
                .set(Setting.LATENT_DIMENSION, 4)
                .set(Setting.AUTOENCODER_EPOCHS, 4)
                .set(Setting.IWAE_EPOCHS, 0)
                .set(Setting.MIXTURE_EPOCHS, 0)
                .set(Setting.AUTOENCODER_BATCH_SIZE, 32)
                .set(Setting.REFERENCE_COMPONENTS, 5)
                .set(Setting.ENERGY_HIDDEN_UNITS, 16)
                .set(Setting.ENERGY_EPOCHS, 1);
        model = TinyModel.trained(builder.build());
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages some = all.first(2000)) {
            images = some.binarized(Binarization.STOCHASTIC, RandomSource.of(2));
            images.attach(model.manager());
        }
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void drawsOfTheAggregatePosteriorAreWhite_andItsMeansAreNot() {
        Scope.run(() -> {
            NDArray draws = model.latentSpace().sample(images, random);
            NDArray means = model.encode(images);
            double[] variances = variances(draws);
            double[] ofMeans = variances(means);
            for (int i = 0; i < 4; i++) {
                // The pixels and the noise are drawn anew: a standard error of √(2 / 2000), and as much of the fit.
                assertThat(variances[i]).isCloseTo(1, within(4.5 * Math.sqrt(4.0 / 2000)));
                assertThat(ofMeans[i]).isLessThan(variances[i] - 0.01);
            }
        });
    }

    private static double[] variances(NDArray rows) {
        int[] axis = {0};
        return rows.sub(rows.mean(axis))
                .square()
                .mean(axis)
                .toType(DataType.FLOAT64, false)
                .toDoubleArray();
    }

    @Test
    void theEvidenceLowerBoundIsBelowTheLikelihood_andAReconstructionAboveIt() {
        Scope.run(() -> {
            NDArray some = images.get(new NDIndex(":40")).toType(DataType.FLOAT32, false);
            Autoencoder autoencoder = model.latentSpace().autoencoder();
            LatentNormals normals = autoencoder.encodeNormals(some);
            double error = 0;
            int draws = 200;
            for (int draw = 0; draw < draws; draw++) {
                error += Scope.compute(() -> Autoencoder.negativeLogLikelihood(
                                        some, autoencoder.decodeLogits(normals.sample(random)))
                                .mean()
                                .getFloat())
                        / draws;
            }
            double divergence = normals.divergences().mean().getFloat();
            NatsPerImage found = new PixelLikelihood(
                            model.latentSpace()::reconstructionEnergy,
                            model.energy(),
                            model.latentSpace().standardNormal(model.manager()))
                    .estimate(some, model.encode(some), 300, random, done -> {});
            assertThat(found.normal().drawError()).isLessThan(0.1);
            assertThat(error + divergence)
                    .isBetween(found.normal().nats() + 0.1, found.normal().nats() + 10);
            assertThat(error).isLessThan(found.normal().nats() - 2);
            // The mixture is fitted to draws of the aggregate posterior, to which the standard normal is only a guess.
            assertThat(found.reference().nats()).isLessThan(found.normal().nats());
        });
    }

    @Test
    void itsStandardNormalIsThatOfTheLatentsBeforeWhitening() {
        Scope.run(() -> {
            GaussianMixture normal = model.latentSpace().standardNormal(model.manager());
            NDArray drawn = model.latentSpace().whitening().unwhiten(normal.sample(model.manager(), 20_000, random));
            assertThat(drawn.mean(new int[] {0}).toFloatArray()).containsExactly(new float[4], within(0.04f));
            for (double variance : variances(drawn)) {
                assertThat(variance).isCloseTo(1, within(0.05));
            }
            // One and the same factor, |det W⁻¹|, between the two densities.
            NDArray ratios = normal.energy(model.latentSpace().whitening().whiten(drawn))
                    .sub(drawn.square().sum(new int[] {1}).div(2));
            assertThat(DoubleStream.of(ratios.toType(DataType.FLOAT64, false).toDoubleArray())
                            .summaryStatistics())
                    .satisfies(all -> assertThat(all.getMax() - all.getMin()).isLessThan(1e-3));
        });
    }

    /** The mixture after the training goes on from that of the training, which the encoder has come to match. */
    @Test
    void aMixtureAsThePriorMatchesTheLatentsBetter() throws IOException {
        TrainingConfig.Builder builder = TinyModel.builder(1)
                .set(Setting.POSTERIOR_VARIANCE, PosteriorVariance.LEARNED)
                .set(Setting.REFERENCE_COMPONENTS, 5)
                .set(Setting.DECODER, DecoderArchitecture.PERCEPTRON)
                .set(Setting.AUTOENCODER_BATCH_SIZE, 16)
                .set(Setting.AUTOENCODER_EPOCHS, 8);
        try (DigitModel withNormal = TinyModel.trained(builder.build());
                DigitModel withMixture =
                        TinyModel.trained(builder.set(Setting.MIXTURE_EPOCHS, 5).build())) {
            assertThat(withNormal.latentSpace().autoencoder().mixture()).isEmpty();
            GaussianMixture prior =
                    withMixture.latentSpace().autoencoder().mixture().orElseThrow();
            assertThat(prior.components())
                    .isEqualTo(withMixture.card().configuration().referenceComponents());
            assertThat(negentropy(withMixture)).isGreaterThan(negentropy(withNormal) + 0.05);
        }
    }

    /** How many nats the reference measure is above the standard normal distribution, on the latents of images. */
    private double negentropy(DigitModel trained) {
        return Scope.compute(() -> {
            NDArray latents = trained.latentSpace().sample(images, RandomSource.of(4));
            double normal = latents.square().sum(new int[] {1}).mean().getFloat() / 2
                    + latents.getShape().get(1) * Math.log(2 * Math.PI) / 2;
            return normal - trained.reference().energy(latents).mean().getFloat();
        });
    }

    @Test
    void comesBackFromItsFolder(@TempDir Path folder) throws IOException {
        model.save(folder);
        try (DigitModel loaded = DigitModel.load(folder, Device.cpu())) {
            assertThat(loaded.card().configuration()).isEqualTo(model.card().configuration());
            assertThat(loaded.latentSpace().autoencoder().isVariational()).isTrue();
            Scope.run(() -> assertThat(loaded.latentSpace()
                            .sample(images, RandomSource.of(3))
                            .toFloatArray())
                    .isEqualTo(model.latentSpace()
                            .sample(images, RandomSource.of(3))
                            .toFloatArray()));
        }
    }
}
