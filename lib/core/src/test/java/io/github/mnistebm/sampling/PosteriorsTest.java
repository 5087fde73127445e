package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Variance;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The moments of textbooks' targets against published answers, quadrature and theory. */
class PosteriorsTest {

    /** The number of standard errors by which a mean may be off: a right sampler fails one such test in 150,000. */
    private static final double STANDARD_ERRORS = 4.5;

    /** A kernel with the lengths of its runs: 1000 chains of MALA, or fewer of the kernels that take longer steps. */
    private enum Method {
        MALA(1000, 1000, 4000, 20, SamplerConfig.OPTIMAL_ACCEPTANCE, Adaptation.STEP_SIZE) {
            @Override
            TransitionKernel kernel(EnergyFunction target) {
                return new MetropolisAdjustedLangevin(target);
            }
        },

        HAMILTONIAN_MONTE_CARLO(500, 300, 300, 3, 0.8, Adaptation.DIAGONAL_METRIC) {
            @Override
            TransitionKernel kernel(EnergyFunction target) {
                return new HamiltonianMonteCarlo(target, 8);
            }
        },

        NO_U_TURN(500, 300, 200, 2, NoUTurn.TARGET_ACCEPTANCE, Adaptation.DENSE_METRIC) {
            @Override
            TransitionKernel kernel(EnergyFunction target) {
                return new NoUTurn(target);
            }
        };

        private final int chains;
        private final SamplerConfig config;

        Method(int chains, int burnIn, int steps, int thinning, double acceptance, Adaptation adaptation) {
            this.chains = chains;
            this.config = SamplerConfig.builder()
                    .burnIn(burnIn)
                    .steps(steps)
                    .thinning(thinning)
                    .targetAcceptance(acceptance)
                    .adaptation(adaptation)
                    .build();
        }

        abstract TransitionKernel kernel(EnergyFunction target);

        Sample sample(int dimension, EnergyFunction.AtPoint target) {
            return sample(dimension, target, config);
        }

        Sample sample(int dimension, EnergyFunction.AtPoint target, SamplerConfig config) {
            return sample(dimension, target, config, chains);
        }

        Sample sample(int dimension, EnergyFunction.AtPoint target, SamplerConfig config, int chains) {
            TransitionKernel kernel = kernel(EnergyFunction.of(dimension, target));
            try (NDManager manager = NDManager.newBaseManager();
                    SampleRun run = Sampler.of(kernel, config)
                            .run(manager.zeros(new Shape(chains, dimension)), RandomSource.of(1))) {
                return new Sample(run.positions().toFloatArray(), chains, dimension, run.divergences());
            }
        }
    }

    /** Draws of independent chains: the error of a mean is the standard deviation of the chains' means divided by √chains. */
    private record Sample(float[] positions, int chains, int dimension, long divergences) {

        double[] chainMeans(ToDoubleFunction<double[]> function) {
            double[] sums = new double[chains];
            int states = positions.length / dimension;
            double[] state = new double[dimension];
            for (int row = 0; row < states; row++) {
                for (int i = 0; i < dimension; i++) {
                    state[i] = positions[row * dimension + i];
                }
                sums[row % chains] += function.applyAsDouble(state);
            }
            return Arrays.stream(sums).map(sum -> sum * chains / states).toArray();
        }

        void assertMean(String name, double expected, double expectedError, ToDoubleFunction<double[]> function) {
            assertThat(errorsFrom(expected, expectedError, function))
                    .as("distance of %s from %s in standard errors", name, expected)
                    .isLessThan(STANDARD_ERRORS);
        }

        /** The distance of a mean from the expected, in standard errors of both. */
        double errorsFrom(double expected, double expectedError, ToDoubleFunction<double[]> function) {
            double[] means = chainMeans(function);
            double variance = Variance.of(means).getAsDouble() / chains;
            return Math.abs(Mean.of(means).getAsDouble() - expected)
                    / Math.sqrt(variance + expectedError * expectedError);
        }
    }

    private static double theta(double[] u, int school) {
        return u[0] + Math.exp(u[1]) * u[2 + school];
    }

    /**
     * The reference means, with their standard errors, are those of posteriordb (Magnusson et al. 2024, "posteriordb: Testing,
     * benchmarking and developing Bayesian inference algorithms"), {@code eight_schools-eight_schools_noncentered}.
     */
    private static final double[] THETA = {6.1505, 4.9396, 3.9059, 4.7960, 3.6144, 4.0511, 6.3172, 4.8840};

    private static final double[] THETA_ERRORS = {0.0557, 0.0462, 0.0542, 0.0475, 0.0461, 0.0485, 0.0499, 0.0543};
    private static final double MU = 4.4105;
    private static final double MU_ERROR = 0.0330;
    private static final double TAU = 3.6021;
    private static final double TAU_ERROR = 0.0319;

    @ParameterizedTest
    @EnumSource
    void theEightSchoolsHaveTheMeansOfTheReference(Method method) {
        Sample sample = method.sample(10, Posteriors.eightSchools(1));
        for (int school = 0; school < THETA.length; school++) {
            int j = school;
            sample.assertMean("θ" + (j + 1), THETA[j], THETA_ERRORS[j], u -> theta(u, j));
        }
        sample.assertMean("μ", MU, MU_ERROR, u -> u[0]);
        sample.assertMean("τ", TAU, TAU_ERROR, u -> Math.exp(u[1]));
    }

    @ParameterizedTest
    @EnumSource
    void halfTheJacobianShowsInTheMeanOfTau(Method method) {
        // Without any, the density of log τ has no integral.
        Sample sample = method.sample(10, Posteriors.eightSchools(0.5));
        assertThat(sample.errorsFrom(TAU, TAU_ERROR, u -> Math.exp(u[1]))).isGreaterThan(STANDARD_ERRORS);
    }

    /** Where τ is small the centred form is a funnel, and no step size serves all of it (Betancourt &amp; Girolami 2015). */
    @ParameterizedTest
    @EnumSource(names = {"HAMILTONIAN_MONTE_CARLO", "NO_U_TURN"})
    void theCentredSchoolsDiverge(Method method) {
        Sample centred = method.sample(10, Posteriors::eightSchoolsCentred);
        assertThat(centred.divergences()).isPositive();
        assertThat(method.sample(10, Posteriors.eightSchools(1)).divergences()).isLessThan(centred.divergences() / 2);
    }

    @ParameterizedTest
    @EnumSource
    void theBioassayHasTheMeansOfQuadrature(Method method) {
        Sample sample = method.sample(2, Posteriors::bioassay);
        double[] expected = quadrature();
        sample.assertMean("α", expected[0], 0, u -> u[0]);
        sample.assertMean("β", expected[1], 0, u -> u[1]);
        sample.assertMean("αβ", expected[2], 0, u -> u[0] * u[1]);
    }

    /** Its tips are so thin that only small steps reach them: the wanted acceptance is 0.98 where paths are long. */
    @ParameterizedTest
    @EnumSource
    void theBananaHasItsMoments(Method method) {
        SamplerConfig config = SamplerConfig.builder()
                .burnIn(500)
                .steps(1000)
                .thinning(10)
                .targetAcceptance(0.98)
                .adaptation(Adaptation.DIAGONAL_METRIC)
                .build();
        Sample sample = method == Method.MALA
                ? method.sample(2, Posteriors::banana)
                : method.sample(2, Posteriors::banana, config);
        sample.assertMean("x", 0, 0, u -> u[0]);
        sample.assertMean("x²", 100, 0, u -> u[0] * u[0]);
        sample.assertMean("y", 0, 0, u -> u[1]);
        sample.assertMean("y²", 1 + 2 * 0.03 * 0.03 * 1e4, 0, u -> u[1] * u[1]);
    }

    @ParameterizedTest
    @EnumSource(names = {"HAMILTONIAN_MONTE_CARLO", "NO_U_TURN"})
    void theIllConditionedNormalHasItsMoments(Method method) {
        int d = 100;
        SamplerConfig config = SamplerConfig.builder()
                .burnIn(300)
                .steps(300)
                .thinning(2)
                .targetAcceptance(0.8)
                .adaptation(Adaptation.DIAGONAL_METRIC)
                .build();
        Sample sample = method.sample(d, Posteriors::illConditioned, config, 50);
        for (int i = 0; i < d; i += 11) {
            int k = i;
            double variance = (k + 1) * (k + 1) * 1e-4;
            sample.assertMean("x", 0, 0, u -> u[k]);
            sample.assertMean("x²", variance, 0, u -> u[k] * u[k]);
            sample.assertMean("x⁴", 3 * variance * variance, 0, u -> Math.pow(u[k], 4));
        }
        sample.assertMean("energy", d / 2.0, 0, u -> Posteriors.illConditioned(u, new double[d]));
    }

    @Test
    void theFunnelDiverges() {
        Sample sample = Method.NO_U_TURN.sample(10, Posteriors::funnel);
        assertThat(sample.divergences()).isPositive();
    }

    @Test
    @Tag("slow")
    void smallStepsReachTheNeckOfTheFunnel() {
        SamplerConfig config = SamplerConfig.builder()
                .burnIn(1000)
                .steps(2000)
                .thinning(1)
                .targetAcceptance(0.99)
                .adaptation(Adaptation.DIAGONAL_METRIC)
                .build();
        Sample sample = Method.NO_U_TURN.sample(10, Posteriors::funnel, config, 64);
        sample.assertMean("v", 0, 0, u -> u[0]);
        sample.assertMean("v²", 9, 0, u -> u[0] * u[0]);
    }

    /** E α, E β and E αβ on a grid, beyond which the density is less than 1e-9 of its greatest. */
    private static double[] quadrature() {
        double[] sums = new double[3];
        double total = 0;
        for (double alpha = -10; alpha <= 20; alpha += 0.05) {
            for (double beta = -20; beta <= 120; beta += 0.1) {
                double density = Math.exp(-Posteriors.bioassay(new double[] {alpha, beta}, new double[2]));
                total += density;
                sums[0] += density * alpha;
                sums[1] += density * beta;
                sums[2] += density * alpha * beta;
            }
        }
        double constant = total;
        return Arrays.stream(sums).map(sum -> sum / constant).toArray();
    }

    @Test
    void theModeOfTheBioassayIsThePublishedOne() {
        double[] gradient = new double[2];
        // Gelman et al. 2013, page 76: (0.8, 7.7).
        Posteriors.bioassay(new double[] {0.85, 7.75}, gradient);
        assertThat(gradient).containsExactly(new double[2], within(0.02));
    }

    @Test
    void gradientsAreThoseOfTheEnergies() {
        assertGradient(Posteriors.eightSchools(1), 1.5, 0.7, -0.2, 0.9, 0.3, -1.1, 0.4, 1.7, -0.6, 0.1);
        assertGradient(Posteriors::eightSchoolsCentred, 1.5, 0.7, -0.2, 0.9, 0.3, -1.1, 0.4, 1.7, -0.6, 0.1);
        assertGradient(Posteriors::bioassay, 0.8, 7.7);
        assertGradient(Posteriors::funnel, 0.7, 0.2, -0.3, 1.1);
        assertGradient(Posteriors::illConditioned, 0.01, -0.03, 0.02);
        assertGradient(Posteriors::banana, 3.1, -1.2);
    }

    private static void assertGradient(EnergyFunction.AtPoint energy, double... state) {
        double[] gradient = new double[state.length];
        energy.energyAndGradient(state, gradient);
        double step = 1e-5;
        for (int i = 0; i < state.length; i++) {
            double[] left = state.clone();
            double[] right = state.clone();
            left[i] -= step;
            right[i] += step;
            double slope = (energy.energyAndGradient(right, new double[state.length])
                            - energy.energyAndGradient(left, new double[state.length]))
                    / (2 * step);
            assertThat(gradient[i]).isCloseTo(slope, within(1e-7));
        }
    }
}
