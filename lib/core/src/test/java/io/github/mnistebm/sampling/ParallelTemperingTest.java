package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.sampling.ParallelTempering.TemperedRun;
import io.github.mnistebm.tensor.RandomSource;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelTemperingTest {

    private static final Function<EnergyFunction, TransitionKernel> MALA = MetropolisAdjustedLangevin::new;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static EnergyFunction form(Target target, boolean inLoops) {
        return inLoops ? target.inLoops() : target;
    }

    private TemperedRun run(EnergyFunction target, double[] temperatures, SamplerConfig config, int chains, int seed) {
        RandomSource random = RandomSource.of(seed);
        NDArray start = random.normal(manager, new Shape(chains, target.dimension()));
        return ParallelTempering.of(target, MALA, temperatures, 2, config).run(start, random);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void samplesTheTarget(boolean inLoops) {
        SamplerConfig config =
                SamplerConfig.builder().burnIn(0).steps(200).stepSize(0.5).build();
        try (TemperedRun run =
                run(form(Target.BANANA, inLoops), ParallelTempering.geometric(3, 4), config, 20_000, 1)) {
            Draws draws = new Draws(run.draws().last().toFloatArray(), 0);
            draws.assertExpectation((x, y) -> x, 0);
            draws.assertExpectation((x, y) -> y, 0);
            draws.assertExpectation((x, y) -> x * x, 1);
            draws.assertExpectation((x, y) -> y * y, 1.5);
            draws.assertExpectation((x, y) -> x * x * y, 1);
            float[] energies = run.draws().energies().toFloatArray();
            float[] positions = run.draws().last().toFloatArray();
            for (int chain = 0; chain < 100; chain++) {
                double expected = Target.BANANA.at(positions[2 * chain], positions[2 * chain + 1])[0];
                assertThat((double) energies[chain]).isCloseTo(expected, within(1e-5 * (1 + expected)));
            }
        }
    }

    /** A swap of exponential energies with the means T and T′ is accepted with the mean probability 2 T / (T + T′). */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void swapsOfTheNormalPlaneHaveTheRateOfTheory(boolean inLoops) {
        SamplerConfig config =
                SamplerConfig.builder().burnIn(50).steps(200).stepSize(0.5).build();
        try (TemperedRun run = run(form(Target.STANDARD_NORMAL, inLoops), new double[] {1, 2, 6}, config, 4000, 2)) {
            assertThat(run.swapRates()[0]).isCloseTo(2 / 3.0, within(0.01));
            assertThat(run.swapRates()[1]).isCloseTo(2 / 4.0, within(0.01));
            assertThat(run.roundTrips()).isPositive();
        }
    }

    /** Two modes 16 standard deviations apart, between which Langevin dynamics does not cross. */
    @Test
    void crossesBetweenModesAndKeepsTheirWeights() {
        int chains = 1000;
        SamplerConfig config = SamplerConfig.builder().burnIn(300).steps(900).build();
        EnergyFunction energy = EnergyFunction.of(2, ParallelTemperingTest::twoModes);
        try (NDArray start = manager.zeros(new Shape(chains, 2)).addi(manager.create(new float[] {8, 0}))) {
            ParallelTempering tempering =
                    ParallelTempering.of(energy, MALA, ParallelTempering.geometric(6, 30), 2, config);
            try (TemperedRun run = tempering.run(start, RandomSource.of(1))) {
                assertThat(shareOnTheLeft(run.draws())).isCloseTo(0.3, within(4.5 * Math.sqrt(0.3 * 0.7 / chains)));
                assertThat(run.roundTrips()).isGreaterThan(10L * chains);
                for (double rate : run.swapRates()) {
                    assertThat(rate).isBetween(0.3, 0.9);
                }
            }
            try (SampleRun alone = Sampler.of(MALA.apply(energy), config).run(start, RandomSource.of(1))) {
                assertThat(shareOnTheLeft(alone)).isZero();
            }
        }
    }

    /** 0.3 N((−8, 0), I) + 0.7 N((8, 0), I). */
    private static double twoModes(double[] u, double[] gradient) {
        double left = Math.log(0.3) - (u[0] + 8) * (u[0] + 8) / 2;
        double right = Math.log(0.7) - (u[0] - 8) * (u[0] - 8) / 2;
        double shareOfLeft = 1 / (1 + Math.exp(right - left));
        gradient[0] = u[0] + 8 * (2 * shareOfLeft - 1);
        gradient[1] = u[1];
        return u[1] * u[1] / 2 - Math.max(left, right) - Math.log1p(Math.exp(-Math.abs(right - left)));
    }

    private static double shareOnTheLeft(SampleRun run) {
        float[] states = run.last().toFloatArray();
        int left = 0;
        for (int i = 0; i < states.length; i += 2) {
            left += states[i] < 0 ? 1 : 0;
        }
        return 2.0 * left / states.length;
    }

    /**
     * At temperatures that hardly differ every swap is accepted. The pair swaps in every other round, so that of n swaps each but the first
     * brings a replica back that was hot.
     */
    @Test
    void countsRoundTrips() {
        SamplerConfig config =
                SamplerConfig.builder().burnIn(0).steps(40).stepSize(0.5).build();
        int chains = 5;
        try (TemperedRun run = run(Target.STANDARD_NORMAL.inLoops(), new double[] {1, 1 + 1e-9}, config, chains, 3)) {
            int swaps = 10;
            assertThat(run.swapRates()[0]).isCloseTo(1, within(1e-5));
            assertThat(run.roundTrips()).isEqualTo(chains * (swaps - 1L));
        }
    }

    /** Exact draws at both temperatures are exact draws after a swap too. */
    @ParameterizedTest
    @EnumSource
    void aSwapKeepsBothDistributions(Swap swap) {
        RandomSource random = RandomSource.of(1);
        int count = 20_000;
        double hotter = 3;
        NDArray cold = random.normal(manager, new Shape(count, 2));
        NDArray hot = random.normal(manager, new Shape(count, 2)).mul(Math.sqrt(hotter));
        StandardNormal normal = new StandardNormal(2);
        NDArray logRatio = swap.logRatio(
                normal.atTemperature(1).energy(cold), normal.energy(hot).div(hotter), hotter);
        NDArray swapped = random.uniform(manager, 0, 1, new Shape(count)).lt(Metropolis.probability(logRatio));
        NDArray rows = swapped.expandDims(1).broadcast(cold.getShape());
        Draws coldDraws = new Draws(NDArrays.where(rows, hot, cold).toFloatArray(), 0);
        Draws hotDraws = new Draws(NDArrays.where(rows, cold, hot).toFloatArray(), 0);
        if (swap == Swap.RIGHT) {
            coldDraws.assertExpectation((x, y) -> x * x, 1);
            coldDraws.assertExpectation((x, y) -> Math.pow(x, 4), 3);
            hotDraws.assertExpectation((x, y) -> x * x, hotter);
        } else {
            coldDraws.assertOtherExpectation((x, y) -> x * x, 1);
        }
    }

    enum Swap {
        RIGHT {
            @Override
            NDArray logRatio(NDArray cold, NDArray hot, double hotter) {
                return Replicas.logRatio(cold, hot, 1, hotter);
            }
        },
        WITHOUT_THE_RATIO {
            @Override
            NDArray logRatio(NDArray cold, NDArray hot, double hotter) {
                return cold.zerosLike();
            }
        },
        OF_THE_WRONG_SIGN {
            @Override
            NDArray logRatio(NDArray cold, NDArray hot, double hotter) {
                return Replicas.logRatio(cold, hot, 1, hotter).neg();
            }
        },
        BY_TEMPERED_ENERGIES {
            @Override
            NDArray logRatio(NDArray cold, NDArray hot, double hotter) {
                return cold.sub(hot).mul(1 - 1 / hotter);
            }
        },
        BY_ENERGIES_ALONE {
            @Override
            NDArray logRatio(NDArray cold, NDArray hot, double hotter) {
                return cold.sub(hot.mul(hotter));
            }
        };

        /** Computes log α from E/1 and E/T. */
        abstract NDArray logRatio(NDArray cold, NDArray hot, double hotter);
    }

    @Test
    void everyTemperatureHasItsOwnStepSizeAndMetric() {
        SamplerConfig config = SamplerConfig.builder()
                .burnIn(200)
                .steps(200)
                .thinning(1)
                .targetAcceptance(0.8)
                .adaptation(Adaptation.DIAGONAL_METRIC)
                .build();
        EnergyFunction target = EnergyFunction.of(100, Posteriors::illConditioned);
        try (TemperedRun run = ParallelTempering.of(
                        target,
                        energy -> new HamiltonianMonteCarlo(energy, 4),
                        ParallelTempering.geometric(3, 1.2),
                        1,
                        config)
                .run(manager.zeros(new Shape(50, 100)), RandomSource.of(1))) {
            assertThat(run.draws().meanAcceptanceRate()).isCloseTo(0.8, within(0.06));
            assertThat(run.draws().positions().getShape()).isEqualTo(new Shape(200, 50, 100));
            assertThat(run.draws().energies().mean().getFloat()).isCloseTo(50, within(1f));
        }
    }

    @Test
    void theSameSeedGivesTheSameDraws() {
        SamplerConfig config = SamplerConfig.builder().burnIn(20).steps(20).build();
        double[] temperatures = ParallelTempering.geometric(3, 4);
        float[][] draws = new float[3][];
        for (int i = 0; i < 3; i++) {
            try (TemperedRun run = run(Target.BANANA.inLoops(), temperatures, config, 50, i == 2 ? 8 : 7)) {
                draws[i] = run.draws().last().toFloatArray();
            }
        }
        assertThat(draws[0]).isEqualTo(draws[1]).isNotEqualTo(draws[2]);
    }

    @Test
    void stopsWhenTheThreadIsInterrupted() {
        SamplerConfig config = SamplerConfig.builder().build();
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> run(Target.BANANA.inLoops(), new double[] {1, 2}, config, 3, 1))
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("sampling was interrupted after 0 of 1000 steps");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void temperaturesRiseByTheSameFactor() {
        assertThat(ParallelTempering.geometric(4, 8)).containsExactly(new double[] {1, 2, 4, 8}, within(1e-12));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ParallelTempering.geometric(1, 8))
                .withMessage("temperatures: expected at least 2 up to a finite one greater than 1, found 1 up to 8.0");
    }

    @Test
    void namesWhatIsOutOfRange() {
        SamplerConfig config = SamplerConfig.builder().build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ParallelTempering.of(Target.BANANA, MALA, new double[] {2, 3}, 1, config))
                .withMessage("temperatures: expected at least two, rising from 1, found [2.0, 3.0]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ParallelTempering.of(Target.BANANA, MALA, new double[] {1, Double.NaN}, 1, config))
                .withMessage("temperatures: expected at least two, rising from 1, found [1.0, NaN]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ParallelTempering.of(Target.BANANA, MALA, new double[] {1, 2}, 0, config))
                .withMessage("swap interval: must be at least 1, found 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ParallelTempering.of(Target.BANANA, MALA, new double[] {1, 2}, 1, config)
                        .run(manager.zeros(new Shape(5, 3)), RandomSource.of(1)))
                .withMessage("positions: expected shape (chains, 2), found (5, 3)");
    }
}
