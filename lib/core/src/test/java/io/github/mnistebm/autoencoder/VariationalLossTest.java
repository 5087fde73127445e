package io.github.mnistebm.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.autoencoder.AutoencoderLoss.LossAndGradient;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VariationalLossTest {

    private static final int IMAGES = 4;
    private static final double WEIGHT = 0.7;

    private final RandomSource random = RandomSource.of(1);
    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static AutoencoderConfig config(EncoderArchitecture encoder, PosteriorVariance variance) {
        return new AutoencoderConfig(
                20, 3, encoder, DecoderArchitecture.DEEP, 1, IMAGES, 1e-3, variance, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void theDivergenceIsThatOfTwoNormalDistributions() {
        LatentNormals normals = new LatentNormals(
                manager.create(new float[][] {{0, 0}, {1, -2}}),
                manager.create(new float[][] {{0, 0}, {(float) Math.log(4), (float) Math.log(0.25)}}));
        float expected = (float) ((1 + 4 - 1 - Math.log(4) + 4 + 0.25 - 1 - Math.log(0.25)) / 2);
        assertThat(normals.divergences().toFloatArray()).containsExactly(new float[] {0, expected}, within(1e-5f));
    }

    @Test
    void theDivergenceIsTheMeanOfTheLogRatioOfDraws() {
        int draws = 100_000;
        NDArray ones = manager.ones(new Shape(draws, 1));
        LatentNormals normals = new LatentNormals(ones.mul(0.8), ones.mul(-0.6));
        NDArray drawn = normals.sample(random);
        NDArray standardized = drawn.sub(0.8).div((float) Math.exp(-0.3));
        NDArray ratio = drawn.square().sub(standardized.square()).div(2).add(0.3);
        double error = ratio.sub(ratio.mean()).square().mean().sqrt().getFloat() / Math.sqrt(draws);
        assertThat((double) ratio.mean().getFloat())
                .isCloseTo(normals.divergences().getFloat(0), within(4.5 * error));
    }

    @Test
    void theEntropyIsMinusTheMeanLogDensityOfDraws() {
        int draws = 100_000;
        NDArray ones = manager.ones(new Shape(draws, 1));
        LatentNormals normals = new LatentNormals(ones.mul(0.8), ones.mul(-0.6));
        double variance = Math.exp(-0.6);
        NDArray squares = normals.sample(random).sub(0.8).square().div((float) (2 * variance));
        double error = squares.sub(squares.mean()).square().mean().sqrt().getFloat() / Math.sqrt(draws);
        assertThat((double) normals.entropies().getFloat(0))
                .isCloseTo(
                        squares.mean().getFloat() + Math.log(2 * Math.PI * variance) / 2, within(4.5 * error + 1e-5));
    }

    /** Two components, neither of them standard normal. */
    private GaussianMixture mixture() {
        return GaussianMixture.of(
                manager, new double[] {0.3, 0.7}, new double[][] {{1, 0, -1}, {-0.5, 0.2, 0.5}}, new double[][] {
                    {1, 0.2, 0, 0.2, 2, 0.1, 0, 0.1, 0.5}, {0.6, 0, 0, 0, 1, 0, 0, 0, 1.5}
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theImportanceWeightedBoundOfOneDrawIsTheLowerBound_andOfMoreDrawsNearer(boolean mixture) {
        AutoencoderConfig config = config(EncoderArchitecture.PERCEPTRON, PosteriorVariance.LEARNED);
        try (Autoencoder autoencoder = Autoencoder.create(manager, config, random);
                AutoencoderLoss loss = new AutoencoderLoss(autoencoder, config, IMAGES, manager)) {
            NDArray images =
                    random.uniform(manager, 0, 1, new Shape(IMAGES, 784)).round();
            GaussianMixture prior = mixture ? mixture() : null;
            double[] ofOne = losses(() -> loss.importanceWeighted(images, 1, prior, random));
            double[] bound = losses(() -> loss.of(images, 1, prior, random));
            double[] ofFive = losses(() -> loss.importanceWeighted(images, 5, prior, random));
            double error = Math.hypot(error(ofOne), error(bound));
            assertThat(mean(ofOne)).isCloseTo(mean(bound), within(4.5 * error));
            assertThat(mean(ofFive)).isLessThan(mean(bound) - 4.5 * Math.hypot(error(ofFive), error(bound)));
        }
    }

    private static double[] losses(Supplier<LossAndGradient> loss) {
        return IntStream.range(0, 200)
                .mapToDouble(i -> Scope.compute(() -> (double) loss.get().loss().getFloat()))
                .toArray();
    }

    private static double mean(double[] values) {
        return DoubleStream.of(values).average().orElseThrow();
    }

    private static double error(double[] values) {
        double mean = mean(values);
        return Math.sqrt(
                DoubleStream.of(values).map(v -> (v - mean) * (v - mean)).sum() / values.length / values.length);
    }

    /** In the mean and the log-variance of each latent, which the biases of the encoder's last layer are added to. */
    @ParameterizedTest
    @EnumSource
    void theGradientIsThatOfDifferences(EncoderArchitecture encoder) {
        compareWithDifferences(encoder, (loss, images) -> loss.of(images, WEIGHT, null, RandomSource.of(7)));
    }

    @ParameterizedTest
    @EnumSource
    void theGradientWithAMixtureIsThatOfDifferences(EncoderArchitecture encoder) {
        GaussianMixture prior = mixture();
        compareWithDifferences(encoder, (loss, images) -> loss.of(images, WEIGHT, prior, RandomSource.of(7)));
    }

    @ParameterizedTest
    @EnumSource
    void theGradientOfTheImportanceWeightedBoundIsThatOfDifferences(EncoderArchitecture encoder) {
        compareWithDifferences(encoder, (loss, images) -> loss.importanceWeighted(images, 5, null, RandomSource.of(7)));
    }

    @ParameterizedTest
    @EnumSource
    void theGradientOfTheImportanceWeightedBoundWithAMixtureIsThatOfDifferences(EncoderArchitecture encoder) {
        GaussianMixture prior = mixture();
        compareWithDifferences(
                encoder, (loss, images) -> loss.importanceWeighted(images, 5, prior, RandomSource.of(7)));
    }

    /** The mixture that is one standard normal distribution gives the bound of the closed form, up to the error of its draws. */
    @Test
    void aMixtureOfOneStandardNormalIsTheStandardNormal() {
        AutoencoderConfig config = config(EncoderArchitecture.PERCEPTRON, PosteriorVariance.LEARNED);
        try (Autoencoder autoencoder = Autoencoder.create(manager, config, random);
                AutoencoderLoss loss = new AutoencoderLoss(autoencoder, config, IMAGES, manager)) {
            NDArray images =
                    random.uniform(manager, 0, 1, new Shape(IMAGES, 784)).round();
            GaussianMixture one = GaussianMixture.of(
                    manager, new double[] {1}, new double[1][3], new double[][] {{1, 0, 0, 0, 1, 0, 0, 0, 1}});
            double[] closed = losses(() -> loss.of(images, WEIGHT, null, random));
            double[] drawn = losses(() -> loss.of(images, WEIGHT, one, random));
            assertThat(mean(drawn)).isCloseTo(mean(closed), within(4.5 * Math.hypot(error(closed), error(drawn))));
        }
    }

    /** By the biases of the first and the last layer of the decoder, too. The noise is the same at each call. */
    private void compareWithDifferences(
            EncoderArchitecture encoder, BiFunction<AutoencoderLoss, NDArray, LossAndGradient> computed) {
        AutoencoderConfig config = config(encoder, PosteriorVariance.LEARNED);
        try (Autoencoder autoencoder = Autoencoder.create(manager, config, random);
                AutoencoderLoss loss = new AutoencoderLoss(autoencoder, config, IMAGES, manager)) {
            NDArray images =
                    random.uniform(manager, 0, 1, new Shape(IMAGES, 784)).round();
            String last = encoder == EncoderArchitecture.PERCEPTRON ? "encoder.1.bias" : "encoder.3.bias";
            List<String> names = List.copyOf(autoencoder.namedParameters().keySet());
            List<NDArray> gradients = computed.apply(loss, images).gradient();
            for (String name : List.of(last, "decoder.0.bias", "decoder.4.bias")) {
                NDArray biases = autoencoder.namedParameters().get(name);
                float[] gradient = gradients.get(names.indexOf(name)).toFloatArray();
                float[] values = biases.toFloatArray();
                for (int i = 0; i < Math.min(6, values.length); i++) {
                    float step = 0.02f;
                    double[] sides = new double[2];
                    for (int side = 0; side < 2; side++) {
                        float[] changed = values.clone();
                        changed[i] += side == 0 ? step : -step;
                        Tensors.copy(manager.create(changed), biases);
                        sides[side] = computed.apply(loss, images).loss().getFloat();
                    }
                    Tensors.copy(manager.create(values), biases);
                    double slope = (sides[0] - sides[1]) / (2 * step);
                    assertThat(slope)
                            .as("%s %d", name, i)
                            .isCloseTo(gradient[i], within(0.01 + 1e-3 * Math.abs(slope)));
                }
            }
        }
    }

    @Test
    void aLogVarianceBeyondItsBoundStays() {
        AutoencoderConfig config = config(EncoderArchitecture.PERCEPTRON, PosteriorVariance.LEARNED);
        try (Autoencoder autoencoder = Autoencoder.zeros(manager, config);
                AutoencoderLoss loss = new AutoencoderLoss(autoencoder, config, IMAGES, manager)) {
            NDArray biases = autoencoder.namedParameters().get("encoder.1.bias");
            Tensors.copy(manager.create(new float[] {0, 0, 0, 2, 7, -12}), biases);
            NDArray images = manager.zeros(new Shape(IMAGES, 784));
            assertThat(autoencoder.encodeNormals(images).logVariances().get(0).toFloatArray())
                    .containsExactly(2, 5, -10);
            float[] gradient =
                    loss.of(images, WEIGHT, null, random).gradient().get(3).toFloatArray();
            assertThat(gradient[3]).isCloseTo((float) (WEIGHT * Math.expm1(2) / 2), within(1e-4f));
            assertThat(gradient[4]).isZero();
            assertThat(gradient[5]).isZero();
        }
    }

    @Test
    void anEncoderWithoutVariancesSaysSo() {
        AutoencoderConfig config = config(EncoderArchitecture.PERCEPTRON, PosteriorVariance.FIXED);
        try (Autoencoder autoencoder = Autoencoder.create(manager, config, random)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> autoencoder.encodeNormals(manager.zeros(new Shape(1, 784))))
                    .withMessage("encoder: its latents have no variance of their own");
        }
    }
}
