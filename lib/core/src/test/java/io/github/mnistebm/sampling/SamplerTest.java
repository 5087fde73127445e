package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.diagnostics.ChainDiagnostics;
import io.github.mnistebm.tensor.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class SamplerTest {

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

    private SampleRun run(SamplerConfig config, int chains) {
        return run(config, chains, 42);
    }

    private SampleRun run(SamplerConfig config, int chains, int seed) {
        return Sampler.of(new MetropolisAdjustedLangevin(Target.BANANA), config)
                .run(manager.zeros(new Shape(chains, 2)), RandomSource.of(seed));
    }

    @Test
    void keepsOneDrawEveryThinnedSteps() {
        try (SampleRun run =
                run(SamplerConfig.builder().burnIn(5).steps(20).thinning(6).build(), 7)) {
            assertThat(run.positions().getShape()).isEqualTo(new Shape(3, 7, 2));
            assertThat(run.energies().getShape()).isEqualTo(new Shape(3, 7));
            assertThat(run.acceptanceRate().getShape()).isEqualTo(new Shape(7));
        }
    }

    /** More numbers than the loops keep in one array, and steps after the last draw. */
    @Test
    void theDrawsOfALongRunAreItsStatesAfterTheThinnedSteps() {
        SamplerConfig.Builder config = SamplerConfig.builder().burnIn(10).steps(1601);
        StandardNormal target = new StandardNormal(100);
        Sampler thinned = Sampler.of(
                new MetropolisAdjustedLangevin(target), config.thinning(2).build());
        Sampler whole = Sampler.of(
                new MetropolisAdjustedLangevin(target), config.thinning(1).build());
        NDArray start = target.sample(manager, 64, random);
        try (SampleRun run = thinned.run(start, RandomSource.of(2));
                SampleRun all = whole.run(start, RandomSource.of(2))) {
            assertThat(run.positions().getShape()).isEqualTo(new Shape(800, 64, 100));
            assertThat(run.energies().toFloatArray())
                    .isEqualTo(all.energies().get("1:1600:2").toFloatArray());
            assertThat(run.positions().toFloatArray())
                    .isEqualTo(all.positions().get("1:1600:2").toFloatArray());
            assertThat(target.energy(run.positions().reshape(-1, 100)).toFloatArray())
                    .containsExactly(run.energies().toFloatArray(), within(0.01f));
        }
    }

    @Test
    void keepsTheLastStateOnlyWithoutThinning() {
        try (SampleRun run = run(SamplerConfig.builder().burnIn(0).steps(20).build(), 7)) {
            assertThat(run.positions().getShape()).isEqualTo(new Shape(1, 7, 2));
        }
    }

    @Test
    void givesTheEnergiesOfTheDraws() {
        try (SampleRun run = run(SamplerConfig.builder().steps(10).build(), 50)) {
            float[] energies = Target.BANANA.energy(run.last()).toFloatArray();
            float[] found = run.energies().toFloatArray();
            for (int i = 0; i < energies.length; i++) {
                assertThat(found[i]).isCloseTo(energies[i], within(1e-5f));
            }
        }
    }

    @Test
    void burnInSteersTheAcceptanceToItsTarget() {
        SamplerConfig config =
                SamplerConfig.builder().burnIn(500).steps(500).stepSize(1e-3).build();
        try (SampleRun run = run(config, 500)) {
            assertThat(run.meanAcceptanceRate()).isCloseTo(SamplerConfig.OPTIMAL_ACCEPTANCE, within(0.02));
        }
    }

    @Test
    void theStepSizeIsFrozenAfterBurnIn() {
        try (SampleRun run =
                run(SamplerConfig.builder().burnIn(0).steps(50).stepSize(0.037).build(), 10)) {
            assertThat(run.stepSize()).isCloseTo(0.037, within(1e-8));
        }
    }

    @Test
    void anUnadjustedKernelKeepsItsStepSizeInBurnIn() {
        SamplerConfig config =
                SamplerConfig.builder().burnIn(50).steps(1).stepSize(0.1).build();
        try (SampleRun run = Sampler.of(new UnadjustedLangevin(Target.STANDARD_NORMAL), config)
                .run(manager.zeros(new Shape(10, 2)), random)) {
            assertThat(run.stepSize()).isCloseTo(0.1, within(1e-7));
            assertThat(run.meanAcceptanceRate()).isEqualTo(1);
        }
    }

    @Test
    void leavesTheInitialStatesAsTheyAre() {
        try (NDArray start = manager.ones(new Shape(4, 2));
                SampleRun run = Sampler.of(
                                new MetropolisAdjustedLangevin(Target.BANANA),
                                SamplerConfig.builder().build())
                        .run(start, random)) {
            assertThat(start.toFloatArray()).containsOnly(1);
            assertThat(run.last().toFloatArray()).isNotEqualTo(start.toFloatArray());
        }
    }

    @Test
    void theSameSeedGivesTheSameDraws() {
        List<float[]> draws = new ArrayList<>();
        for (int seed : new int[] {42, 42, 43}) {
            try (SampleRun run =
                    run(SamplerConfig.builder().burnIn(50).steps(50).build(), 100, seed)) {
                draws.add(run.last().toFloatArray());
            }
        }
        assertThat(draws.get(0)).isEqualTo(draws.get(1)).isNotEqualTo(draws.get(2));
    }

    @Test
    void ordersDrawsByChain() {
        SamplerConfig config =
                SamplerConfig.builder().burnIn(0).steps(4).thinning(1).build();
        try (SampleRun run = run(config, 2)) {
            float[] all = run.positions().toFloatArray();
            assertThat(run.byChain(0, 3).toFloatArray())
                    .containsExactly(all[0], all[1], all[12], all[13], all[2], all[3], all[14], all[15]);
        }
    }

    @Test
    void diagnosesTheEnergyAndEachCoordinate() {
        SamplerConfig config =
                SamplerConfig.builder().burnIn(500).steps(2000).thinning(4).build();
        try (SampleRun run = Sampler.of(new MetropolisAdjustedLangevin(Target.STANDARD_NORMAL), config)
                .run(random.normal(manager, new Shape(8, 2)), random)) {
            Table table = run.diagnostics();
            assertThat(table.stringColumn("quantity").asList()).containsExactly("energy", "latent 1", "latent 2");
            assertThat(table.row(2).getDouble("mean"))
                    .isCloseTo(run.positions().get(":, :, 1").mean().getFloat(), within(1e-6));
            ChainDiagnostics ofSecond = ChainDiagnostics.of(secondCoordinates(run));
            assertThat(table.row(2).getDouble("R-hat")).isEqualTo(ofSecond.rHat());
            assertThat(table.row(2).getDouble("bulk effective sample size"))
                    .isEqualTo(ofSecond.bulkEffectiveSampleSize());
            assertThat(table.row(2).getDouble("tail effective sample size"))
                    .isEqualTo(ofSecond.tailEffectiveSampleSize());
            assertThat(table.doubleColumn("R-hat").asList())
                    .allSatisfy(rHat -> assertThat(rHat).isLessThan(ChainDiagnostics.CONVERGED));
            // The mean energy is 1, its standard deviation 1.
            double error = 1 / Math.sqrt(table.doubleColumn(3).get(0));
            assertThat(table.doubleColumn("mean").get(0)).isCloseTo(1, within(4.5 * error));
        }
    }

    private static double[][] secondCoordinates(SampleRun run) {
        float[] positions = run.positions().toFloatArray();
        double[][] chains = new double[8][500];
        for (int draw = 0; draw < 500; draw++) {
            for (int chain = 0; chain < 8; chain++) {
                chains[chain][draw] = positions[(draw * 8 + chain) * 2 + 1];
            }
        }
        return chains;
    }

    @Test
    void namesTheCoordinatesAsAsked() {
        SamplerConfig config =
                SamplerConfig.builder().burnIn(0).steps(8).thinning(1).build();
        try (SampleRun run = run(config, 2)) {
            assertThat(run.diagnostics("x", "y").stringColumn("quantity").asList())
                    .containsExactly("energy", "x", "y");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> run.diagnostics("x"))
                    .withMessage("names: expected 2, found 1");
        }
    }

    @Test
    void hasNothingToSayAgainstAGoodRun() {
        SamplerConfig config =
                SamplerConfig.builder().burnIn(500).steps(2000).thinning(4).build();
        try (SampleRun run = Sampler.of(new MetropolisAdjustedLangevin(Target.STANDARD_NORMAL), config)
                .run(random.normal(manager, new Shape(8, 2)), random)) {
            assertThat(run.warnings()).isEmpty();
            assertThat(run.evaluations()).isEqualTo(2000);
            assertThat(run.divergences()).isZero();
        }
    }

    @Test
    void warnsOfChainsThatDisagreeAndHardlyMove() {
        SamplerConfig config = SamplerConfig.builder()
                .burnIn(0)
                .steps(50)
                .thinning(1)
                .stepSize(5)
                .build();
        try (SampleRun run = Sampler.of(new MetropolisAdjustedLangevin(Target.STANDARD_NORMAL), config)
                .run(random.normal(manager, new Shape(8, 2)), random)) {
            assertThat(run.warnings()).hasSize(5);
            assertThat(run.warnings().get(0)).matches("R-hat of .* is .*, above 1.01: .* Run them longer\\.");
            assertThat(run.warnings().get(1)).matches("The bulk effective sample size of .* is .*, below 400\\. .*");
            assertThat(run.warnings().get(2)).matches("The tail effective sample size of .* is .*, below 400\\. .*");
            assertThat(run.warnings().get(3)).matches(".* of 400 steps diverged: .*");
            assertThat(run.warnings().get(4)).matches("8 of 8 chains accept less than half as often as .* 57 %; .*");
        }
    }

    @Test
    void warnsOfDivergences() {
        SamplerConfig config =
                SamplerConfig.builder().burnIn(300).steps(2000).thinning(1).build();
        try (SampleRun run = Sampler.of(new HamiltonianMonteCarlo(Target.UNDEFINED_OUTSIDE, 3), config)
                .run(manager.zeros(new Shape(8, 2)), random)) {
            assertThat(run.divergences()).isPositive();
            assertThat(run.warnings()).singleElement().asString().startsWith(run.divergences() + " of 16000 steps");
        }
    }

    @Test
    void warnsOfDrawsThatAreNotFinite() {
        SamplerConfig config =
                SamplerConfig.builder().burnIn(0).steps(10).thinning(1).build();
        try (SampleRun run = Sampler.of(new UnadjustedLangevin(Target.UNDEFINED_OUTSIDE), config)
                .run(manager.ones(new Shape(2, 2)).mul(5), random)) {
            assertThat(run.warnings().get(0)).startsWith("R-hat of energy is NaN");
        }
    }

    @Test
    void reportsEveryStepOfBurnInAndThenEveryFew() {
        List<Integer> steps = new ArrayList<>();
        Sampler.of(
                        new MetropolisAdjustedLangevin(Target.BANANA),
                        SamplerConfig.builder().burnIn(2).steps(20).build())
                .run(manager.zeros(new Shape(1, 2)), random, steps::add)
                .close();
        assertThat(steps).containsExactly(1, 2, 18, 22);
    }

    @Test
    void stopsWhenTheThreadIsInterrupted() {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> run(SamplerConfig.builder().build(), 3))
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("sampling was interrupted after 0 of 1000 steps");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void rejectsStatesOfAnotherDimension() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sampler.of(
                                new MetropolisAdjustedLangevin(Target.BANANA),
                                SamplerConfig.builder().build())
                        .run(manager.zeros(new Shape(5, 3)), random))
                .withMessage("positions: expected shape (chains, 2), found (5, 3)");
    }
}
