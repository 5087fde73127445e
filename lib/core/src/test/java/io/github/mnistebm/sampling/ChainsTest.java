package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.energy.EnergyNetwork;
import io.github.mnistebm.sampling.host.HostChains;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChainsTest {

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

    private Chains chains(TransitionKernel kernel, long count) {
        return Chains.of(manager, kernel, count, 0.1, SamplerConfig.OPTIMAL_ACCEPTANCE);
    }

    private TransitionKernel langevin(int... hiddenUnits) {
        List<Integer> units = Arrays.stream(hiddenUnits).boxed().toList();
        EnergyNetwork network = EnergyNetwork.create(manager, 4, units, RandomSource.of(1));
        return new MetropolisAdjustedLangevin(new TiltedEnergy(network, new StandardNormal(4)));
    }

    @Test
    void ofASmallEnergyMoveByLoopsHoweverManyTheyAre() {
        assertThat(chains(langevin(8), 100_000)).isInstanceOf(LoopChains.class);
    }

    @Test
    void ofALargeEnergyMoveByLoopsWhereTheyAreFew() {
        assertThat(chains(langevin(512, 512), 10)).isInstanceOf(LoopChains.class);
        assertThat(chains(langevin(512, 512), 1000)).isInstanceOf(DeviceChains.class);
    }

    @Test
    void ofATargetWithoutLoopsMoveByTensorOperations() {
        assertThat(chains(new MetropolisAdjustedLangevin(Target.BANANA), 10)).isInstanceOf(DeviceChains.class);
    }

    @Test
    void areAsManyAsWereStartedAlsoWhereTheyFillNoBlock() {
        try (Chains chains = chains(langevin(8), 70)) {
            chains.start(manager.ones(new Shape(70, 4)), random);
            chains.advance(1);
            assertThat(chains.positions().getShape()).isEqualTo(new Shape(70, 4));
            assertThat(chains.energies().getShape()).isEqualTo(new Shape(70));
            assertThat(chains.acceptanceRate().getShape()).isEqualTo(new Shape(70));
        }
    }

    @Test
    void tellTheEnergiesOfWhereTheyAre() {
        TransitionKernel kernel = langevin(8);
        try (Chains chains = chains(kernel, 70)) {
            chains.start(random.normal(manager, new Shape(70, 4)), random);
            chains.advance(20);
            assertThat(chains.energies().toFloatArray())
                    .containsExactly(energiesWhere(chains, kernel.energy()), within(1e-4f));
        }
    }

    private static float[] energiesWhere(Chains chains, EnergyFunction energy) {
        return energy.energy(chains.positions()).toFloatArray();
    }

    @Test
    void tellTheEnergiesOfWhereTheyJumpedTo() {
        double[][] means = {{-2, 0}, {2, 1}};
        double[][] covariances = {{1, 0, 0, 1}, {2, 0.5, 0.5, 1}};
        try (GaussianMixture target = GaussianMixture.of(manager, new double[] {0.1, 0.9}, means, covariances);
                GaussianMixture proposal = GaussianMixture.of(manager, new double[] {0.9, 0.1}, means, covariances);
                Chains chains =
                        chains(new IndependenceMetropolis(target, proposal, new Difference(target, proposal)), 70)) {
            chains.start(target.sample(manager, 70, random), random);
            for (int jump = 0; jump < 10; jump++) {
                chains.advance(1);
                assertThat(chains.energies().toFloatArray())
                        .containsExactly(energiesWhere(chains, target), within(1e-4f));
            }
            assertThat(chains.jumpAcceptanceRate()).isBetween(0.1, 0.9);
        }
    }

    @Test
    void moveAlikeByManyStepsAtATimeAndOneByOne() {
        NDArray start = random.normal(manager, new Shape(70, 4));
        assertThat(positions(start, 1, 1, 1, 1)).isEqualTo(positions(start, 4)).isEqualTo(positions(start, 1, 3));
    }

    private float[] positions(NDArray start, int... counts) {
        try (Chains chains = chains(langevin(8), 70)) {
            chains.start(start, RandomSource.of(3));
            for (int count : counts) {
                chains.advance(count);
            }
            return chains.positions().toFloatArray();
        }
    }

    /** As they are when the first steps were not worth two threads, and the next hundred are. */
    @Test
    void goOnFromWhereTheyAreWhenTheirBlocksAreHalved() {
        TransitionKernel kernel = langevin(256);
        try (Chains chains = chains(kernel, 64)) {
            chains.start(random.normal(manager, new Shape(64, 4)), random);
            chains.advance(1);
            float[] positions = chains.positions().toFloatArray();
            float[] acceptance = chains.acceptanceRate().toFloatArray();
            ((LoopChains) chains).loops().halveBlocks();
            assertThat(chains.positions().toFloatArray()).isEqualTo(positions);
            assertThat(chains.acceptanceRate().toFloatArray()).isEqualTo(acceptance);
            chains.advance(100);
            assertThat(chains.energies().toFloatArray())
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(kernel.energy().energy(chains.positions()).toFloatArray());
        }
    }

    @Test
    void keepTheirStepSizeWhenStartedAgain() {
        try (Chains chains = chains(langevin(8), 70)) {
            NDArray start = random.normal(manager, new Shape(70, 4));
            chains.start(start, random);
            for (int step = 0; step < 50; step++) {
                chains.advance(1);
                chains.adapt(0.1);
            }
            double adapted = chains.stepSize();
            assertThat(adapted).isGreaterThan(0.2);
            chains.start(start, random);
            assertThat(chains.stepSize()).isEqualTo(adapted);
            assertThat(chains.acceptanceRate().sum().getFloat()).isZero();
        }
    }

    @Test
    void keepTheWeightsOfModesThatOnlyJumpsCrossBetween() {
        double[][] means = {{-8, 0}, {8, 0}};
        double[][] covariances = {{1, 0, 0, 1}, {1, 0, 0, 1}};
        int count = 10_000;
        try (GaussianMixture target = GaussianMixture.of(manager, new double[] {0.3, 0.7}, means, covariances);
                GaussianMixture proposal = GaussianMixture.of(manager, new double[] {0.5, 0.5}, means, covariances)) {
            EnergyFunction tilt = new Difference(target, proposal);
            TransitionKernel kernel = new KernelWithJumps(
                    new MetropolisAdjustedLangevin(target), new IndependenceMetropolis(target, proposal, tilt), 6);
            try (Chains chains = chains(kernel, count)) {
                assertThat(chains).isInstanceOf(LoopChains.class);
                chains.start(proposal.sample(manager, count, random), random);
                for (int round = 0; round < 6; round++) {
                    chains.advance(20);
                }
                double left = chains.positions()
                        .get(":,0")
                        .lt(0)
                        .toType(DataType.FLOAT32, false)
                        .mean()
                        .getFloat();
                assertThat(left).isCloseTo(0.3, within(4.5 * Math.sqrt(0.3 * 0.7 / count)));
                assertThat(chains.jumpAcceptanceRate()).isCloseTo(0.3 + 0.7 * (0.5 + 0.5 * 3 / 7), within(0.02));
            }
        }
    }

    /** E(u) of the one less E(u) of the other, in loops only. */
    private record Difference(EnergyFunction first, EnergyFunction second) implements EnergyFunction {
        @Override
        public int dimension() {
            return first.dimension();
        }

        @Override
        public NDArray energy(NDArray states) {
            throw new AssertionError("tensor operations on a target that has loops");
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            throw new AssertionError("tensor operations on a target that has loops");
        }

        @Override
        public Optional<HostEnergy> onHost() {
            HostEnergy minuend = first.onHost().orElseThrow();
            HostEnergy subtrahend = second.onHost().orElseThrow();
            return Optional.of(new HostEnergy() {
                @Override
                public int dimension() {
                    return minuend.dimension();
                }

                @Override
                public long multiplications() {
                    return minuend.multiplications() + subtrahend.multiplications();
                }

                @Override
                public Evaluator evaluator(int lanes) {
                    Evaluator plus = minuend.evaluator(lanes);
                    Evaluator minus = subtrahend.evaluator(lanes);
                    float[] subtracted = new float[lanes];
                    return new Evaluator() {
                        @Override
                        public void energy(int chains, float[][] positions, float[] energies) {
                            plus.energy(chains, positions, energies);
                            minus.energy(chains, positions, subtracted);
                            for (int lane = 0; lane < lanes; lane++) {
                                energies[lane] -= subtracted[lane];
                            }
                        }

                        @Override
                        public void energyAndGradient(
                                int chains, float[][] positions, float[] energies, float[][] gradients) {
                            float[][] subtractedGradients = new float[2][lanes];
                            plus.energyAndGradient(chains, positions, energies, gradients);
                            minus.energyAndGradient(chains, positions, subtracted, subtractedGradients);
                            for (int lane = 0; lane < lanes; lane++) {
                                energies[lane] -= subtracted[lane];
                                gradients[0][lane] -= subtractedGradients[0][lane];
                                gradients[1][lane] -= subtractedGradients[1][lane];
                            }
                        }
                    };
                }
            });
        }
    }

    @Test
    void doNotDependOnTheNumberOfOtherBlocks() {
        // Full blocks for every core.
        int chains = HostChains.MAX_LANES * Runtime.getRuntime().availableProcessors();
        NDArray start = random.normal(manager, new Shape(2L * chains, 4));
        float[] both = positions(start, 10);
        float[] first = positions(start.get("0:" + chains), 10);
        assertThat(Arrays.copyOf(both, first.length)).isEqualTo(first);
    }

    @Test
    void refuseStartsOfAnotherDimension() {
        try (Chains chains = chains(langevin(8), 70)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> chains.start(manager.ones(new Shape(5, 3)), random))
                    .withMessageContaining("(chains, 4)")
                    .withMessageContaining("(5, 3)");
        }
    }
}
