package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.tensor.RandomSource;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Single steps of the kernels, each against its definition in double precision. */
class OneStepTest {

    private static final int CHAINS = 5000;

    private NDManager manager;
    private RandomSource random;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        random = RandomSource.of(1);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static EnergyFunction form(Target target, boolean inLoops) {
        return inLoops ? target.inLoops() : target;
    }

    private Chains started(TransitionKernel kernel, double stepSize, boolean inLoops, NDArray start) {
        Chains chains = Chains.of(manager, kernel, CHAINS, stepSize, SamplerConfig.OPTIMAL_ACCEPTANCE);
        assertThat(chains).isInstanceOf(inLoops ? LoopChains.class : DeviceChains.class);
        chains.start(start, random);
        return chains;
    }

    /** A path of one leapfrog step, whose momentum is known by where it leads. */
    @ParameterizedTest
    @CsvSource({
        "CORRELATED_NORMAL, 0.9, true",
        "CORRELATED_NORMAL, 0.9, false",
        "MIXTURE, 1.3, true",
        "MIXTURE, 1.3, false",
        "BANANA, 0.9, true",
        "BANANA, 0.9, false",
    })
    void aPathIsAcceptedByItsHamiltonian(Target target, double stepSize, boolean inLoops) {
        TransitionKernel kernel = new HamiltonianMonteCarlo(form(target, inLoops), 1);
        NDArray start = random.normal(manager, new Shape(CHAINS, 2));
        assertAcceptance(kernel, target, stepSize, inLoops, start, OneStepTest::hamiltonianLogRatio);
    }

    /** A path of two states is left with the probability of Metropolis, forwards and backwards alike. */
    @ParameterizedTest
    @CsvSource({"CORRELATED_NORMAL, 0.9", "MIXTURE, 1.3", "BANANA, 0.9"})
    void aPathThatDoublesOnceIsAcceptedByItsHamiltonian(Target target, double stepSize) {
        TransitionKernel kernel = new NoUTurn(target.inLoops(), 1);
        NDArray start = random.normal(manager, new Shape(CHAINS, 2));
        assertAcceptance(kernel, target, stepSize, true, start, OneStepTest::hamiltonianLogRatio);
    }

    /** Computes log α from p = (u′ − u + ε² ∇E(u)/2) / ε and p′ = p − ε (∇E(u) + ∇E(u′))/2. */
    private static double hamiltonianLogRatio(
            Target target, float[] before, float[] after, int chain, double stepSize) {
        double[] here = target.at(before[2 * chain], before[2 * chain + 1]);
        double[] there = target.at(after[2 * chain], after[2 * chain + 1]);
        double logRatio = here[0] - there[0];
        for (int i = 0; i < 2; i++) {
            double way = (double) after[2 * chain + i] - before[2 * chain + i];
            double momentum = way / stepSize + stepSize * here[1 + i] / 2;
            double endMomentum = momentum - stepSize * (here[1 + i] + there[1 + i]) / 2;
            logRatio += (momentum * momentum - endMomentum * endMomentum) / 2;
        }
        return logRatio;
    }

    private interface LogRatio {
        double of(Target target, float[] before, float[] after, int chain, double stepSize);
    }

    /** A linear energy, for which every proposal is accepted. */
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void proposesTheDriftAndTheNoiseOfTheDefinition(boolean adjusted, boolean inLoops) {
        double stepSize = 0.3;
        Function<EnergyFunction, TransitionKernel> kernel =
                adjusted ? MetropolisAdjustedLangevin::new : UnadjustedLangevin::new;
        NDArray start = manager.ones(new Shape(CHAINS, 2));
        try (Chains chains = started(kernel.apply(form(Target.LINEAR, inLoops)), stepSize, inLoops, start)) {
            chains.advance(1);
            for (float acceptance : chains.acceptanceRate().toFloatArray()) {
                assertThat(acceptance).isCloseTo(1, within(1e-4f));
            }
            float[] positions = chains.positions().toFloatArray();
            double[] sums = new double[2];
            double[] squares = new double[2];
            double products = 0;
            double fourths = 0;
            for (int i = 0; i < CHAINS; i++) {
                double x = (positions[2 * i] - 1 + stepSize * 1.5) / Math.sqrt(2 * stepSize);
                double y = (positions[2 * i + 1] - 1 - stepSize * 2) / Math.sqrt(2 * stepSize);
                sums[0] += x / CHAINS;
                sums[1] += y / CHAINS;
                squares[0] += x * x / CHAINS;
                squares[1] += y * y / CHAINS;
                products += x * y / CHAINS;
                fourths += x * x * x * x / CHAINS;
            }
            assertThat(sums).containsExactly(new double[2], within(4.5 / Math.sqrt(CHAINS)));
            assertThat(squares).containsExactly(new double[] {1, 1}, within(4.5 * Math.sqrt(2.0 / CHAINS)));
            assertThat(products).isCloseTo(0, within(4.5 / Math.sqrt(CHAINS)));
            assertThat(fourths).isCloseTo(3, within(4.5 * Math.sqrt(96.0 / CHAINS)));
        }
    }

    /** Three steps: the later ones go on with the energies and gradients that the first ones kept. */
    @ParameterizedTest
    @CsvSource({
        "CORRELATED_NORMAL, 0.4, true",
        "CORRELATED_NORMAL, 0.4, false",
        "MIXTURE, 0.8, true",
        "MIXTURE, 0.8, false",
        "BANANA, 0.4, true",
        "BANANA, 0.4, false",
    })
    void acceptsWithTheProbabilityOfTheDefinition(Target target, double stepSize, boolean inLoops) {
        TransitionKernel kernel = new MetropolisAdjustedLangevin(form(target, inLoops));
        NDArray start = random.normal(manager, new Shape(CHAINS, 2));
        assertAcceptance(kernel, target, stepSize, inLoops, start, OneStepTest::logRatio);
    }

    private void assertAcceptance(
            TransitionKernel kernel,
            Target target,
            double stepSize,
            boolean inLoops,
            NDArray start,
            LogRatio definition) {
        try (Chains chains = started(kernel, stepSize, inLoops, start)) {
            for (int step = 0; step < 3; step++) {
                float[] before = chains.positions().toFloatArray();
                chains.endBurnIn();
                chains.advance(1);
                float[] after = chains.positions().toFloatArray();
                float[] acceptance = chains.acceptanceRate().toFloatArray();
                float[] energies = chains.energies().toFloatArray();
                int moved = 0;
                int improbable = 0;
                double expectedMoves = 0;
                double variance = 0;
                for (int i = 0; i < CHAINS; i++) {
                    double probability = acceptance[i];
                    expectedMoves += probability;
                    variance += probability * (1 - probability);
                    double[] there = target.at(after[2 * i], after[2 * i + 1]);
                    assertThat((double) energies[i]).isCloseTo(there[0], within(1e-5 * (10 + there[0])));
                    if (after[2 * i] == before[2 * i] && after[2 * i + 1] == before[2 * i + 1]) {
                        continue;
                    }
                    moved++;
                    double expected = Math.min(1, Math.exp(definition.of(target, before, after, i, stepSize)));
                    assertThat(probability).isCloseTo(expected, within(1e-3));
                    improbable += expected < 0.5 ? 1 : 0;
                }
                assertThat((double) moved).isCloseTo(expectedMoves, within(4.5 * Math.sqrt(variance)));
                assertThat(improbable).isGreaterThan(CHAINS / 100);
            }
        }
    }

    /** Computes log α by its definition. */
    private static double logRatio(Target target, float[] before, float[] after, int chain, double stepSize) {
        double x = before[2 * chain];
        double y = before[2 * chain + 1];
        double newX = after[2 * chain];
        double newY = after[2 * chain + 1];
        double[] here = target.at(x, y);
        double[] there = target.at(newX, newY);
        double forward = square(newX - x + stepSize * here[1]) + square(newY - y + stepSize * here[2]);
        double backward = square(x - newX + stepSize * there[1]) + square(y - newY + stepSize * there[2]);
        return here[0] - there[0] + (forward - backward) / (4 * stepSize);
    }

    private static double square(double value) {
        return value * value;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void acceptsNoProposalWithoutAnEnergy(boolean inLoops) {
        TransitionKernel kernel = new MetropolisAdjustedLangevin(form(Target.UNDEFINED_OUTSIDE, inLoops));
        try (Chains chains = started(kernel, 1, inLoops, manager.zeros(new Shape(CHAINS, 2)))) {
            for (int step = 0; step < 3; step++) {
                chains.endBurnIn();
                chains.advance(1);
                float[] positions = chains.positions().toFloatArray();
                float[] energies = chains.energies().toFloatArray();
                int refused = 0;
                for (int i = 0; i < CHAINS; i++) {
                    double halfSquare = (square(positions[2 * i]) + square(positions[2 * i + 1])) / 2;
                    assertThat(halfSquare).isLessThanOrEqualTo(2);
                    assertThat((double) energies[i]).isCloseTo(halfSquare, within(1e-5));
                }
                for (float acceptance : chains.acceptanceRate().toFloatArray()) {
                    assertThat(acceptance).isBetween(0f, 1f);
                    refused += acceptance == 0 ? 1 : 0;
                }
                assertThat(refused).isGreaterThan(CHAINS / 100);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void unadjustedGoesOnWithTheEnergyAndTheGradientOfWhereItIs(boolean inLoops) {
        double stepSize = 0.2;
        TransitionKernel kernel = new UnadjustedLangevin(form(Target.CORRELATED_NORMAL, inLoops));
        try (Chains chains = started(kernel, stepSize, inLoops, random.normal(manager, new Shape(CHAINS, 2)))) {
            for (int step = 0; step < 3; step++) {
                float[] before = chains.positions().toFloatArray();
                chains.advance(1);
                float[] after = chains.positions().toFloatArray();
                float[] energies = chains.energies().toFloatArray();
                double squares = 0;
                for (int i = 0; i < CHAINS; i++) {
                    double[] here = Target.CORRELATED_NORMAL.at(before[2 * i], before[2 * i + 1]);
                    double[] there = Target.CORRELATED_NORMAL.at(after[2 * i], after[2 * i + 1]);
                    squares += square(after[2 * i] - before[2 * i] + stepSize * here[1]) / CHAINS;
                    assertThat((double) energies[i]).isCloseTo(there[0], within(1e-5 * (10 + there[0])));
                }
                assertThat(squares / (2 * stepSize)).isCloseTo(1, within(4.5 * Math.sqrt(2.0 / CHAINS)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void adaptsTheStepSizeToTheMeanAcceptance(boolean inLoops) {
        TransitionKernel kernel = new MetropolisAdjustedLangevin(form(Target.BANANA, inLoops));
        NDArray start = random.normal(manager, new Shape(CHAINS, 2));
        try (Chains chains = started(kernel, 0.3, inLoops, start)) {
            double stepSize = 0.3;
            double sum = 0;
            for (int step = 1; step <= 3; step++) {
                chains.advance(1);
                double acceptance = step * chains.acceptanceRate().mean().getFloat() - sum;
                sum += acceptance;
                chains.adapt(0.5);
                stepSize *= Math.exp(0.5 * (acceptance - SamplerConfig.OPTIMAL_ACCEPTANCE));
                assertThat(chains.stepSize()).isCloseTo(stepSize, within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void takesTheMeanAcceptanceOverTheStepsSinceBurnIn(boolean inLoops) {
        TransitionKernel kernel = new MetropolisAdjustedLangevin(form(Target.BANANA, inLoops));
        NDArray start = random.normal(manager, new Shape(CHAINS, 2));
        try (Chains chains = started(kernel, 0.3, inLoops, start)) {
            chains.start(start, RandomSource.of(2));
            double[] sums = new double[CHAINS];
            for (int step = 0; step < 2; step++) {
                chains.endBurnIn();
                chains.advance(1);
                add(chains.acceptanceRate().toFloatArray(), sums);
            }
            chains.start(start, RandomSource.of(2));
            assertThat(chains.acceptanceRate().toFloatArray()).containsOnly(0);
            chains.advance(2);
            float[] means = chains.acceptanceRate().toFloatArray();
            for (int i = 0; i < CHAINS; i++) {
                assertThat((double) means[i]).isCloseTo(sums[i] / 2, within(1e-6));
            }
        }
    }

    private static void add(float[] values, double[] sums) {
        for (int i = 0; i < values.length; i++) {
            sums[i] += values[i];
        }
    }
}
