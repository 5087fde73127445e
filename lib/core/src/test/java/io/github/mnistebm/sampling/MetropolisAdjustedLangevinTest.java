package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.tensor.RandomSource;
import java.util.function.ToDoubleBiFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MetropolisAdjustedLangevinTest {

    private final RandomSource random = RandomSource.of(1);

    private static final ToDoubleBiFunction<Double, Double> X = (x, y) -> x;
    private static final ToDoubleBiFunction<Double, Double> Y = (x, y) -> y;
    private static final ToDoubleBiFunction<Double, Double> XX = (x, y) -> x * x;
    private static final ToDoubleBiFunction<Double, Double> YY = (x, y) -> y * y;
    private static final ToDoubleBiFunction<Double, Double> XY = (x, y) -> x * y;

    /** So large that the unadjusted algorithm's variance is 1/(1 − 0.4) in place of 1. */
    private static final double LARGE_STEP = 0.8;

    /** The loops or tensor operations that move the chains. */
    private enum Form {
        BY_TENSOR_OPERATIONS,
        BY_LOOPS;

        EnergyFunction of(Target target) {
            return this == BY_LOOPS ? target.inLoops() : target;
        }

        TransitionKernel langevin(Target target) {
            return new MetropolisAdjustedLangevin(of(target));
        }
    }

    @ParameterizedTest
    @EnumSource
    void samplesTheStandardNormal(Form form) {
        Draws draws = Draws.from(form.langevin(Target.STANDARD_NORMAL), LARGE_STEP, 200, 1);
        draws.assertExpectation(X, 0);
        draws.assertExpectation(XX, 1);
        draws.assertExpectation(YY, 1);
        draws.assertExpectation(XY, 0);
        draws.assertExpectation((x, y) -> Math.pow(x, 4), 3);
    }

    @ParameterizedTest
    @EnumSource
    void samplesACorrelatedNormal(Form form) {
        Draws draws = Draws.from(form.langevin(Target.CORRELATED_NORMAL), 0.4, 1000, 2);
        draws.assertExpectation(X, 1);
        draws.assertExpectation(Y, -2);
        draws.assertExpectation(XX, 1 + 1);
        draws.assertExpectation(YY, 4 + 4);
        draws.assertExpectation(XY, 1.6 - 2);
    }

    @ParameterizedTest
    @EnumSource
    void samplesBothModesOfAMixture(Form form) {
        Draws draws = Draws.from(form.langevin(Target.MIXTURE), LARGE_STEP, 500, 3);
        draws.assertExpectation(X, 0.7 * 1.5 - 0.3 * 1.5);
        draws.assertExpectation(XX, 1 + 1.5 * 1.5);
        draws.assertExpectation(YY, 1);
    }

    @ParameterizedTest
    @EnumSource
    void samplesABanana(Form form) {
        Draws draws = Draws.from(form.langevin(Target.BANANA), 0.4, 1000, 4);
        draws.assertExpectation(X, 0);
        draws.assertExpectation(Y, 0);
        draws.assertExpectation(XX, 1);
        draws.assertExpectation(YY, 1 + 2 / 4.0);
        draws.assertExpectation((x, y) -> x * x * y, 1);
    }

    @ParameterizedTest
    @EnumSource
    void samplesAtATemperature(Form form) {
        EnergyFunction warm = form.of(Target.STANDARD_NORMAL).atTemperature(2);
        Draws draws = Draws.from(new MetropolisAdjustedLangevin(warm), LARGE_STEP, 200, 5);
        draws.assertExpectation(XX, 2);
        draws.assertExpectation(YY, 2);
    }

    @ParameterizedTest
    @EnumSource
    void neverGoesWhereTheEnergyIsUndefined(Form form) {
        try (NDManager manager = NDManager.newBaseManager();
                NDArray start = manager.zeros(new Shape(1000, 2));
                SampleRun run = Sampler.of(
                                form.langevin(Target.UNDEFINED_OUTSIDE),
                                SamplerConfig.builder().burnIn(100).steps(200).build())
                        .run(start, random)) {
            NDArray squares = run.last().square().sum(new int[] {1});
            assertThat(squares.max().getFloat()).isLessThanOrEqualTo(4);
            assertThat(run.energies().isNaN().any().getBoolean()).isFalse();
            // Half the square is exponentially distributed, up to 2.
            double mean = 2 - 4 / Math.expm1(2);
            double variance = 4 - 16 * Math.exp(-2) / Math.pow(-Math.expm1(-2), 2);
            assertThat((double) squares.mean().getFloat()).isCloseTo(mean, within(4.5 * Math.sqrt(variance / 1000)));
        }
    }

    private static TransitionKernel of(Form form, Target tilt, boolean jumps) {
        TiltedEnergy energy = new TiltedEnergy(form.of(tilt), new StandardNormal(2));
        TransitionKernel langevin = new MetropolisAdjustedLangevin(energy);
        return jumps
                ? new KernelWithJumps(
                        langevin, new IndependenceMetropolis(energy, energy.reference(), energy.tilt()), 2)
                : langevin;
    }

    /** The mean of a standard normal number that does not exceed 1 is −φ(1)/Φ(1). */
    @ParameterizedTest
    @CsvSource({"BY_TENSOR_OPERATIONS, false", "BY_TENSOR_OPERATIONS, true", "BY_LOOPS, false", "BY_LOOPS, true"})
    void neverGoesWhereTheGradientIsInfinite(Form form, boolean jumps) {
        Draws draws = Draws.from(of(form, Target.STEEP_BEYOND_ONE, jumps), LARGE_STEP, 200, 6, -5);
        draws.assertExpectation(X, -0.24197 / 0.84134);
        draws.assertExpectation(YY, 1);
    }

    /** The mean of a standard normal number that exceeds 1 is φ(1)/(1 − Φ(1)). */
    @ParameterizedTest
    @CsvSource({"BY_TENSOR_OPERATIONS, false", "BY_TENSOR_OPERATIONS, true", "BY_LOOPS, false", "BY_LOOPS, true"})
    void leavesWhereTheEnergyIsInfinite(Form form, boolean jumps) {
        Draws draws = Draws.from(of(form, Target.FORBIDDEN_BELOW_ONE, jumps), LARGE_STEP, 400, 7, 0);
        draws.assertExpectation(X, 0.24197 / 0.15866);
        draws.assertExpectation(YY, 1);
    }

    @ParameterizedTest
    @EnumSource(Mistake.class)
    void theseMomentsWouldShowAMistakeInTheCorrection(Mistake mistake) {
        Draws draws = Draws.from(new MistakenLangevin(mistake), LARGE_STEP, 200, 1);
        draws.assertOtherExpectation(XX, 1);
    }

    enum Mistake {
        NO_CORRECTION,
        NO_FORWARD_DENSITY,
        NO_BACKWARD_DENSITY
    }

    /** The algorithm on the standard normal, with a mistake. */
    private record MistakenLangevin(Mistake mistake) implements MistakenKernel {

        @Override
        public Transition step(ChainState state, NDArray stepSize, long index, RandomSource random) {
            NDArray here = state.positions();
            NDManager manager = here.getManager();
            NDArray there = here.sub(state.gradient().mul(stepSize))
                    .add(random.normal(manager, here.getShape())
                            .mul(stepSize.mul(2).sqrt()));
            ChainState proposed = ChainState.at(energy(), there);
            NDArray forward = distance(state, there, stepSize);
            NDArray backward = distance(proposed, here, stepSize);
            NDArray logRatio = state.energy().sub(proposed.energy());
            logRatio = mistake == Mistake.NO_FORWARD_DENSITY ? logRatio : logRatio.add(forward);
            logRatio = mistake == Mistake.NO_BACKWARD_DENSITY ? logRatio : logRatio.sub(backward);
            return MistakenKernel.decided(state, proposed, logRatio, mistake != Mistake.NO_CORRECTION, random);
        }

        /** ‖to − from + ε ∇E(from)‖² / 4ε. */
        private static NDArray distance(ChainState from, NDArray to, NDArray stepSize) {
            return to.sub(from.positions())
                    .add(from.gradient().mul(stepSize))
                    .square()
                    .sum(new int[] {1})
                    .div(stepSize.mul(4));
        }
    }
}
