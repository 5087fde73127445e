package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.tensor.RandomSource;
import java.util.SplittableRandom;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HamiltonianMonteCarloTest {

    private static final ToDoubleBiFunction<Double, Double> X = (x, y) -> x;
    private static final ToDoubleBiFunction<Double, Double> XX = (x, y) -> x * x;
    private static final ToDoubleBiFunction<Double, Double> YY = (x, y) -> y * y;

    private static final int STEPS = 4;

    /** So large that the variance without a correction is 1/(1 − ε²/4) = 1.56. */
    private static final double LARGE_STEP = 1.2;

    /** The loops or tensor operations that move the chains. */
    private enum Form {
        BY_TENSOR_OPERATIONS,
        BY_LOOPS;

        EnergyFunction of(Target target) {
            return this == BY_LOOPS ? target.inLoops() : target;
        }

        TransitionKernel hamiltonian(Target target) {
            return new HamiltonianMonteCarlo(of(target), STEPS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void samplesTheStandardNormal(Form form) {
        Draws draws = Draws.from(form.hamiltonian(Target.STANDARD_NORMAL), LARGE_STEP, 60, 1);
        draws.assertExpectation(X, 0);
        draws.assertExpectation(XX, 1);
        draws.assertExpectation(YY, 1);
        draws.assertExpectation((x, y) -> x * y, 0);
        draws.assertExpectation((x, y) -> Math.pow(x, 4), 3);
    }

    @ParameterizedTest
    @EnumSource
    void samplesAtATemperature(Form form) {
        EnergyFunction warm = form.of(Target.STANDARD_NORMAL).atTemperature(2);
        Draws draws = Draws.from(new HamiltonianMonteCarlo(warm, STEPS), LARGE_STEP, 60, 5);
        draws.assertExpectation(XX, 2);
        draws.assertExpectation(YY, 2);
    }

    /** Half the square is exponentially distributed, up to 2. */
    @ParameterizedTest
    @EnumSource
    void neverGoesWhereTheEnergyIsUndefined(Form form) {
        try (NDManager manager = NDManager.newBaseManager();
                SampleRun run = Sampler.of(
                                form.hamiltonian(Target.UNDEFINED_OUTSIDE),
                                SamplerConfig.builder().burnIn(50).steps(100).build())
                        .run(manager.zeros(new Shape(1000, 2)), RandomSource.of(1))) {
            NDArray squares = run.last().square().sum(new int[] {1});
            assertThat(squares.max().getFloat()).isLessThanOrEqualTo(4);
            assertThat(run.energies().isNaN().any().getBoolean()).isFalse();
            double mean = 2 - 4 / Math.expm1(2);
            double variance = 4 - 16 * Math.exp(-2) / Math.pow(-Math.expm1(-2), 2);
            assertThat((double) squares.mean().getFloat()).isCloseTo(mean, within(4.5 * Math.sqrt(variance / 1000)));
        }
    }

    /** The mean of a standard normal number that does not exceed 1 is −φ(1)/Φ(1). */
    @ParameterizedTest
    @EnumSource
    void neverGoesWhereTheGradientIsInfinite(Form form) {
        Draws draws = Draws.from(tilted(form, Target.STEEP_BEYOND_ONE), 0.5, 100, 6, -5);
        draws.assertExpectation(X, -0.24197 / 0.84134);
        draws.assertExpectation(YY, 1);
    }

    /** The mean of a standard normal number that exceeds 1 is φ(1)/(1 − Φ(1)). */
    @ParameterizedTest
    @EnumSource
    void leavesWhereTheEnergyIsInfinite(Form form) {
        Draws draws = Draws.from(tilted(form, Target.FORBIDDEN_BELOW_ONE), 0.5, 200, 7, 0);
        draws.assertExpectation(X, 0.24197 / 0.15866);
        draws.assertExpectation(YY, 1);
    }

    private static TransitionKernel tilted(Form form, Target tilt) {
        return new HamiltonianMonteCarlo(new TiltedEnergy(form.of(tilt), new StandardNormal(2)), STEPS);
    }

    @Test
    void goesOneStepOfLeapfrogToTwiceTheMeanLessOneEachAsOften() {
        HamiltonianMonteCarlo kernel = new HamiltonianMonteCarlo(Target.BANANA, STEPS);
        SplittableRandom random = new SplittableRandom(1);
        int[] counts = new int[2 * STEPS];
        int draws = 70_000;
        IntStream.range(0, draws).forEach(i -> counts[kernel.drawSteps(random)]++);
        double share = 1.0 / (2 * STEPS - 1);
        assertThat(counts[0]).isZero();
        for (int steps = 1; steps < 2 * STEPS; steps++) {
            assertThat(counts[steps] / (double) draws)
                    .isCloseTo(share, within(4.5 * Math.sqrt(share * (1 - share) / draws)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void countsItsEvaluationsAndItsDivergences(Form form) {
        RandomSource random = RandomSource.of(1);
        try (NDManager manager = NDManager.newBaseManager();
                Chains chains = Chains.of(
                        manager,
                        form.hamiltonian(Target.UNDEFINED_OUTSIDE),
                        50,
                        0.5,
                        SamplerConfig.OPTIMAL_ACCEPTANCE)) {
            chains.start(manager.zeros(new Shape(50, 2)), random);
            chains.advance(10);
            chains.endBurnIn();
            chains.advance(400);
            // The number of steps has the mean 4 and the variance 4; of a batch it is common to all.
            assertThat(chains.evaluations()).isCloseTo(400 * 4, within(4.5 * Math.sqrt(400 * 4)));
            assertThat(chains.divergences()).isBetween(50L * 400 / 20, 50L * 400);
            chains.endBurnIn();
            assertThat(chains.evaluations()).isZero();
            assertThat(chains.divergences()).isZero();
        }
    }

    /** Eight leapfrog steps are one period of the oscillator, at 45° each: cos 45° = 1 − ε²/2. */
    private static final double EIGHTH_OF_A_PERIOD = Math.sqrt(2 - Math.sqrt(2));

    @ParameterizedTest
    @EnumSource
    void pathsOfAPeriodAreNoObstacle(Form form) {
        TransitionKernel kernel = new HamiltonianMonteCarlo(form.of(Target.STANDARD_NORMAL), 8);
        Draws draws = Draws.from(kernel, EIGHTH_OF_A_PERIOD, 40, 3, 3);
        draws.assertExpectation(X, 0);
        draws.assertExpectation(XX, 1);
    }

    @Test
    void withoutJitterPathsOfAPeriodWouldShow() {
        Draws draws = Draws.from(new MistakenHamiltonian(Mistake.NO_JITTER, 8), EIGHTH_OF_A_PERIOD, 40, 3, 3);
        draws.assertOtherExpectation(X, 0);
        assertThat(draws.acceptance()).isCloseTo(1, within(1e-3));
    }

    @Test
    void aMomentumThatIsNotDrawnAnewWouldShow() {
        Draws draws = Draws.from(new MistakenHamiltonian(Mistake.NO_MOMENTUM, STEPS), LARGE_STEP, 60, 1, 3);
        draws.assertOtherExpectation(YY, 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Mistake.class,
            names = {"NO_CORRECTION", "WRONG_SIGN_OF_KINETIC_ENERGY", "NO_KINETIC_ENERGY", "WHOLE_FIRST_KICK"})
    void theseMomentsWouldShowAMistake(Mistake mistake) {
        Draws draws = Draws.from(new MistakenHamiltonian(mistake, STEPS), LARGE_STEP, 60, 1);
        draws.assertOtherExpectation(XX, 1);
    }

    @Test
    void withoutAMistakeTheCopyOfTheTestIsRight() {
        Draws draws = Draws.from(new MistakenHamiltonian(Mistake.NONE, STEPS), LARGE_STEP, 60, 1);
        draws.assertExpectation(XX, 1);
    }

    enum Mistake {
        NONE,
        NO_CORRECTION,
        WRONG_SIGN_OF_KINETIC_ENERGY,
        NO_KINETIC_ENERGY,
        WHOLE_FIRST_KICK,
        NO_JITTER,
        NO_MOMENTUM
    }

    /** The algorithm on the standard normal, with a mistake. */
    private record MistakenHamiltonian(Mistake mistake, int meanSteps) implements MistakenKernel {

        @Override
        public Transition step(ChainState state, NDArray stepSize, long index, RandomSource random) {
            NDArray here = state.positions();
            NDManager manager = here.getManager();
            NDArray start = mistake == Mistake.NO_MOMENTUM ? here.zerosLike() : random.normal(manager, here.getShape());
            int steps =
                    mistake == Mistake.NO_JITTER ? meanSteps : random.forLoops().nextInt(1, 2 * meanSteps);
            ChainState end = state;
            NDArray momenta = start;
            for (int i = 0; i < steps; i++) {
                double firstKick = mistake == Mistake.WHOLE_FIRST_KICK && i == 0 ? 1 : 0.5;
                momenta = momenta.sub(end.gradient().mul(stepSize).mul(firstKick));
                end = ChainState.at(energy(), end.positions().add(momenta.mul(stepSize)));
                momenta = momenta.sub(end.gradient().mul(stepSize).mul(0.5));
            }
            NDArray kinetic = start.square().sub(momenta.square()).sum(new int[] {1});
            double factor =
                    switch (mistake) {
                        case WRONG_SIGN_OF_KINETIC_ENERGY -> -0.5;
                        case NO_KINETIC_ENERGY -> 0;
                        default -> 0.5;
                    };
            NDArray logRatio = state.energy().sub(end.energy()).add(kinetic.mul(factor));
            return MistakenKernel.decided(state, end, logRatio, mistake != Mistake.NO_CORRECTION, random);
        }
    }

    @Test
    void refusesPathsWithoutAStep() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HamiltonianMonteCarlo(Target.BANANA, 0))
                .withMessage("leapfrog steps: must be at least 1, found 0");
    }
}
