package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.tensor.RandomSource;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricTest {

    private static final double[][] COVARIANCE = {{1, 1.6}, {1.6, 4}};

    private static final int CHAINS = 20_000;

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

    private static Metric metric(boolean dense) {
        return dense ? Metric.dense(COVARIANCE) : Metric.diagonal(1, 4);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void coordinatesLeadBackToTheStates(boolean dense) {
        try (Coordinates coordinates = metric(dense).on(manager)) {
            NDArray states = random.normal(manager, new Shape(5, 2));
            assertThat(coordinates.toStates(coordinates.fromStates(states)).toFloatArray())
                    .containsExactly(states.toFloatArray(), within(1e-5f));
        }
    }

    /** E(A z) by its definition, and the slopes by differences, in both forms. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void energiesAreThoseOfTheStatesAndGradientsTheirSlopes(boolean dense) {
        try (Coordinates coordinates = metric(dense).on(manager)) {
            NDArray z = random.normal(manager, new Shape(7, 2));
            float[] states = coordinates.toStates(z).toFloatArray();
            EnergyAndGradient byTensors = coordinates.energy(Target.BANANA).energyAndGradient(z);
            HostEnergy.Evaluator byLoops = coordinates
                    .energy(Target.BANANA.inLoops())
                    .onHost()
                    .orElseThrow()
                    .evaluator(7);
            float[][] columns = new float[2][7];
            float[] energies = new float[7];
            float[] energiesAlone = new float[7];
            float[][] gradients = new float[2][7];
            for (int i = 0; i < 14; i++) {
                columns[i % 2][i / 2] = z.toFloatArray()[i];
            }
            byLoops.energyAndGradient(7, columns, energies, gradients);
            byLoops.energy(7, columns, energiesAlone);
            double step = 1e-2;
            for (int chain = 0; chain < 7; chain++) {
                double expected = Target.BANANA.at(states[2 * chain], states[2 * chain + 1])[0];
                double tolerance = 1e-5 * (1 + expected);
                assertThat((double) energies[chain]).isCloseTo(expected, within(tolerance));
                assertThat(energiesAlone[chain]).isEqualTo(energies[chain]);
                assertThat((double) byTensors.energy().getFloat(chain)).isCloseTo(expected, within(tolerance));
                for (int i = 0; i < 2; i++) {
                    // A changes the state by its column: (1, 1.6) and (0, 1.2) of the Cholesky factor.
                    double dx = step * (i == 0 ? 1 : 0);
                    double dy = step * (i == 0 ? (dense ? 1.6 : 0) : (dense ? 1.2 : 2));
                    double slope = (bananaAt(states, chain, dx, dy) - bananaAt(states, chain, -dx, -dy)) / (2 * step);
                    assertThat((double) gradients[i][chain]).isCloseTo(slope, within(0.01 * (1 + Math.abs(slope))));
                    assertThat((double) byTensors.gradient().getFloat(chain, i))
                            .isCloseTo(slope, within(0.01 * (1 + Math.abs(slope))));
                }
            }
        }
    }

    private static double bananaAt(float[] states, int chain, double dx, double dy) {
        return Target.BANANA.at(states[2 * chain] + dx, states[2 * chain + 1] + dy)[0];
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void chainsWithAMetricSampleTheSameTarget(boolean dense, boolean inLoops) {
        assertMoments(dense, inLoops, MetropolisAdjustedLangevin::new, 0.4, 300);
        assertMoments(dense, inLoops, energy -> new HamiltonianMonteCarlo(energy, 3), 0.8, 60);
    }

    private void assertMoments(
            boolean dense,
            boolean inLoops,
            Function<EnergyFunction, TransitionKernel> kernel,
            double stepSize,
            int steps) {
        EnergyFunction target = inLoops ? Target.CORRELATED_NORMAL.inLoops() : Target.CORRELATED_NORMAL;
        try (Chains chains = Chains.of(manager, kernel.apply(target), CHAINS, stepSize, 0.6)) {
            chains.start(random.normal(manager, new Shape(CHAINS, 2)), random);
            chains.advance(3);
            NDArray before = chains.positions();
            chains.setMetric(metric(dense));
            assertThat(chains.positions().toFloatArray()).containsExactly(before.toFloatArray(), within(1e-5f));
            chains.advance(steps);
            Draws draws = new Draws(chains.positions().toFloatArray(), 0);
            draws.assertExpectation((x, y) -> x, 1);
            draws.assertExpectation((x, y) -> y, -2);
            draws.assertExpectation((x, y) -> x * x, 2);
            draws.assertExpectation((x, y) -> y * y, 8);
            draws.assertExpectation((x, y) -> x * y, -0.4);
            float[] energies = chains.energies().toFloatArray();
            float[] positions = chains.positions().toFloatArray();
            for (int chain = 0; chain < 100; chain++) {
                double expected = Target.CORRELATED_NORMAL.at(positions[2 * chain], positions[2 * chain + 1])[0];
                assertThat((double) energies[chain]).isCloseTo(expected, within(1e-4 * (1 + expected)));
            }
        }
    }

    /** With the covariance as metric, all directions are alike: a step of MALA that is right for the standard normal is right here. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void theMetricOfTheTargetMakesItTheStandardNormal(boolean inLoops) {
        double ofTheStandardNormal = acceptance(inLoops, Target.STANDARD_NORMAL, null);
        double withoutMetric = acceptance(inLoops, Target.CORRELATED_NORMAL, null);
        double withMetric = acceptance(inLoops, Target.CORRELATED_NORMAL, Metric.dense(COVARIANCE));
        assertThat(withMetric).isCloseTo(ofTheStandardNormal, within(0.02));
        assertThat(withoutMetric).isLessThan(withMetric - 0.2);
    }

    private double acceptance(boolean inLoops, Target target, Metric metric) {
        TransitionKernel kernel = new MetropolisAdjustedLangevin(inLoops ? target.inLoops() : target);
        try (Chains chains = Chains.of(manager, kernel, 1000, 0.8, 0.6)) {
            chains.start(random.normal(manager, new Shape(1000, 2)), random);
            if (metric != null) {
                chains.setMetric(metric);
            }
            chains.advance(100);
            chains.endBurnIn();
            chains.advance(100);
            return chains.acceptanceRate().mean().getFloat();
        }
    }

    @Test
    void chainsThatStartAgainKeepTheirMetric() {
        TransitionKernel kernel = new MetropolisAdjustedLangevin(Target.CORRELATED_NORMAL.inLoops());
        try (Chains chains = Chains.of(manager, kernel, 3, 0.1, 0.6)) {
            NDArray start = random.normal(manager, new Shape(3, 2));
            chains.start(start, random);
            chains.setMetric(Metric.dense(COVARIANCE));
            chains.advance(1);
            chains.start(start, random);
            assertThat(chains.positions().toFloatArray()).containsExactly(start.toFloatArray(), within(1e-5f));
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aKernelOfOneTargetAloneHasNone(boolean inLoops) {
        EnergyFunction target = inLoops ? Target.BANANA.inLoops() : Target.BANANA;
        StandardNormal normal = new StandardNormal(2);
        TransitionKernel kernel = new KernelWithJumps(
                new MetropolisAdjustedLangevin(target), new IndependenceMetropolis(target, normal, target), 2);
        try (Chains chains = Chains.of(manager, kernel, 3, 0.1, 0.6)) {
            chains.start(manager.zeros(new Shape(3, 2)), random);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> chains.setMetric(metric(true)))
                    .withMessage("metric: expected a kernel that moves in other coordinates too, found KernelWithJumps;"
                            + " let burn-in adapt the step size alone");
        }
    }

    @Test
    void namesVariancesAndCovariancesThatAreNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Metric.diagonal(1, Double.NaN))
                .withMessage("variances: expected positive and finite ones, found [1.0, NaN]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Metric.dense(new double[][] {{1, 2}, {2, 1}}))
                .withMessage("covariance: expected a positive definite matrix, found [[1.0, 2.0], [2.0, 1.0]]");
    }
}
