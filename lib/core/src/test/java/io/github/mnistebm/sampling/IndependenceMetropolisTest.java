package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.tensor.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jumps by tensor operations. */
class IndependenceMetropolisTest {

    private static final int CHAINS = 200;
    private static final StandardNormal PROPOSAL = new StandardNormal(2);

    private final RandomSource random = RandomSource.of(4);
    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager(Device.cpu());
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** The normal distribution of variance 1/4. */
    private static class Narrow implements EnergyFunction {
        final List<Long> evaluated = new ArrayList<>();

        @Override
        public int dimension() {
            return 2;
        }

        @Override
        public NDArray energy(NDArray states) {
            return states.square().sum(new int[] {1}).mul(2);
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            evaluated.add(states.getShape().get(0));
            return new EnergyAndGradient(energy(states), states.mul(4));
        }
    }

    /** Has no gradient on the right. */
    private static final class OnTheLeft extends Narrow {
        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            NDArray right = states.get(":, 0:1").gt(0).toType(states.getDataType(), false);
            return new EnergyAndGradient(
                    energy(states), states.mul(4).add(right.neg().sqrt()));
        }
    }

    private Transition jump(EnergyFunction energy, EnergyFunction tilt, ChainState from) {
        return new IndependenceMetropolis(energy, PROPOSAL, tilt).step(from, manager.create(0.1f), 0, random);
    }

    private static EnergyFunction constant(double each) {
        return new Narrow() {
            @Override
            public NDArray energy(NDArray states) {
                return states.sum(new int[] {1}).mul(each);
            }
        };
    }

    @Test
    void energyAndGradientAreThoseOfWhereTheChainsAreThen() {
        Narrow energy = new Narrow();
        ChainState from = ChainState.at(energy, random.normal(manager, new Shape(CHAINS, 2)));
        float[] before = from.positions().toFloatArray();
        Transition transition = jump(energy, energy.minus(PROPOSAL), from);
        ChainState to = transition.state();
        EnergyAndGradient expected = energy.energyAndGradient(to.positions());
        assertThat(to.energy().toFloatArray()).containsExactly(expected.energy().toFloatArray(), within(1e-5f));
        assertThat(to.gradient().toFloatArray())
                .containsExactly(expected.gradient().toFloatArray(), within(1e-5f));
        assertThat(from.positions().toFloatArray()).as("left as it was").isEqualTo(before);
        int moved = moved(before, to.positions().toFloatArray());
        double mean = transition.acceptanceProbability().mean().getFloat();
        // 4.5 standard errors.
        assertThat(moved / (double) CHAINS).isCloseTo(mean, within(4.5 * Math.sqrt(0.25 / CHAINS)));
        assertThat(moved).isBetween(1, CHAINS - 1);
    }

    private static int moved(float[] before, float[] after) {
        int count = 0;
        for (int chain = 0; chain < CHAINS; chain++) {
            count += Arrays.equals(before, 2 * chain, 2 * chain + 2, after, 2 * chain, 2 * chain + 2) ? 0 : 1;
        }
        return count;
    }

    @Test
    void theGradientIsEvaluatedForChainsThatJumpOnly() {
        Narrow energy = new Narrow();
        ChainState from = ChainState.at(energy, manager.zeros(new Shape(CHAINS, 2)));
        energy.evaluated.clear();
        ChainState to = jump(energy, energy.minus(PROPOSAL), from).state();
        int moved = moved(from.positions().toFloatArray(), to.positions().toFloatArray());
        assertThat(energy.evaluated).hasSize(1);
        assertThat(energy.evaluated.get(0)).isBetween((long) moved, moved + CHAINS / 16L);
    }

    @Test
    void allJumpWhereTheTiltIsLevelAndNoneWhereItIsNotANumber() {
        Narrow energy = new Narrow();
        ChainState from = ChainState.at(energy, manager.zeros(new Shape(CHAINS, 2)));
        float[] before = from.positions().toFloatArray();
        Transition all = jump(energy, constant(0), from);
        assertThat(moved(before, all.state().positions().toFloatArray())).isEqualTo(CHAINS);
        Transition none = jump(energy, constant(Double.NaN), from);
        assertThat(none.state().positions().toFloatArray()).isEqualTo(before);
        assertThat(none.acceptanceProbability().toFloatArray()).containsOnly(0);
    }

    @Test
    void aProposalWithoutAFiniteGradientIsRejected() {
        ChainState from = ChainState.at(new Narrow(), manager.zeros(new Shape(CHAINS, 2)));
        Transition transition = jump(new OnTheLeft(), constant(0), from);
        float[] after = transition.state().positions().toFloatArray();
        for (int chain = 0; chain < CHAINS; chain++) {
            assertThat(after[2 * chain]).isLessThanOrEqualTo(0);
        }
        float[] acceptance = transition.acceptanceProbability().toFloatArray();
        assertThat(acceptance).containsOnly(0, 1);
        int moved = moved(from.positions().toFloatArray(), after);
        assertThat(moved).isBetween(60, 140);
        assertThat(transition.acceptanceProbability().sum().getFloat()).isEqualTo(moved);
    }
}
