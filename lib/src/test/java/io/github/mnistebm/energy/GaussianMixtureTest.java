package io.github.mnistebm.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.sampling.EnergyAndGradient;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
            assertThat(found).isFinite().isGreaterThan(1e5f);
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
