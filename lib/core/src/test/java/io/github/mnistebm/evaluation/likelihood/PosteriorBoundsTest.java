package io.github.mnistebm.evaluation.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PosteriorBoundsTest {

    private static final StandardNormal NORMAL = new StandardNormal(2);

    private final RandomSource random = RandomSource.of(1);
    private NDManager manager;
    private LinearGaussian model;
    private NDArray data;
    private NDArray starts;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        model = new LinearGaussian(manager);
        data = model.sample(random.normal(manager, new Shape(20, 2)), random);
        starts = manager.zeros(new Shape(20, 2));
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void areBothTheTruthWhereTheApproximationIsExact() {
        PosteriorBounds found = PosteriorBounds.of(model, NORMAL, 0, data, starts, 10, 5, random);
        double expected = LinearGaussian.nats(data, new double[2]);
        assertThat(found.above().nats()).isCloseTo(expected, within(1e-3));
        assertThat(found.below().nats()).isCloseTo(expected, within(1e-3));
        assertThat(found.direct().nats())
                .isCloseTo(expected, within(4.5 * found.direct().drawError()));
    }

    @Test
    void subtractTheNormalizer() {
        EnergyFunction shifted = NORMAL.plus(new LinearEnergy(new float[2]));
        PosteriorBounds found = PosteriorBounds.of(model, shifted, -3, data, starts, 10, 5, random);
        assertThat(found.above().nats()).isCloseTo(LinearGaussian.nats(data, new double[2]) - 3, within(1e-3));
    }

    /** With a prior of two modes, p(u) = N(u; a, I)/2 + N(u; −a, I)/2, the posterior is no normal distribution. */
    @Test
    void encloseTheTruthOfAMixture_moreCloselyWithMoreTemperatures() {
        EnergyFunction twoModes = new TwoModes();
        double expected = 0;
        NDArray rows = data;
        for (int i = 0; i < 20; i++) {
            NDArray row = rows.get(i).expandDims(0);
            double one = -LinearGaussian.nats(row, new double[] {0.7, 0.7});
            double other = -LinearGaussian.nats(row, new double[] {-0.7, -0.7});
            expected -= (PosteriorProposal.logSum(one, other) - Math.log(2)) / 20;
        }
        PosteriorBounds coarse = PosteriorBounds.of(model, twoModes, 0, data, starts, 200, 1, random);
        PosteriorBounds fine = PosteriorBounds.of(model, twoModes, 0, data, starts, 200, 50, random);
        assertThat(expected)
                .isBetween(
                        fine.below().nats() - 4.5 * fine.below().drawError(),
                        fine.above().nats() + 4.5 * fine.above().drawError());
        assertThat(Math.abs(fine.width().nats())).isLessThan(0.01);
        assertThat(fine.above().drawError()).isLessThan(coarse.above().drawError());
    }

    private record TwoModes() implements EnergyFunction {
        @Override
        public int dimension() {
            return 2;
        }

        @Override
        public NDArray energy(NDArray states) {
            // −log(exp(−|u − a|²/2) + exp(−|u + a|²/2)) = |u|²/2 + |a|²/2 − log(2 cosh a·u)
            return NORMAL.energy(states).add(0.49).sub(along(states).cosh().log());
        }

        private static NDArray along(NDArray states) {
            return states.sum(new int[] {1}).mul(0.7);
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            NDArray pull = along(states).tanh().mul(0.7).expandDims(1);
            return new EnergyAndGradient(energy(states), states.sub(pull));
        }
    }

    @Test
    void askForTwoObservationsAndChains() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PosteriorBounds.of(model, NORMAL, 0, data, starts, 1, 5, random))
                .withMessage("bounds: expected at least 2 observations and 2 chains, found 20 and 1");
    }
}
