package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.condition.Condition;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.training.TrainingListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class ConditionalSamplerTest {

    private static final int DRAWS = 2000;
    private static final int DIMENSION = 4;

    /** Met by every image, so that draws given it are the model's own. */
    private static final Condition ALWAYS = Condition.ofLatents(EnergyFunction.of(DIMENSION, (state, gradient) -> 0));

    private static DigitModel model;

    @BeforeAll
    static void train() throws IOException {
        model = TinyModel.trained(1);
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages train = all.first(2000)) {
            new ConditionTraining(model).train(train, TrainingListener.NONE);
        }
    }

    @AfterAll
    static void close() {
        model.close();
    }

    /** The coordinates, their squares, the energy and p(condition | u) of a state. */
    private static double[] features(float[] latents, int row, float energy, float asked) {
        double[] features = new double[2 * DIMENSION + 2];
        for (int i = 0; i < DIMENSION; i++) {
            float u = latents[row * DIMENSION + i];
            features[i] = u;
            features[DIMENSION + i] = u * u;
        }
        features[2 * DIMENSION] = energy;
        features[2 * DIMENSION + 1] = Math.exp(-asked);
        return features;
    }

    private static List<double[]> draws(Condition given, Condition asked, int seed) throws IOException {
        List<double[]> all = new ArrayList<>();
        ConditionalSampler.of(model, given)
                .draw(
                        DRAWS,
                        seed,
                        (latents, images, means) -> Scope.run(() -> {
                            float[] values = latents.toFloatArray();
                            float[] energies = model.energy().energy(latents).toFloatArray();
                            float[] conditions =
                                    model.energyOf(asked).energy(latents).toFloatArray();
                            for (int row = 0; row < energies.length; row++) {
                                all.add(features(values, row, energies[row], conditions[row]));
                            }
                        }),
                        steps -> {});
        return all;
    }

    /**
     * Draws given a condition have the means that unconditional draws have which are weighted by p(condition | u). The error of a weighted mean
     * is that of Σ w (x − mean) / Σ w.
     */
    private static void assertExact(Condition condition) throws IOException {
        List<double[]> given = draws(condition, condition, 1);
        List<double[]> all = draws(ALWAYS, condition, 2);
        for (int feature = 0; feature < 2 * DIMENSION + 2; feature++) {
            double mean = 0;
            double square = 0;
            for (double[] draw : given) {
                mean += draw[feature] / DRAWS;
                square += draw[feature] * draw[feature] / DRAWS;
            }
            double weights = 0;
            double weighted = 0;
            for (double[] draw : all) {
                weights += draw[2 * DIMENSION + 1];
                weighted += draw[2 * DIMENSION + 1] * draw[feature];
            }
            double expected = weighted / weights;
            double variance = (square - mean * mean) / DRAWS;
            for (double[] draw : all) {
                double deviation = draw[2 * DIMENSION + 1] * (draw[feature] - expected) / weights;
                variance += deviation * deviation;
            }
            assertThat(mean)
                    .as("feature %d of %s", feature, condition)
                    .isCloseTo(expected, within(4 * Math.sqrt(variance)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "3 or 8", "not 1, slant > 0", "slanted or 0"})
    void drawsAreThoseThatRejectionKeeps(String condition) throws IOException {
        assertExact(Condition.parse(condition));
    }

    /** About one image in a hundred: still enough of the model's own draws to compare with. */
    @Test
    void drawsOfARareConditionAreToo() throws IOException {
        Condition rare = Condition.ofLatents(EnergyFunction.of(DIMENSION, (state, gradient) -> {
            // A normal window of deviation 0.1 around 2.2 in the first coordinate.
            double away = (state[0] - 2.2) / 0.1;
            gradient[0] = away / 0.1;
            return away * away / 2;
        }));
        ConditionalSampler.Summary summary =
                ConditionalSampler.of(model, rare).draw(2000, 1, (latents, images, means) -> {}, steps -> {});
        assertThat(summary.sequential()).isTrue();
        assertExact(rare);
    }

    /** The mean of p(condition | u) over the model's draws, with the error of either. */
    @ParameterizedTest
    @ValueSource(strings = {"1", "7 or 9, slant > 5"})
    void theShareIsTheMeanProbability(String text) throws IOException {
        Condition condition = Condition.parse(text);
        double mean = 0;
        double square = 0;
        for (double[] draw : draws(ALWAYS, condition, 3)) {
            double p = draw[2 * DIMENSION + 1];
            mean += p / DRAWS;
            square += p * p / DRAWS;
        }
        ConditionalSampler.Share share = ConditionalSampler.of(model, condition).share(4);
        double error = Math.hypot(share.error(), Math.sqrt((square - mean * mean) / DRAWS));
        assertThat(share.value()).isCloseTo(mean, within(4 * error));
        assertThat(share.error()).isPositive().isLessThan(0.05 * share.value());
    }

    /** The condition is normal, in the tail of one coordinate; the two runs have other random numbers. */
    @Test
    void theShareOfARareConditionComesFromTheParticles() throws IOException {
        Condition rare = Condition.ofLatents(EnergyFunction.of(DIMENSION, (state, gradient) -> {
            double away = (state[0] - 3) / 0.1;
            gradient[0] = away / 0.1;
            return away * away / 2;
        }));
        ConditionalSampler sampler = ConditionalSampler.of(model, rare);
        ConditionalSampler.Share one = sampler.draw(1000, 1, (latents, images, means) -> {}, steps -> {})
                .share();
        ConditionalSampler.Share other = sampler.draw(1000, 2, (latents, images, means) -> {}, steps -> {})
                .share();
        assertThat(one.value()).isLessThan(ConditionalSampler.RARE);
        assertThat(one.value()).isCloseTo(other.value(), within(5 * Math.hypot(one.error(), other.error())));
        assertThat(one.toString()).startsWith("1 in ").endsWith("of this model's images");
    }

    @Test
    void theSameSeedGivesTheSameImages() throws IOException {
        byte[] images = images(7);
        assertThat(images.length).isEqualTo(50 * DigitImages.PIXELS);
        assertThat(Arrays.equals(images, images(7))).isTrue();
        assertThat(Arrays.equals(images, images(8))).isFalse();
    }

    private static byte[] images(int seed) throws IOException {
        ByteArrayOutputStream drawn = new ByteArrayOutputStream();
        SamplerConfig config = DigitSampler.of(model).config();
        new ConditionalSampler(model, Condition.digit(1), config, 20)
                .draw(50, seed, (latents, images, means) -> drawn.write(images.toByteArray()), steps -> {});
        return drawn.toByteArray();
    }

    @Test
    void warnsOfWhatTheModelDoesNotDraw() throws IOException {
        ConditionalSampler.Summary summary = ConditionalSampler.of(
                        model, Condition.height().below(-200))
                .draw(10, 1, (latents, images, means) -> {}, steps -> {});
        assertThat(summary.warning()).hasValueSatisfying(warning -> assertThat(warning)
                .startsWith("the model hardly draws such images: 1 in "));
        assertThat(ConditionalSampler.of(model, Condition.digit(1))
                        .draw(10, 1, (latents, images, means) -> {}, steps -> {})
                        .warning())
                .isEmpty();
    }

    @Test
    void refusesWhatItCannotDo() {
        ConditionalSampler sampler = ConditionalSampler.of(model, Condition.digit(1));
        assertThatThrownBy(() -> sampler.draw(0, 1, (latents, images, means) -> {}, steps -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("images: must be at least 1, found 0");
        assertThatThrownBy(() -> new ConditionalSampler(model, Condition.digit(1), sampler.config(), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("chains: must be at least 1, found 0");
    }

    @Test
    void anEnergyThatIsNotANumberHasNoWeight() {
        Condition half =
                Condition.ofLatents(EnergyFunction.of(DIMENSION, (state, gradient) -> state[0] > 0 ? 0 : Double.NaN));
        try (NDArray one = model.manager().ones(new Shape(1, DIMENSION))) {
            assertThat(model.given(half).energy(one).getFloat()).isFinite();
        }
        assertThat(ConditionalSampler.of(model, half).share(1).value()).isBetween(0.3, 0.7);
    }
}
