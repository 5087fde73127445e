package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.density.TiltedEnergy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A mixture Σₖ wₖ N(μₖ, Σₖ), tilted by a · u, at a temperature: in the k-th component, exp(−a · u) moves the mean of N(μₖ, T Σₖ) by
 * −T Σₖ a, leaves the covariance, and multiplies the weight by exp(−a · μₖ + T a · Σₖ a / 2).
 */
class TemperatureTest {

    private static final double[] WEIGHTS = {0.3, 0.7};
    private static final double[] TILT = {0.5, 0.25};
    private static final double[][] MEANS = {{-1.5, 0}, {1.5, 1}};
    private static final double[][] COVARIANCES = {{1, 0.3, 0.3, 0.5}, {0.8, 0, 0, 1}};

    private NDManager manager;
    private GaussianMixture mixture;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        mixture = GaussianMixture.of(manager, WEIGHTS, MEANS, COVARIANCES);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    enum Form {
        BY_TENSOR_OPERATIONS,
        BY_LOOPS
    }

    private TiltedEnergy energy(Form form) {
        return new TiltedEnergy(form == Form.BY_LOOPS ? Target.TILT.inLoops() : Target.TILT, mixture);
    }

    private static TransitionKernel kernel(EnergyFunction target, ReferenceMeasure proposal, EnergyFunction tilt) {
        return new KernelWithJumps(
                new MetropolisAdjustedLangevin(target), new IndependenceMetropolis(target, proposal, tilt), 2);
    }

    /** Computes the moments of order 1 and 2 of a coordinate. */
    private static double[] moments(int coordinate, double temperature) {
        double[] sums = new double[3];
        for (int k = 0; k < WEIGHTS.length; k++) {
            double[] shift = new double[2];
            double exponent = 0;
            for (int i = 0; i < 2; i++) {
                shift[i] = temperature * (COVARIANCES[k][2 * i] * TILT[0] + COVARIANCES[k][2 * i + 1] * TILT[1]);
                exponent += TILT[i] * (shift[i] / 2 - MEANS[k][i]);
            }
            double weight = WEIGHTS[k] * Math.exp(exponent);
            double mean = MEANS[k][coordinate] - shift[coordinate];
            sums[0] += weight;
            sums[1] += weight * mean;
            sums[2] += weight * (mean * mean + temperature * COVARIANCES[k][3 * coordinate]);
        }
        return new double[] {sums[1] / sums[0], sums[2] / sums[0]};
    }

    @ParameterizedTest
    @CsvSource({
        "BY_TENSOR_OPERATIONS, 0.5",
        "BY_TENSOR_OPERATIONS, 1",
        "BY_TENSOR_OPERATIONS, 2",
        "BY_LOOPS, 0.5",
        "BY_LOOPS, 1",
        "BY_LOOPS, 2"
    })
    void chainsHaveTheMomentsOfTheTemperedMixture(Form form, double temperature) {
        TiltedEnergy target = energy(form).tempered(temperature);
        Draws draws = draws(kernel(target, target.reference(), target.tilt()), temperature);
        draws.assertExpectation((x, y) -> x, moments(0, temperature)[0]);
        draws.assertExpectation((x, y) -> x * x, moments(0, temperature)[1]);
        draws.assertExpectation((x, y) -> y, moments(1, temperature)[0]);
        draws.assertExpectation((x, y) -> y * y, moments(1, temperature)[1]);
    }

    private static Draws draws(TransitionKernel kernel, double temperature) {
        return Draws.from(kernel, 0.4 * temperature, 300, 1);
    }

    @ParameterizedTest
    @EnumSource
    void jumpsFromTheMixtureAtAnotherTemperatureWouldShow(Form form) {
        TiltedEnergy target = energy(form).tempered(0.5);
        draws(kernel(target, mixture, target.tilt()), 0.5).assertOtherExpectation((x, y) -> x * x, moments(0, 0.5)[1]);
    }

    @ParameterizedTest
    @EnumSource
    void anAcceptanceByATemperedTiltWouldShow(Form form) {
        TiltedEnergy target = energy(form).tempered(0.5);
        draws(kernel(target, target.reference(), target.tilt().atTemperature(0.5)), 0.5)
                .assertOtherExpectation((x, y) -> x, moments(0, 0.5)[0]);
    }

    @Test
    void dividingTheWholeEnergyWouldShow() {
        EnergyFunction target = energy(Form.BY_LOOPS).atTemperature(0.5);
        draws(new MetropolisAdjustedLangevin(target), 0.5).assertOtherExpectation((x, y) -> x, moments(0, 0.5)[0]);
    }
}
