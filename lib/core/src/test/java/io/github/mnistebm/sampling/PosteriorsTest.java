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
import org.junit.jupiter.api.Test;

/** Two posteriors of textbooks, written as a user of the sampler writes them. */
class PosteriorsTest {

    /** The number of standard errors by which a mean may be off: a right sampler fails one such test in 150,000. */
    private static final double STANDARD_ERRORS = 4.5;

    /** Effects of coaching on a test's score in eight schools, and their standard errors (Rubin 1981, table 1). */
    private static final double[] EFFECTS = {28, 8, -3, 7, -1, 1, 18, 12};

    private static final double[] ERRORS = {15, 10, 16, 11, 9, 11, 10, 18};

    /**
     * The eight schools, θⱼ = μ + τ ηⱼ with the priors μ ~ N(0, 5²), τ ~ half-Cauchy(5), ηⱼ ~ N(0, 1) (Gelman et al. 2013, "Bayesian
     * Data Analysis", section 5.5; the priors are those of posteriordb's {@code eight_schools_noncentered}). The state is
     * (μ, log τ, η₁, …, η₈).
     *
     * @param jacobian 1: the density of log τ is that of τ, times τ
     */
    private static EnergyFunction.AtPoint eightSchools(double jacobian) {
        return (u, gradient) -> {
            double mu = u[0];
            double tau = Math.exp(u[1]);
            double energy = mu * mu / 50 + Math.log1p(tau * tau / 25) - jacobian * u[1];
            gradient[0] = mu / 25;
            gradient[1] = 2 * tau * tau / (25 + tau * tau) - jacobian;
            for (int j = 0; j < EFFECTS.length; j++) {
                double eta = u[2 + j];
                double residual = (mu + tau * eta - EFFECTS[j]) / ERRORS[j];
                energy += (residual * residual + eta * eta) / 2;
                gradient[0] += residual / ERRORS[j];
                gradient[1] += residual / ERRORS[j] * tau * eta;
                gradient[2 + j] = residual / ERRORS[j] * tau + eta;
            }
            return energy;
        };
    }

    /** Log doses in log(g/ml) that five animals each were given, and the deaths (Racine et al. 1986; Gelman et al. 2013, table 3.1). */
    private static final double[] LOG_DOSES = {-0.86, -0.30, -0.05, 0.73};

    private static final int[] DEATHS = {0, 1, 3, 5};

    /** The logistic regression logit p = α + β x with a uniform prior (Gelman et al. 2013, section 3.7). The state is (α, β). */
    private static double bioassay(double[] u, double[] gradient) {
        double energy = 0;
        for (int i = 0; i < LOG_DOSES.length; i++) {
            double logit = u[0] + u[1] * LOG_DOSES[i];
            double excess = 5 / (1 + Math.exp(-logit)) - DEATHS[i];
            energy += 5 * Math.log1p(Math.exp(logit)) - DEATHS[i] * logit;
            gradient[0] += excess;
            gradient[1] += excess * LOG_DOSES[i];
        }
        return energy;
    }

    /** Draws of independent chains: the error of a mean is the standard deviation of the chains' means divided by √chains. */
    private record Sample(float[] positions, int chains, int dimension) {

        static Sample of(EnergyFunction target, int chains, int steps) {
            SamplerConfig config = SamplerConfig.builder()
                    .burnIn(steps / 4)
                    .steps(steps)
                    .thinning(20)
                    .build();
            int d = target.dimension();
            try (NDManager manager = NDManager.newBaseManager();
                    SampleRun run = Sampler.of(new MetropolisAdjustedLangevin(target), config)
                            .run(manager.zeros(new Shape(chains, d)), RandomSource.of(1))) {
                return new Sample(run.positions().toFloatArray(), chains, d);
            }
        }

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
    @Test
    void theEightSchoolsHaveTheMeansOfTheReference() {
        Sample sample = Sample.of(EnergyFunction.of(10, eightSchools(1)), 1000, 4000);
        double[] means = {6.1505, 4.9396, 3.9059, 4.7960, 3.6144, 4.0511, 6.3172, 4.8840};
        double[] errors = {0.0557, 0.0462, 0.0542, 0.0475, 0.0461, 0.0485, 0.0499, 0.0543};
        for (int school = 0; school < means.length; school++) {
            int j = school;
            assertThat(sample.errorsFrom(means[j], errors[j], u -> theta(u, j)))
                    .as("θ%s", j + 1)
                    .isLessThan(STANDARD_ERRORS);
        }
        assertThat(sample.errorsFrom(4.4105, 0.0330, u -> u[0])).as("μ").isLessThan(STANDARD_ERRORS);
        assertThat(sample.errorsFrom(3.6021, 0.0319, u -> Math.exp(u[1])))
                .as("τ")
                .isLessThan(STANDARD_ERRORS);
    }

    @Test
    void halfTheJacobianShowsInTheMeanOfTau() {
        // Without any, the density of log τ has no integral.
        Sample sample = Sample.of(EnergyFunction.of(10, eightSchools(0.5)), 1000, 4000);
        assertThat(sample.errorsFrom(3.6021, 0.0319, u -> Math.exp(u[1]))).isGreaterThan(STANDARD_ERRORS);
    }

    @Test
    void theBioassayHasTheMeansOfQuadrature() {
        Sample sample = Sample.of(EnergyFunction.of(2, PosteriorsTest::bioassay), 1000, 4000);
        double[] expected = quadrature();
        assertThat(sample.errorsFrom(expected[0], 0, u -> u[0])).as("α").isLessThan(STANDARD_ERRORS);
        assertThat(sample.errorsFrom(expected[1], 0, u -> u[1])).as("β").isLessThan(STANDARD_ERRORS);
        assertThat(sample.errorsFrom(expected[2], 0, u -> u[0] * u[1])).as("αβ").isLessThan(STANDARD_ERRORS);
    }

    /** E α, E β and E αβ on a grid, beyond which the density is less than 1e-9 of its greatest. */
    private static double[] quadrature() {
        double[] sums = new double[3];
        double total = 0;
        for (double alpha = -10; alpha <= 20; alpha += 0.05) {
            for (double beta = -20; beta <= 120; beta += 0.1) {
                double density = Math.exp(-bioassay(new double[] {alpha, beta}, new double[2]));
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
        bioassay(new double[] {0.85, 7.75}, gradient);
        assertThat(gradient).containsExactly(new double[2], within(0.02));
    }

    @Test
    void gradientsAreThoseOfTheEnergies() {
        assertGradient(eightSchools(1), 1.5, 0.7, -0.2, 0.9, 0.3, -1.1, 0.4, 1.7, -0.6, 0.1);
        assertGradient(PosteriorsTest::bioassay, 0.8, 7.7);
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
