package io.github.mnistebm.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The largest of 100,000 weights, 949 of them, give k with a standard deviation of (1 + k) / √949. */
class ParetoShapeTest {

    private static final int WEIGHTS = 100_000;

    private static double[] logWeights(DoubleUnaryOperator ofUniform) {
        SplittableRandom random = new SplittableRandom(1);
        return random.doubles(WEIGHTS).map(u -> ofUniform.applyAsDouble(1 - u)).toArray();
    }

    private static double error(double shape) {
        return 4 * (1 + shape) / Math.sqrt(949);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.2, 0.5, 0.7, 1, 1.5})
    void theShapeOfAGeneralizedParetoDistributionIsFound(double shape) {
        double[] logWeights = logWeights(u -> Math.log((Math.pow(u, -shape) - 1) / shape));
        assertThat(ParetoShape.of(logWeights)).isCloseTo(shape, within(error(shape)));
    }

    /** The excesses of an exponential distribution are exponential, the limit k = 0; those of a uniform one uniform, k = −1. */
    @Test
    void lightTailsHaveNoPositiveShape() {
        assertThat(ParetoShape.of(logWeights(u -> Math.log(-Math.log(u))))).isCloseTo(0, within(error(0)));
        assertThat(ParetoShape.of(logWeights(Math::log))).isCloseTo(-1, within(0.1));
    }

    /** The weights exp(x² (1 − 1/σ²) / 2) of normal x, for a target of the variance σ², have the tail k = 1 − 1/σ². */
    @Test
    void aTargetThatIsWiderThanItsProposalHasAHeavyTail() {
        SplittableRandom random = new SplittableRandom(2);
        double[] squares = random.doubles(WEIGHTS)
                .map(u -> random.nextGaussian())
                .map(x -> x * x / 2)
                .toArray();
        double previous = Double.NEGATIVE_INFINITY;
        for (double variance : new double[] {1.5, 2, 4, 10}) {
            double factor = 1 - 1 / variance;
            double[] logWeights = new double[WEIGHTS];
            for (int i = 0; i < WEIGHTS; i++) {
                logWeights[i] = factor * squares[i];
            }
            double found = ParetoShape.of(logWeights);
            // The tail of a normal distribution is lighter by a logarithm, which 949 weights show.
            assertThat(found).isBetween(factor - 0.2, factor + 0.05).isGreaterThan(previous);
            previous = found;
        }
    }

    @Test
    void aCommonFactorChangesNothing() {
        double[] logWeights = logWeights(u -> -0.6 * Math.log(u));
        double[] scaled = logWeights(u -> 5000 - 0.6 * Math.log(u));
        assertThat(ParetoShape.of(scaled)).isCloseTo(ParetoShape.of(logWeights), within(1e-6));
    }

    @Test
    void equalWeightsHaveNoTail() {
        assertThat(ParetoShape.of(new double[1000])).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void fewWeightsOrNoneThatIsANumberGiveNoShape() {
        assertThat(ParetoShape.of(new double[20])).isNaN();
        double[] none = new double[1000];
        Arrays.fill(none, Double.NaN);
        assertThat(ParetoShape.of(none)).isNaN();
    }
}
