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
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.training.TrainingListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class ConditionalSamplerTest {

    private static final int DRAWS = 2000;
    private static final int UNCONDITIONAL_DRAWS = 20_000;
    private static final int DIMENSION = 4;

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

    /** The places of what a state is like beside its coordinates and their squares. */
    private static final int ENERGY = 2 * DIMENSION;

    private static final int PROBABILITY = ENERGY + 1;
    private static final int MET = ENERGY + 2;
    private static final int FEATURES = ENERGY + 3;

    /** The coordinates, their squares, the energy, p(condition | u) and whether the image meets the condition. */
    private static double[] features(float[] latents, int row, float energy, float asked, double met) {
        double[] features = new double[FEATURES];
        for (int i = 0; i < DIMENSION; i++) {
            float u = latents[row * DIMENSION + i];
            features[i] = u;
            features[DIMENSION + i] = u * u;
        }
        features[ENERGY] = energy;
        features[PROBABILITY] = Math.exp(-asked);
        features[MET] = Math.exp(met);
        return features;
    }

    private static List<double[]> draws(Condition given, Condition asked, int seed) throws IOException {
        List<double[]> all = new ArrayList<>();
        ConditionalSampler.of(model, given).draw(DRAWS, seed, into(all, asked), steps -> {});
        return all;
    }

    /** Draws without a condition. */
    private static List<double[]> draws(Condition asked, int seed) throws IOException {
        List<double[]> all = new ArrayList<>();
        DigitSampler.of(model).draw(UNCONDITIONAL_DRAWS, seed, into(all, asked), steps -> {});
        return all;
    }

    private static DigitSampler.Sink into(List<double[]> all, Condition asked) {
        return (latents, images, means) -> Scope.run(() -> {
            float[] values = latents.toFloatArray();
            float[] energies = model.energy().energy(latents).toFloatArray();
            float[] conditions = model.energyOf(asked).energy(latents).toFloatArray();
            double[] met = model.measured(asked).logProbabilities(latents, images);
            for (int row = 0; row < energies.length; row++) {
                all.add(features(values, row, energies[row], conditions[row], met[row]));
            }
        });
    }

    /**
     * Draws given a condition have the means of those unconditional draws whose images meet it; where energies state the condition, these count by
     * its probability w. The error of a weighted mean is that of Σ w (x − mean) / Σ w.
     */
    private static void assertExact(Condition condition) throws IOException {
        List<double[]> given = draws(condition, condition, 1);
        List<double[]> all = draws(condition, 2);
        for (int feature = 0; feature < FEATURES; feature++) {
            double mean = 0;
            double square = 0;
            for (double[] draw : given) {
                mean += draw[feature] / DRAWS;
                square += draw[feature] * draw[feature] / DRAWS;
            }
            double weights = 0;
            double squares = 0;
            double weighted = 0;
            for (double[] draw : all) {
                weights += draw[MET];
                squares += draw[MET] * draw[MET];
                weighted += draw[MET] * draw[feature];
            }
            assertThat(weights * weights / squares).as("images to compare with").isGreaterThan(30);
            double expected = weighted / weights;
            double variance = (square - mean * mean) / DRAWS;
            for (double[] draw : all) {
                double deviation = draw[MET] * (draw[feature] - expected) / weights;
                variance += deviation * deviation;
            }
            assertThat(mean)
                    .as("feature %d of %s", feature, condition)
                    .isCloseTo(expected, within(4 * Math.sqrt(variance) + 1e-9));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"not (0 or 1)", "0 or 1", "not 1, slant > 0", "slanted or thin"})
    void drawsAreThoseThatRejectionKeeps(String condition) throws IOException {
        assertExact(Condition.parse(condition));
    }

    /** Weighted by p(condition | u) instead, images near the ends of an interval count too little: the test above would fail. */
    @Test
    void drawsByProbabilityAloneWouldBeOthers() throws IOException {
        Condition condition = Condition.parse("slant > 15");
        double met = 0;
        double probability = 0;
        double byProbability = 0;
        for (double[] draw : draws(condition, 2)) {
            met += draw[PROBABILITY] * draw[MET];
            probability += draw[PROBABILITY];
            byProbability += draw[MET];
        }
        assertThat(byProbability).isPositive();
        assertThat(met / probability).isLessThan(0.9);
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
        for (double[] draw : draws(condition, 3)) {
            double p = draw[PROBABILITY];
            mean += p / UNCONDITIONAL_DRAWS;
            square += p * p / UNCONDITIONAL_DRAWS;
        }
        ConditionalSampler.Share share = ConditionalSampler.of(model, condition).share(4);
        double error = Math.hypot(share.error(), Math.sqrt((square - mean * mean) / UNCONDITIONAL_DRAWS));
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
    void aWatcherSeesAsManyStepsAsItIsTold() {
        ModelDraws draws = ModelDraws.of(model, RandomSource.of(1));
        for (int chains : new int[] {1, 50}) {
            List<Integer> steps = new ArrayList<>();
            Set<Integer> all = new HashSet<>();
            ConditionalSampler.of(model, Condition.parse("not 1, slant > 0")).walk(draws, chains, 1, seen -> {
                steps.add(seen.step());
                all.add(seen.steps());
            });
            assertThat(steps).isSorted().doesNotHaveDuplicates();
            assertThat(all).containsExactly(steps.get(steps.size() - 1));
        }
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
    void saysSoIfNoImageMeetsTheCondition() {
        ConditionalSampler impossible =
                ConditionalSampler.of(model, Condition.height().below(-200));
        assertThatThrownBy(() -> impossible.draw(10, 1, (latents, images, means) -> {}, steps -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("condition: of 576 images that should meet it, none does");
    }

    @Test
    void warnsOfWhatTheModelHardlyDraws() {
        assertThat(summary(1e-6).warning()).hasValueSatisfying(warning -> assertThat(warning)
                .startsWith("the model hardly draws such images: 1 in 1,000,000 "));
        assertThat(summary(0.1).warning()).isEmpty();
    }

    private static ConditionalSampler.Summary summary(double share) {
        return new ConditionalSampler.Summary(new ConditionalSampler.Share(share, share / 10), true, 0.5, 0.5, 0.1, 40);
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
