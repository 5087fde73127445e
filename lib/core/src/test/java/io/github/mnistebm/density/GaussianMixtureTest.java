package io.github.mnistebm.density;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GaussianMixtureTest {

    private final RandomSource random = RandomSource.of(1);

    private static final double[] WEIGHTS = {0.3, 0.7};
    private static final double[][] MEANS = {{-2, 0}, {1, 1}};
    private static final double[][] COVARIANCES = {{1, 0.5, 0.5, 2}, {0.5, 0, 0, 0.25}};

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static double energy(double x, double y) {
        double density = 0;
        for (int k = 0; k < 2; k++) {
            double[] s = COVARIANCES[k];
            double determinant = s[0] * s[3] - s[1] * s[2];
            double dx = x - MEANS[k][0];
            double dy = y - MEANS[k][1];
            double square = (s[3] * dx * dx - (s[1] + s[2]) * dx * dy + s[0] * dy * dy) / determinant;
            density += WEIGHTS[k] * Math.exp(-square / 2) / (2 * Math.PI * Math.sqrt(determinant));
        }
        return -Math.log(density);
    }

    @Test
    void itsEnergyIsTheNegativeLogDensity() {
        try (GaussianMixture mixture = GaussianMixture.of(manager, WEIGHTS, MEANS, COVARIANCES)) {
            float[] states = {0, 0, -2, 1, 3, -4};
            float[] found =
                    mixture.energy(manager.create(states, new Shape(3, 2))).toFloatArray();
            for (int i = 0; i < 3; i++) {
                double expected = energy(states[2 * i], states[2 * i + 1]);
                assertThat((double) found[i]).isCloseTo(expected, within(1e-5 * Math.abs(expected)));
            }
        }
    }

    @Test
    void itsGradientIsThatOfItsEnergy() {
        try (GaussianMixture mixture = GaussianMixture.of(manager, WEIGHTS, MEANS, COVARIANCES)) {
            double x = -0.3;
            double y = 0.8;
            NDArray state = manager.create(new float[][] {{(float) x, (float) y}});
            EnergyAndGradient found = mixture.energyAndGradient(state);
            double h = 1e-4;
            assertThat((double) found.gradient().toFloatArray()[0])
                    .isCloseTo((energy(x + h, y) - energy(x - h, y)) / (2 * h), within(1e-4));
            assertThat((double) found.gradient().toFloatArray()[1])
                    .isCloseTo((energy(x, y + h) - energy(x, y - h)) / (2 * h), within(1e-4));
            assertThat(found.energy().toFloatArray())
                    .isEqualTo(mixture.energy(state).toFloatArray());
        }
    }

    @Test
    void itsEnergyIsFiniteFarAway() {
        try (GaussianMixture mixture = GaussianMixture.of(manager, WEIGHTS, MEANS, COVARIANCES)) {
            float found =
                    mixture.energy(manager.create(new float[][] {{1000, 1000}})).getFloat(0);
            // The first component's alone: 573,145 = (2 · 1002² − 1002 · 1000 + 1000²) / 3.5, that of the other is
            // 2,994,003.
            double expected = 2_006_008 / 3.5 - Math.log(0.3 / (2 * Math.PI * Math.sqrt(1.75)));
            assertThat((double) found).isCloseTo(expected, within(1e-6 * expected));
        }
    }

    @Test
    void itsSamplesHaveItsMoments() {
        int n = 100_000;
        try (GaussianMixture mixture = GaussianMixture.of(manager, WEIGHTS, MEANS, COVARIANCES)) {
            float[] samples = mixture.sample(manager, n, random).toFloatArray();
            double x = 0;
            double xy = 0;
            double yy = 0;
            for (int i = 0; i < n; i++) {
                x += samples[2 * i] / (double) n;
                xy += samples[2 * i] * samples[2 * i + 1] / (double) n;
                yy += samples[2 * i + 1] * samples[2 * i + 1] / (double) n;
            }
            // 4.5 standard errors; no fourth moment of the two coordinates exceeds 30.
            double tolerance = 4.5 * Math.sqrt(30.0 / n);
            assertThat(x).isCloseTo(-0.6 + 0.7, within(tolerance));
            assertThat(xy).isCloseTo(0.3 * 0.5 + 0.7 * 1, within(tolerance));
            assertThat(yy).isCloseTo(0.3 * 2 + 0.7 * 1.25, within(tolerance));
        }
    }

    /** The same numbers, in the same order. More draws than a thread makes at a time. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 2.5})
    void itsSamplesOfLoopsAreThoseOfTensorOperations(double temperature) {
        try (GaussianMixture mixture = GaussianMixture.of(manager, WEIGHTS, MEANS, COVARIANCES)) {
            float[] expected = mixture.sampleByTensors(manager, 3000, RandomSource.of(8), temperature)
                    .toFloatArray();
            assertThat(mixture.sampleInLoops(manager, 3000, RandomSource.of(8), temperature)
                            .toFloatArray())
                    .containsExactly(expected, within(1e-5f));
        }
    }

    /** More states than are computed at once. */
    @Test
    void theGradientAtManyStatesIsThatAtFew() {
        try (GaussianMixture mixture = GaussianMixture.of(manager, WEIGHTS, MEANS, COVARIANCES)) {
            NDArray states = random.normal(manager, new Shape(5000, 2));
            EnergyAndGradient all = mixture.energyAndGradient(states);
            EnergyAndGradient last = mixture.energyAndGradient(states.get("4990:"));
            assertThat(all.energy().get("4990:").toFloatArray())
                    .containsExactly(last.energy().toFloatArray(), within(1e-5f));
            assertThat(all.gradient().getShape()).isEqualTo(states.getShape());
            assertThat(all.gradient().get("4990:").toFloatArray())
                    .containsExactly(last.gradient().toFloatArray(), within(1e-5f));
        }
    }

    @Test
    void isMadeAgainOfItsParameters() {
        try (GaussianMixture mixture = GaussianMixture.of(manager, WEIGHTS, MEANS, COVARIANCES);
                GaussianMixture again = GaussianMixture.of(manager, mixture.namedParameters())) {
            NDArray states = random.normal(manager, new Shape(50, 2));
            assertThat(again.energy(states).toFloatArray())
                    .isEqualTo(mixture.energy(states).toFloatArray());
            mixture.namedParameters().forEach((name, array) -> assertThat(array.getShape())
                    .isEqualTo(GaussianMixture.parameterShapes(2, 2).get(name)));
        }
    }

    /** The density of y = (u − c) A at y is that of u divided by |det A|. */
    @Test
    void mappedItIsTheDistributionOfTheMappedStates() {
        NDArray centre = manager.create(new float[] {0.5f, -1});
        NDArray matrix = manager.create(new float[][] {{2, 1}, {-1, 3}});
        try (GaussianMixture mixture = GaussianMixture.of(manager, WEIGHTS, MEANS, COVARIANCES);
                GaussianMixture mapped = mixture.mapped(manager, centre, matrix)) {
            NDArray states = random.normal(manager, new Shape(50, 2));
            assertThat(mapped.energy(states.sub(centre).matMul(matrix)).toFloatArray())
                    .containsExactly(
                            mixture.energy(states).add((float) Math.log(7)).toFloatArray(), within(1e-4f));
        }
    }

    @Test
    void aFitThatGoesOnComesNearerToDrawsThatHaveMoved() {
        NDArray shift = manager.create(new float[] {1, -0.5f});
        try (GaussianMixture before = GaussianMixture.of(manager, WEIGHTS, MEANS, COVARIANCES)) {
            NDArray data = before.sample(manager, 20_000, random).add(shift);
            List<Double> losses =
                    new ArrayList<>(List.of((double) before.energy(data).mean().getFloat()));
            for (int iterations : new int[] {1, 2, 100}) {
                try (GaussianMixture after =
                        ExpectationMaximization.refine(manager, before, () -> data, iterations, done -> {})) {
                    losses.add((double) after.energy(data).mean().getFloat());
                }
            }
            for (int i = 1; i < losses.size(); i++) {
                assertThat(losses.get(i)).isLessThan(losses.get(i - 1));
            }
            double entropy = before.energy(data.sub(shift)).mean().getFloat();
            assertThat(losses.get(3)).isCloseTo(entropy, within(0.005));
        }
    }

    @Test
    void oneIterationOfAFitThatGoesOnSeesAllData_andSaysHowFarItIs() {
        float[][] data = {{1, 2}, {3, 1}, {2, 6}};
        List<Double> progress = new ArrayList<>();
        try (GaussianMixture from =
                        GaussianMixture.of(manager, new double[] {1}, new double[1][2], new double[][] {{1, 0, 0, 1}});
                GaussianMixture found =
                        ExpectationMaximization.refine(manager, from, () -> manager.create(data), 2, progress::add);
                GaussianMixture expected =
                        ExpectationMaximization.fit(manager, manager.create(data), 1, 2, random, done -> {})) {
            assertSameParameters(found, expected, 1e-5f);
        }
        assertThat(progress).containsExactly(0.5, 1.0);
    }

    @Test
    void isRecoveredFromItsSamples() {
        try (GaussianMixture mixture = GaussianMixture.of(manager, WEIGHTS, MEANS, COVARIANCES);
                GaussianMixture fitted = ExpectationMaximization.fit(
                        manager, mixture.sample(manager, 20_000, random), 2, 100, random, iteration -> {})) {
            NDArray fresh = mixture.sample(manager, 20_000, random);
            double truth = mixture.energy(fresh).mean().getFloat();
            double found = fitted.energy(fresh).mean().getFloat();
            // The cross-entropy exceeds the entropy by about half the number of parameters divided by n: 11 / 40,000.
            assertThat(found).isCloseTo(truth, within(0.005));
        }
    }

    @Test
    void aFitToNewDrawsAtEachIterationIsNearerToTheirDistribution() {
        Shape few = new Shape(80, 2);
        NDArray fresh = random.normal(manager, new Shape(20_000, 2));
        double ofOneSet = 0;
        double ofNewDraws = 0;
        for (int i = 0; i < 5; i++) {
            NDArray set = random.normal(manager, few);
            try (GaussianMixture once = ExpectationMaximization.fit(manager, set, 4, 80, random, done -> {});
                    GaussianMixture anew = ExpectationMaximization.fit(
                            manager, () -> random.normal(manager, few), 4, 80, random, done -> {})) {
                ofOneSet += once.energy(fresh).mean().getFloat() / 5;
                ofNewDraws += anew.energy(fresh).mean().getFloat() / 5;
            }
        }
        double entropy = 1 + Math.log(2 * Math.PI);
        assertThat(ofNewDraws - entropy).isBetween(0.0, (ofOneSet - entropy) / 2);
    }

    @Test
    void aSingleComponentHasTheMeanAndTheCovarianceOfTheData() {
        float[][] data = {{1, 2}, {3, 1}, {2, 6}};
        try (GaussianMixture fitted =
                ExpectationMaximization.fit(manager, manager.create(data), 1, 2, random, done -> {})) {
            // Divided by n; 0.001 is added to the variances.
            try (GaussianMixture expected =
                    GaussianMixture.of(manager, new double[] {1}, new double[][] {{2, 3}}, new double[][] {
                        {2 / 3.0 + 1e-3, -1 / 3.0, -1 / 3.0, 14 / 3.0 + 1e-3}
                    })) {
                assertSameParameters(fitted, expected, 1e-5f);
            }
        }
    }

    @Test
    void componentsFarApartHaveTheMomentsOfTheirShares() {
        // More than go through at once: 4000 points at each of two places, 2000 at each of two others.
        int n = 12_000;
        float[] data = new float[2 * n];
        for (int i = 0; i < n; i++) {
            boolean right = i % 3 == 0;
            data[2 * i] = (right ? 20 : 0) + (i % 2 == 0 ? 1 : -1);
            data[2 * i + 1] = (right ? 0 : 2) * (i % 2 == 0 ? 1 : -1);
        }
        NDArray points = manager.create(data, new Shape(n, 2));
        try (GaussianMixture fitted = ExpectationMaximization.fit(manager, points, 2, 8, random, done -> {})) {
            boolean rightFirst = fitted.namedParameters().get("means").getFloat(0, 0) > 10;
            double[] weights = {2 / 3.0, 1 / 3.0};
            double[][] means = {{0, 0}, {20, 0}};
            double[][] covariances = {{1 + 1e-3, 2, 2, 4 + 1e-3}, {1 + 1e-3, 0, 0, 1e-3}};
            int a = rightFirst ? 1 : 0;
            try (GaussianMixture expected = GaussianMixture.of(
                    manager,
                    new double[] {weights[a], weights[1 - a]},
                    new double[][] {means[a], means[1 - a]},
                    new double[][] {covariances[a], covariances[1 - a]})) {
                // Sums of 4000 squares of 20 in single precision are taken from each other.
                assertSameParameters(fitted, expected, 5e-3f);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void aFitBeginsWithMeansThatAreSpreadOverTheData(int seed) {
        // Means drawn alike from three places are in all three of them with a probability of 2/9 only.
        float[][] data = new float[300][];
        for (int i = 0; i < 300; i++) {
            data[i] = new float[] {50 * (i % 3) + 100, i % 2};
        }
        try (GaussianMixture fitted =
                ExpectationMaximization.fit(manager, manager.create(data), 3, 1, RandomSource.of(seed), done -> {})) {
            float[] means = fitted.namedParameters().get("means").toFloatArray();
            assertThat(new float[] {means[0], means[2], means[4]})
                    .usingComparatorWithPrecision(0.01f)
                    .containsExactlyInAnyOrder(100, 150, 200);
        }
    }

    @Test
    void aFitReportsItsProgressUpToOneAndEndsWhenInterrupted() {
        NDArray data = random.normal(manager, new Shape(100, 2));
        List<Double> progress = new ArrayList<>();
        ExpectationMaximization.fit(manager, data, 2, 8, random, progress::add).close();
        assertThat(progress).hasSize(8).isSorted().endsWith(1.0);
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> ExpectationMaximization.fit(manager, data, 2, 8, random, done -> {}))
                    .isInstanceOf(CancellationException.class);
        } finally {
            Thread.interrupted();
        }
    }

    private static void assertSameParameters(GaussianMixture found, GaussianMixture expected, float tolerance) {
        assertThat(found.namedParameters())
                .containsOnlyKeys(expected.namedParameters().keySet());
        expected.namedParameters().forEach((name, array) -> assertThat(
                        found.namedParameters().get(name).toFloatArray())
                .as(name)
                .containsExactly(array.toFloatArray(), within(tolerance)));
    }

    @Test
    void towardsStatesOfOneComponentThatComponentHasTheGreatestWeight_andTheOthersKeepATenth() {
        try (GaussianMixture mixture = GaussianMixture.of(manager, WEIGHTS, MEANS, COVARIANCES)) {
            NDArray states = manager.create(new float[][] {{-6, -1}, {-5, 0}});
            try (GaussianMixture near = mixture.towards(manager, states)) {
                assertThat(near.namedParameters().get("weights").toFloatArray())
                        .containsExactly(new float[] {0.93f, 0.07f}, within(1e-5f));
                assertThat(near.namedParameters().get("means"))
                        .isEqualTo(mixture.namedParameters().get("means"));
                assertThat(near.sample(manager, 100, random).getShape()).isEqualTo(new Shape(100, 2));
            }
        }
    }

    @Test
    void aFixedMeasureComesNoNearer() {
        StandardNormal fixed = new StandardNormal(2);
        assertThat(fixed.towards(manager, manager.zeros(new Shape(1, 2)))).isSameAs(fixed);
    }

    @Test
    void itsResponsibilitiesAreTheSharesOfTheDensities() {
        try (GaussianMixture mixture = GaussianMixture.of(manager, WEIGHTS, MEANS, COVARIANCES)) {
            NDArray shares = mixture.responsibilities(manager.create(new float[][] {{-0.5f, 0.4f}}));
            double dx = 1.5;
            double dy = 0.4;
            double first = 0.3 * Math.exp(-(2 * dx * dx - dx * dy + dy * dy) / 3.5) / Math.sqrt(1.75);
            dx = -1.5;
            dy = -0.6;
            double second = 0.7 * Math.exp(-dx * dx - 2 * dy * dy) / Math.sqrt(0.125);
            assertThat(shares.toFloatArray())
                    .containsExactly(
                            new float[] {(float) (first / (first + second)), (float) (second / (first + second))},
                            within(1e-5f));
        }
    }

    @Test
    void rejectsACovarianceThatIsNotPositiveDefinite() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GaussianMixture.of(
                        manager, new double[] {1}, new double[][] {{0, 0}}, new double[][] {{1, 2, 2, 1}}))
                .withMessageContaining("component 0");
    }

    @Test
    void isNotFittedToFewerDataThanComponents() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExpectationMaximization.fit(
                        manager, manager.zeros(new Shape(3, 2)), 4, 1, random, iteration -> {}))
                .withMessage("mixture: expected 1 to 3 components, found 4");
    }
}
