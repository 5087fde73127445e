package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WindowedAdaptationTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Those of Stan's default. */
    @Test
    void windowsDoubleTheirLength() {
        assertThat(WindowedAdaptation.bounds(1000)).containsExactly(75, 100, 150, 250, 450, 950);
    }

    @Test
    void theLastWindowFillsTheRest() {
        assertThat(WindowedAdaptation.bounds(150)).containsExactly(75, 100);
        assertThat(WindowedAdaptation.bounds(170)).containsExactly(75, 100, 120);
        assertThat(WindowedAdaptation.bounds(300)).containsExactly(75, 100, 150, 250);
        assertThat(WindowedAdaptation.bounds(299)).containsExactly(75, 100, 249);
    }

    @Test
    void aShortBurnInHasOneWindowOrNone() {
        assertThat(WindowedAdaptation.bounds(100)).containsExactly(15, 90);
        assertThat(WindowedAdaptation.bounds(20)).containsExactly(3, 18);
        assertThat(WindowedAdaptation.bounds(19)).isEmpty();
        assertThat(WindowedAdaptation.bounds(0)).isEmpty();
    }

    /** Deviations of 0.01 to 100. */
    private static EnergyFunction illConditioned(int d) {
        return EnergyFunction.of(d, (u, gradient) -> {
            double energy = 0;
            for (int i = 0; i < d; i++) {
                double deviation = Math.pow(10, 4.0 * i / (d - 1) - 2);
                gradient[i] = u[i] / deviation / deviation;
                energy += u[i] * gradient[i] / 2;
            }
            return energy;
        });
    }

    /** E = (x⁴ + y⁴)/4, where steps that serve near the origin lead from (20, 20) to energies of 10¹³. */
    @ParameterizedTest
    @CsvSource({"DUAL_AVERAGING, 32", "DIAGONAL_METRIC, 32", "DIAGONAL_METRIC, 4096"})
    void aChainThatStartsWhereTheEnergyIsSteepDoesNotStayThere(Adaptation adaptation, int chains) {
        EnergyFunction quartic = EnergyFunction.of(2, (u, gradient) -> {
            double energy = 0;
            for (int i = 0; i < 2; i++) {
                gradient[i] = u[i] * u[i] * u[i];
                energy += u[i] * gradient[i] / 4;
            }
            return energy;
        });
        float[] start = new float[2 * chains];
        start[0] = 20;
        start[1] = 20;
        SamplerConfig config =
                SamplerConfig.builder().burnIn(600).adaptation(adaptation).build();
        try (SampleRun run = Sampler.of(new MetropolisAdjustedLangevin(quartic), config)
                .run(manager.create(start, new Shape(chains, 2)), RandomSource.of(1))) {
            assertThat(run.acceptanceRate().getFloat(0)).isGreaterThan(0.4f);
            assertThat(run.meanAcceptanceRate()).isCloseTo(0.574, within(0.1));
        }
    }

    private SampleRun run(TransitionKernel kernel, Adaptation adaptation, double target, int chains) {
        SamplerConfig config = SamplerConfig.builder()
                .burnIn(600)
                .steps(1000)
                .thinning(1)
                .adaptation(adaptation)
                .targetAcceptance(target)
                .build();
        NDArray start = manager.zeros(new Shape(chains, kernel.energy().dimension()));
        return Sampler.of(kernel, config).run(start, RandomSource.of(1));
    }

    @ParameterizedTest
    @EnumSource(
            value = Adaptation.class,
            names = {"DIAGONAL_METRIC", "DENSE_METRIC"})
    void aMetricMakesAnIllConditionedTargetEasy(Adaptation adaptation) {
        EnergyFunction target = illConditioned(10);
        try (SampleRun run = run(new HamiltonianMonteCarlo(target, 4), adaptation, 0.8, 16)) {
            assertThat(run.warnings()).isEmpty();
            assertThat(run.stepSize()).isBetween(0.3, 1.5);
            assertThat(run.diagnostics().doubleColumn(SampleRun.BULK_SIZE).min())
                    .isGreaterThan(0.2 * 16 * 1000);
        }
        try (SampleRun run = run(new HamiltonianMonteCarlo(target, 4), Adaptation.DUAL_AVERAGING, 0.8, 16)) {
            assertThat(run.stepSize()).isLessThan(0.02);
            assertThat(run.warnings()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "STEP_SIZE, false", "DUAL_AVERAGING, false", "DIAGONAL_METRIC, false", "DENSE_METRIC, false",
        "STEP_SIZE, true", "DUAL_AVERAGING, true", "DIAGONAL_METRIC, true", "DENSE_METRIC, true"
    })
    void steersTheAcceptanceToItsTarget(Adaptation adaptation, boolean inLoops) {
        EnergyFunction target = inLoops ? Target.BANANA.inLoops() : Target.BANANA;
        try (SampleRun run = run(new MetropolisAdjustedLangevin(target), adaptation, 0.7, 200)) {
            assertThat(run.meanAcceptanceRate()).isCloseTo(0.7, within(0.03));
        }
        try (SampleRun run = run(new HamiltonianMonteCarlo(target, 3), adaptation, 0.8, 200)) {
            assertThat(run.meanAcceptanceRate()).isCloseTo(0.8, within(0.03));
        }
    }

    @Test
    void aKernelThatAcceptsAlwaysKeepsItsStepSize() {
        try (SampleRun run = run(new UnadjustedLangevin(Target.BANANA), Adaptation.DIAGONAL_METRIC, 0.8, 10)) {
            assertThat(run.stepSize()).isCloseTo(SamplerConfig.FIRST_STEP_SIZE, within(1e-7));
        }
    }

    @Test
    void aKernelWithJumpsMayAdaptItsStepSizeAlone() {
        EnergyFunction target = new StandardNormal(2);
        TransitionKernel kernel = new KernelWithJumps(
                new MetropolisAdjustedLangevin(target),
                new IndependenceMetropolis(
                        target, new StandardNormal(2), Target.TILT.inLoops().atTemperature(1e6)),
                2);
        try (SampleRun run = run(kernel, Adaptation.DUAL_AVERAGING, 0.8, 100)) {
            assertThat(run.meanAcceptanceRate()).isCloseTo(0.8, within(0.03));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run(kernel, Adaptation.DENSE_METRIC, 0.8, 100))
                .withMessageContaining("found KernelWithJumps");
    }
}
