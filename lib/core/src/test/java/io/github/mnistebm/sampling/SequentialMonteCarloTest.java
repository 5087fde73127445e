package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.tensor.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Variance;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SequentialMonteCarloTest {

    private final RandomSource random = RandomSource.of(1);

    private static final int GROUPS = 200;
    private static final int PARTICLES = 64;
    private static final SequentialMonteCarlo SAMPLER = new SequentialMonteCarlo(PARTICLES, 4);
    private static final StandardNormal PRIOR = new StandardNormal(2);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** V(u) = ‖u − y‖² / 2s²: what a measurement y of u with normal errors of standard deviation s adds. One y a group. */
    private record Measurement(NDArray y, double s) implements EnergyFunction {

        @Override
        public int dimension() {
            return 2;
        }

        @Override
        public NDArray energy(NDArray states) {
            return energyAndGradient(states).energy();
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            NDArray error = states.reshape(y.getShape().get(0), -1, 2)
                    .sub(y.expandDims(1))
                    .reshape(-1, 2);
            return new EnergyAndGradient(error.square().sum(new int[] {1}).div(2 * s * s), error.div(s * s));
        }
    }

    /** −log (w N(u₁; 2, s²) + (1 − w) N(u₁; −2, s²)) up to a constant. */
    private record TwoWells(double w, double s) implements EnergyFunction {

        @Override
        public int dimension() {
            return 2;
        }

        @Override
        public NDArray energy(NDArray states) {
            return energyAndGradient(states).energy();
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            float[] positions = states.toFloatArray();
            int n = positions.length / 2;
            float[] energies = new float[n];
            float[] gradients = new float[2 * n];
            for (int i = 0; i < n; i++) {
                double x = positions[2 * i];
                double right = w * Math.exp(-(x - 2) * (x - 2) / (2 * s * s));
                double left = (1 - w) * Math.exp(-(x + 2) * (x + 2) / (2 * s * s));
                double sum = right + left + 1e-30;
                energies[i] = (float) -Math.log(sum);
                gradients[2 * i] = (float) ((right * (x - 2) + left * (x + 2)) / (s * s) / sum);
            }
            NDManager owner = states.getManager();
            return new EnergyAndGradient(owner.create(energies), owner.create(gradients, new Shape(n, 2)));
        }
    }

    /** Groups are independent, so that the error of a mean over them is the standard deviation divided by √groups. */
    private static void assertMean(double[] byGroup, double expected) {
        double error = Math.sqrt(Variance.of(byGroup).getAsDouble() / byGroup.length);
        assertThat(Mean.of(byGroup).getAsDouble()).isCloseTo(expected, within(4.5 * error));
    }

    /** The mean over each group's particles of a function of the first coordinate. */
    private static double[] means(SequentialMonteCarlo.Draws draws, DoubleUnaryOperator function) {
        float[] positions = draws.positions().toFloatArray();
        int groups = positions.length / 2 / PARTICLES;
        return IntStream.range(0, groups)
                .mapToDouble(group -> IntStream.range(group * PARTICLES, (group + 1) * PARTICLES)
                        .mapToDouble(row -> function.applyAsDouble(positions[2 * row]))
                        .average()
                        .orElseThrow())
                .toArray();
    }

    @Test
    void drawsFromTheNormalPosteriorOfAMeasurement() {
        double s = 0.1;
        NDArray y = manager.create(new float[] {1.5f, -1}).reshape(1, 2).repeat(0, GROUPS);
        SequentialMonteCarlo.Draws draws =
                SAMPLER.draw(manager, PRIOR, new Measurement(y, s), GROUPS, random, beta -> {});
        double variance = s * s / (1 + s * s);
        double mean = 1.5 / (1 + s * s);
        assertMean(means(draws, x -> x), mean);
        assertMean(means(draws, x -> (x - mean) * (x - mean)), variance);
    }

    @Test
    void estimatesTheEvidence() {
        double s = 0.1;
        NDArray y = manager.create(new float[] {1.5f, -1}).reshape(1, 2).repeat(0, GROUPS);
        SequentialMonteCarlo.Draws draws =
                SAMPLER.draw(manager, PRIOR, new Measurement(y, s), GROUPS, random, beta -> {});
        // ∫ N(u; 0, I) exp(−‖u − y‖²/2s²) du = s²/(1 + s²) exp(−‖y‖²/2(1 + s²)) in two dimensions
        double expected = Math.log(s * s / (1 + s * s)) - (1.5 * 1.5 + 1) / (2 * (1 + s * s));
        float[] logs = draws.logEvidence().toFloatArray();
        assertMean(
                IntStream.range(0, GROUPS)
                        .mapToDouble(group -> Math.exp(logs[group] - expected))
                        .toArray(),
                1);
    }

    @Test
    void findsBothModesWithTheirShares() {
        SequentialMonteCarlo.Draws draws =
                SAMPLER.draw(manager, PRIOR, new TwoWells(0.25, 0.1), GROUPS, random, beta -> {});
        assertMean(means(draws, x -> x > 0 ? 1 : 0), 0.25);
    }

    @Test
    void eachGroupHasItsOwnPosterior() {
        NDArray y = manager.create(new float[][] {{2, 0}, {-1, 0}});
        SequentialMonteCarlo.Draws draws =
                SAMPLER.draw(manager, PRIOR, new Measurement(y, 0.01), 2, random, beta -> {});
        assertThat(draws.positions().getShape()).isEqualTo(new Shape(2 * PARTICLES, 2));
        // Within eight of the posterior's standard deviations.
        assertThat(means(draws, x -> x)).containsExactly(new double[] {2, -1}, within(0.08));
    }

    @Test
    void itsProgressRisesToOne() {
        List<Double> progress = new ArrayList<>();
        NDArray y = manager.zeros(new Shape(3, 2));
        SAMPLER.draw(manager, PRIOR, new Measurement(y, 0.01), 3, random, progress::add);
        assertThat(progress).isSorted().endsWith(1.0).hasSizeGreaterThan(2);
    }

    @Test
    void whereNothingIsMeasuredDrawsAreThePriors() {
        NDArray y = manager.zeros(new Shape(GROUPS, 2));
        SequentialMonteCarlo.Draws draws =
                SAMPLER.draw(manager, PRIOR, new Measurement(y, 1e6), GROUPS, random, beta -> {});
        assertMean(means(draws, x -> x * x), 1);
    }

    @Test
    void anInterruptCancelsIt() {
        NDArray y = manager.zeros(new Shape(1, 2));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> SAMPLER.draw(manager, PRIOR, new Measurement(y, 0.01), 1, random, beta -> {}))
                .isInstanceOf(CancellationException.class)
                .hasMessageStartingWith("sampling was interrupted at β = ");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void asksForParticlesAndMoves() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SequentialMonteCarlo(1, 1))
                .withMessage("particles: must be at least 2, found 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SequentialMonteCarlo(2, 0))
                .withMessage("moves: must be at least 1, found 0");
    }
}
