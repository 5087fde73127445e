package io.github.mnistebm.evaluation.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.autoencoder.Autoencoder;
import io.github.mnistebm.autoencoder.AutoencoderConfig;
import io.github.mnistebm.autoencoder.DecodedLogits;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.diagnostics.LogMean;
import io.github.mnistebm.model.Preset;
import io.github.mnistebm.model.Setting;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PixelLikelihoodTest {

    private static final StandardNormal NORMAL = new StandardNormal(2);

    // p(u) = exp(−a·u) N(u; 0, I) / Z is the normal distribution of mean −a.
    private static final float[] A = {0.6f, -0.8f};
    private static final double[] MEAN = {-0.6, 0.8};
    private static final TiltedEnergy ENERGY = new TiltedEnergy(new LinearEnergy(A), NORMAL);

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

    private NDArray latents(int n) {
        return random.normal(manager, new Shape(n, 2)).sub(manager.create(A));
    }

    @Test
    void isThatOfALinearGaussianModel() {
        LinearGaussian model = new LinearGaussian(manager);
        NDArray data = model.sample(latents(200), random);
        NatsPerImage found = new PixelLikelihood(model, ENERGY, NORMAL)
                .estimate(data, manager.zeros(new Shape(200, 2)), 300, random, done -> {});
        double expected = LinearGaussian.nats(data, MEAN);
        double untilted = LinearGaussian.nats(data, new double[2]);
        double error = Math.hypot(found.energy().drawError(), found.normalizerError());
        assertThat(found.energy().nats()).isCloseTo(expected, within(4.5 * error));
        assertThat(error).isLessThan(0.005);
        assertThat(found.reference().nats())
                .isCloseTo(untilted, within(4.5 * found.reference().drawError()));
        assertThat(found.normal()).isEqualTo(found.reference());
        assertThat(found.gain().nats()).isCloseTo(untilted - expected, within(9 * error));
        assertThat(found.logNormalizer()).isCloseTo(0.5, within(4.5 * found.normalizerError()));
        assertThat(found.lowEffectiveSampleSize()).isBetween(150.0, 300.0);
    }

    @Test
    void isFarOffWithoutThePriorOrTheNormalizer() {
        LinearGaussian model = new LinearGaussian(manager);
        NDArray data = model.sample(latents(200), random);
        NatsPerImage found = new PixelLikelihood(model, ENERGY, new NoPrior())
                .estimate(data, manager.zeros(new Shape(200, 2)), 300, random, done -> {});
        double expected = LinearGaussian.nats(data, MEAN);
        assertThat(Math.abs(found.normal().nats() - expected)).isGreaterThan(0.5);
        assertThat(Math.abs(found.energy().nats() - found.logNormalizer() - expected))
                .isGreaterThan(0.4);
    }

    /** A mistake: p(u) left out of the weights. */
    private record NoPrior() implements EnergyFunction {
        @Override
        public int dimension() {
            return 2;
        }

        @Override
        public NDArray energy(NDArray states) {
            return states.getManager().zeros(states.getShape().slice(0, 1));
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            return new EnergyAndGradient(energy(states), states.zerosLike());
        }
    }

    @Test
    void isThatOfBernoulliPixelsByQuadrature() {
        AutoencoderConfig config = Preset.SEED
                .builder()
                .set(Setting.AUTOENCODER_HIDDEN_UNITS, 20)
                .set(Setting.LATENT_DIMENSION, 2)
                .build()
                .autoencoder();
        try (Autoencoder autoencoder = Autoencoder.create(manager, config, random)) {
            ObservationModel pixels = images -> new Bernoulli(autoencoder, images);
            NDArray means = autoencoder
                    .decodeLogits(latents(5))
                    .stopGradient()
                    .getNDArrayInternal()
                    .sigmoid();
            NDArray images =
                    random.uniform(manager, 0, 1, means.getShape()).lt(means).toType(DataType.UINT8, false);
            NatsPerImage found = new PixelLikelihood(pixels, ENERGY, null)
                    .estimate(images, manager.zeros(new Shape(5, 2)), 1000, random, done -> {});
            double expected = quadrature(pixels, images);
            double error = Math.hypot(found.energy().drawError(), found.normalizerError());
            assertThat(found.energy().nats()).isCloseTo(expected, within(4.5 * error));
            assertThat(error).isLessThan(0.02);
            assertThat(found.normal()).isNull();
        }
    }

    private double quadrature(ObservationModel pixels, NDArray images) {
        int side = 91;
        double step = 0.1;
        float[] grid = new float[side * side * 2];
        for (int i = 0; i < side * side; i++) {
            grid[2 * i] = (float) ((i / side - side / 2) * step);
            grid[2 * i + 1] = (float) ((i % side - side / 2) * step);
        }
        NDArray states = manager.create(grid, new Shape(side * side, 2));
        double[] prior = doubles(ENERGY.energy(states));
        double sum = 0;
        long n = images.getShape().get(0);
        for (long i = 0; i < n; i++) {
            NDArray image = images.get(i).expandDims(0).toType(DataType.FLOAT32, false);
            double[] logs = doubles(pixels.given(image).energy(states));
            Arrays.setAll(logs, k -> -logs[k] - prior[k]);
            sum += LogMean.of(logs).value() + Math.log(side * side * step * step) - 0.5;
        }
        return -sum / n;
    }

    private static double[] doubles(NDArray array) {
        return array.toType(DataType.FLOAT64, false).toDoubleArray();
    }

    /** Pixels of an autoencoder whose latents are not whitened. */
    private record Bernoulli(Autoencoder autoencoder, NDArray images) implements EnergyFunction {
        @Override
        public int dimension() {
            return 2;
        }

        private NDArray byImage(NDArray logits) {
            return logits.reshape(images.getShape().get(0), -1, 784);
        }

        @Override
        public NDArray energy(NDArray states) {
            NDArray logits = byImage(autoencoder.decodeLogits(states).stopGradient());
            NDArray logarithms = logits.getNDArrayInternal().softPlus();
            return logarithms
                    .sub(logits.mul(images.expandDims(1)))
                    .sum(new int[] {2})
                    .flatten();
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            DecodedLogits decoded = autoencoder.decodeWithGradient(states);
            NDArray slope = byImage(decoded.logits().getNDArrayInternal().sigmoid())
                    .sub(images.expandDims(1))
                    .reshape(-1, 784);
            return new EnergyAndGradient(
                    energy(states), decoded.vectorJacobianProduct().apply(slope));
        }
    }

    @Test
    void asksForTwoObservationsAndDraws() {
        PixelLikelihood estimator = new PixelLikelihood(new LinearGaussian(manager), ENERGY, null);
        NDArray one = manager.zeros(new Shape(1, 3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> estimator.estimate(one, manager.zeros(new Shape(1, 2)), 1, random, done -> {}))
                .withMessage("log-likelihood: expected at least 2 observations and 2 draws, found 1 and 1");
    }
}
