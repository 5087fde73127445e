package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.tensor.RandomSource;
import java.util.function.ToDoubleBiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NoUTurnTest {

    private static final ToDoubleBiFunction<Double, Double> X = (x, y) -> x;
    private static final ToDoubleBiFunction<Double, Double> XX = (x, y) -> x * x;
    private static final ToDoubleBiFunction<Double, Double> YY = (x, y) -> y * y;

    /** So large that the energy varies much along a path. */
    private static final double LARGE_STEP = 1.2;

    private static TransitionKernel kernel(Target target) {
        return new NoUTurn(target.inLoops());
    }

    @Test
    void samplesTheStandardNormal() {
        Draws draws = Draws.from(kernel(Target.STANDARD_NORMAL), LARGE_STEP, 60, 1);
        draws.assertExpectation(X, 0);
        draws.assertExpectation(XX, 1);
        draws.assertExpectation(YY, 1);
        draws.assertExpectation((x, y) -> x * y, 0);
        draws.assertExpectation((x, y) -> Math.pow(x, 4), 3);
    }

    /** Paths of many states, whose choice and criterion have many levels. */
    @Test
    void samplesByLongPaths() {
        Draws draws = Draws.from(kernel(Target.STANDARD_NORMAL), 0.1, 15, 2);
        draws.assertExpectation(X, 0);
        draws.assertExpectation(XX, 1);
        draws.assertExpectation((x, y) -> Math.pow(x, 4), 3);
        Draws ofBanana = Draws.from(kernel(Target.BANANA), 0.2, 30, 3);
        ofBanana.assertExpectation(YY, 1.5);
        ofBanana.assertExpectation((x, y) -> x * x * y, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void samplesByPathsThatAreCutOff(int doublings) {
        Draws draws = Draws.from(new NoUTurn(Target.CORRELATED_NORMAL.inLoops(), doublings), 0.9, 200, 4);
        draws.assertExpectation(X, 1);
        draws.assertExpectation(XX, 2);
        draws.assertExpectation(YY, 8);
    }

    @Test
    void samplesAtATemperature() {
        EnergyFunction warm = Target.STANDARD_NORMAL.inLoops().atTemperature(2);
        Draws draws = Draws.from(new NoUTurn(warm), LARGE_STEP, 60, 5);
        draws.assertExpectation(XX, 2);
        draws.assertExpectation(YY, 2);
    }

    /** Half the square is exponentially distributed, up to 2. */
    @Test
    void neverGoesWhereTheEnergyIsUndefined() {
        try (NDManager manager = NDManager.newBaseManager();
                SampleRun run = Sampler.of(
                                kernel(Target.UNDEFINED_OUTSIDE),
                                SamplerConfig.builder().burnIn(50).steps(100).build())
                        .run(manager.zeros(new Shape(1000, 2)), RandomSource.of(1))) {
            NDArray squares = run.last().square().sum(new int[] {1});
            assertThat(squares.max().getFloat()).isLessThanOrEqualTo(4);
            assertThat(run.energies().isNaN().any().getBoolean()).isFalse();
            double mean = 2 - 4 / Math.expm1(2);
            double variance = 4 - 16 * Math.exp(-2) / Math.pow(-Math.expm1(-2), 2);
            assertThat((double) squares.mean().getFloat()).isCloseTo(mean, within(4.5 * Math.sqrt(variance / 1000)));
            assertThat(run.divergences()).isBetween(1000L, 100_000L);
        }
    }

    private static TransitionKernel tilted(Target tilt) {
        return new NoUTurn(new TiltedEnergy(tilt.inLoops(), new StandardNormal(2)));
    }

    /** The mean of a standard normal number that does not exceed 1 is −φ(1)/Φ(1). */
    @Test
    void neverGoesWhereTheGradientIsInfinite() {
        Draws draws = Draws.from(tilted(Target.STEEP_BEYOND_ONE), 0.5, 100, 6, -5);
        draws.assertExpectation(X, -0.24197 / 0.84134);
        draws.assertExpectation(YY, 1);
    }

    /** The mean of a standard normal number that exceeds 1 is φ(1)/(1 − Φ(1)). */
    @Test
    void leavesWhereTheEnergyIsInfinite() {
        Draws draws = Draws.from(tilted(Target.FORBIDDEN_BELOW_ONE), 0.5, 200, 7, 0);
        draws.assertExpectation(X, 0.24197 / 0.15866);
        draws.assertExpectation(YY, 1);
    }

    /** A path that does not turn has 1 + 2 + 4 steps. */
    @Test
    void doublesItsPathUntilItTurns() {
        assertThat(evaluationsOfAStep(new StandardNormal(2), 1, 0.5)).isEqualTo(1);
        assertThat(evaluationsOfAStep(new StandardNormal(2), 3, 1e-3)).isEqualTo(7);
        // In many dimensions a path turns after half a period, π; the next doubling may see it.
        assertThat(evaluationsOfAStep(new StandardNormal(100), 10, 0.12) * 0.12).isBetween(Math.PI / 2, 2 * Math.PI);
    }

    private static double evaluationsOfAStep(EnergyFunction energy, int doublings, double stepSize) {
        RandomSource random = RandomSource.of(1);
        try (NDManager manager = NDManager.newBaseManager();
                Chains chains = Chains.of(manager, new NoUTurn(energy, doublings), 100, stepSize, 0.8)) {
            chains.start(random.normal(manager, new Shape(100, energy.dimension())), random);
            chains.advance(20);
            assertThat(chains.divergences()).isZero();
            return chains.evaluations() / 20;
        }
    }

    @Test
    void movesInLoopsHoweverManyTheChainsAndLargeTheEnergy() {
        try (NDManager manager = NDManager.newBaseManager();
                Chains chains = Chains.of(manager, kernel(Target.BANANA), 100_000, 0.1, 0.8)) {
            assertThat(chains).isInstanceOf(LoopChains.class);
        }
    }

    @Test
    void refusesAnEnergyWithoutLoops() {
        TransitionKernel kernel = new NoUTurn(Target.BANANA);
        try (NDManager manager = NDManager.newBaseManager()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Chains.of(manager, kernel, 1, 0.1, 0.8))
                    .withMessage(
                            "energy: expected one with a form in plain loops (EnergyFunction.onHost), which NoUTurn needs,"
                                    + " found " + Target.BANANA.getClass().getSimpleName());
            NDArray start = manager.zeros(new Shape(1, 2));
            assertThatThrownBy(() -> kernel.step(
                            ChainState.at(Target.BANANA, start), manager.create(0.1f), 0, RandomSource.of(1)))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 21})
    void refusesANumberOfDoublingsOutOfRange(int doublings) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NoUTurn(Target.BANANA, doublings))
                .withMessage("doublings: must be in [1, 20], found " + doublings);
    }

    @Test
    void theSameSeedGivesTheSameDraws() {
        Draws draws = Draws.from(kernel(Target.BANANA), 0.3, 10, 1);
        assertThat(Draws.from(kernel(Target.BANANA), 0.3, 10, 1).coordinates()).isEqualTo(draws.coordinates());
        assertThat(Draws.from(kernel(Target.BANANA), 0.3, 10, 2).coordinates()).isNotEqualTo(draws.coordinates());
    }

    /** The recursion of the paper, with and without a mistake. */
    @Test
    void theRecursionOfThePaperHasTheSameMomentsAndTheSamePaths() {
        Draws recursive = Draws.from(new RecursiveNoUTurn(RecursiveNoUTurn.Mistake.NONE), LARGE_STEP, 20, 1);
        recursive.assertExpectation(XX, 1);
        recursive.assertExpectation((x, y) -> Math.pow(x, 4), 3);
        Draws grown = Draws.from(kernel(Target.STANDARD_NORMAL), LARGE_STEP, 60, 1);
        assertThat(grown.acceptance()).isCloseTo(recursive.acceptance(), within(0.003));
    }

    @ParameterizedTest
    @EnumSource(
            value = RecursiveNoUTurn.Mistake.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE"})
    void theseMomentsWouldShowAMistake(RecursiveNoUTurn.Mistake mistake) {
        Draws draws = Draws.from(new RecursiveNoUTurn(mistake), LARGE_STEP, 20, 1);
        draws.assertOtherExpectation(XX, 1);
    }
}
