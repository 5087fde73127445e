package io.github.mnistebm.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.sampling.MetropolisAdjustedLangevin;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.Sampler;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.tensor.Autograd;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BlockEnergyTest {

    private static final int DIMENSION = 3;
    private static final int STATES = 20;

    private final RandomSource random = RandomSource.of(1);

    private NDManager manager;
    private NDArray states;
    private NDArray weighting;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        states = random.normal(manager, new Shape(STATES, DIMENSION));
        weighting = random.normal(manager, new Shape(STATES));
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private BlockEnergy residual() {
        return BlockEnergy.of(manager, ResidualPerceptron.create(8, 2), new Shape(DIMENSION), random);
    }

    private static Block linear(int units) {
        return Linear.builder().setUnits(units).build();
    }

    /** The same network, once in closed form and once as a block. */
    @Test
    void agreesWithTheClosedFormOfTheSameNetwork() {
        EnergyNetwork network = EnergyNetwork.create(manager, DIMENSION, List.of(5, 7), random);
        network.parameters().addi(random.normal(manager, network.parameters().getShape()));
        BlockEnergy block = BlockEnergy.of(
                manager,
                new SequentialBlock()
                        .add(linear(5))
                        .add(ResidualPerceptron.silu())
                        .add(linear(7))
                        .add(ResidualPerceptron.silu())
                        .add(Linear.builder().setUnits(1).optBias(false).build()),
                new Shape(DIMENSION),
                random);
        Tensors.copy(network.parameters(), block.parameters());

        assertThat(block.energy(states).toFloatArray())
                .containsExactly(network.energy(states).toFloatArray(), within(1e-5f));
        assertSame(block.energyAndGradient(states), network.energyAndGradient(states));
        UnaryOperator<NDArray> coefficients = energies -> energies.mul(weighting);
        assertSame(block.parameterGradient(states, coefficients), network.parameterGradient(states, coefficients));
        assertThat(block.onHost()).isEmpty();
    }

    private static void assertSame(EnergyAndGradient found, EnergyAndGradient expected) {
        assertThat(found.energy().toFloatArray())
                .containsExactly(expected.energy().toFloatArray(), within(1e-5f));
        assertThat(found.gradient().getShape()).isEqualTo(expected.gradient().getShape());
        assertThat(found.gradient().toFloatArray())
                .containsExactly(expected.gradient().toFloatArray(), within(1e-4f));
    }

    /**
     * Central differences along random directions. The neglected third derivatives leave less than 2e-3 with h = 0.004; the rounding of
     * twenty energies of about 5 nats, to 2⁻²³ of each, leaves about √20 · 5 · 2⁻²³ / h = 7e-4.
     */
    @Test
    void itsGradientsAreThoseOfFiniteDifferences() {
        BlockEnergy energy = residual();
        float h = 0.004f;
        NDArray byState = energy.energyAndGradient(states).gradient();
        NDArray byParameter =
                energy.parameterGradient(states, energies -> weighting).gradient();
        for (int direction = 0; direction < 10; direction++) {
            NDArray move = random.normal(manager, states.getShape());
            double difference =
                    sum(energy.energy(states.add(move.mul(h)))) - sum(energy.energy(states.sub(move.mul(h))));
            assertThat(difference / (2 * h)).isCloseTo(sum(byState.mul(move)), within(5e-3));

            NDArray change =
                    random.normal(manager, energy.parameters().getShape()).mul(0.3f);
            NDArray before = energy.parameters().duplicate();
            energy.parameters().addi(change.mul(h));
            double above = sum(energy.energy(states).mul(weighting));
            Tensors.copy(before.sub(change.mul(h)), energy.parameters());
            double below = sum(energy.energy(states).mul(weighting));
            Tensors.copy(before, energy.parameters());
            assertThat((above - below) / (2 * h)).isCloseTo(sum(byParameter.mul(change)), within(5e-3));
        }
    }

    private static double sum(NDArray values) {
        return values.toType(DataType.FLOAT64, true).sum().getDouble();
    }

    @Test
    void gradientsDoNotAddUp() {
        BlockEnergy energy = residual();
        UnaryOperator<NDArray> coefficients = energies -> weighting;
        EnergyAndGradient ofParameters = energy.parameterGradient(states, coefficients);
        EnergyAndGradient ofStates = energy.energyAndGradient(states);
        assertThat(energy.parameterGradient(states, coefficients).gradient()).isEqualTo(ofParameters.gradient());
        assertThat(energy.energyAndGradient(states).gradient()).isEqualTo(ofStates.gradient());
        assertThatThrownBy(() -> Autograd.backward(Autograd.recorded(() -> energy.energy(states))))
                .hasMessageContaining("does not require grad");
        assertThatThrownBy(() -> Autograd.backward(ofStates.energy())).hasMessageContaining("does not require grad");
    }

    @Test
    void chainsAndUpdatesKeepNoArrays() {
        BlockEnergy energy = residual();
        TiltedEnergy target = new TiltedEnergy(energy, new StandardNormal(DIMENSION));
        SamplerConfig config = SamplerConfig.builder().burnIn(20).steps(20).build();
        int before = arrays();
        for (int round = 0; round < 3; round++) {
            try (SampleRun run = Sampler.of(new MetropolisAdjustedLangevin(target), config)
                            .run(states, random);
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                energy.parameterGradient(run.last(), energies -> energies);
            }
            assertThat(arrays()).isEqualTo(before);
        }
    }

    private static int arrays() {
        return NDManager.newBaseManager().getParentManager().getManagedArrays().size();
    }

    @Test
    void severalThreadsMayEvaluateItAtOnce() throws Exception {
        BlockEnergy energy = residual();
        float[] byState = energy.energyAndGradient(states).gradient().toFloatArray();
        float[] byParameter = energy.parameterGradient(states, energies -> weighting)
                .gradient()
                .toFloatArray();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> results = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                results.add(threads.submit(() -> {
                    for (int round = 0; round < 100; round++) {
                        try (NDScope scope = new NDScope()) {
                            scope.suppressNotUsedWarning();
                            assertThat(energy.energyAndGradient(states)
                                            .gradient()
                                            .toFloatArray())
                                    .isEqualTo(byState);
                            assertThat(energy.parameterGradient(states, energies -> weighting)
                                            .gradient()
                                            .toFloatArray())
                                    .isEqualTo(byParameter);
                        }
                    }
                }));
            }
            for (Future<?> result : results) {
                result.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Σ over pixels of the filter times the picture: with a filter of the picture's size, the sum is the only output. */
    @Test
    void theBlockSeesStatesInTheirShape() {
        Block filter = new SequentialBlock()
                .add(Conv2d.builder()
                        .setKernelShape(new Shape(2, 2))
                        .setFilters(1)
                        .build())
                .add(LambdaBlock.singleton(values -> values.reshape(-1, 1)));
        BlockEnergy energy = BlockEnergy.of(manager, filter, new Shape(1, 2, 2), random);
        Tensors.copy(manager.create(new float[] {1, 2, 3, 4, 5}), energy.parameters());
        assertThat(energy.dimension()).isEqualTo(4);
        NDArray pictures = manager.create(new float[][] {{1, 0, 0, 0}, {0, 1, 10, 100}});
        EnergyAndGradient found = energy.energyAndGradient(pictures);
        assertThat(found.energy().toFloatArray()).containsExactly(1 + 5, 2 + 30 + 400 + 5);
        assertThat(found.gradient().toFloatArray()).containsExactly(1, 2, 3, 4, 1, 2, 3, 4);
        assertThat(energy.namedParameters().keySet()).containsExactly("01Conv2d_weight", "01Conv2d_bias");
        assertThat(energy.namedParameters().get("01Conv2d_weight").getShape()).isEqualTo(new Shape(1, 1, 2, 2));
    }

    @Test
    void theSourceDecidesTheWeightsAndTheEngineDoesNot() {
        List<float[]> weights = new ArrayList<>();
        for (int seed : new int[] {7, 7, 8}) {
            Engine.getInstance().setRandomSeed(weights.size());
            weights.add(BlockEnergy.of(
                            manager, ResidualPerceptron.create(8, 1), new Shape(DIMENSION), RandomSource.of(seed))
                    .parameters()
                    .toFloatArray());
        }
        assertThat(weights.get(1)).isEqualTo(weights.get(0));
        assertThat(weights.get(2)).isNotEqualTo(weights.get(0));
    }

    @Test
    void anInitializedBlockKeepsItsValuesAndFollowsTheParameters() {
        Block block = linear(1);
        block.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        float[] before = block.getParameters().get(0).getValue().getArray().toFloatArray();
        BlockEnergy energy = BlockEnergy.of(manager, block, new Shape(2), random);
        assertThat(energy.namedParameters().get("weight").toFloatArray()).isEqualTo(before);
        energy.parameters().addi(1);
        assertThat(block.getParameters().get(0).getValue().getArray().toFloatArray())
                .containsExactly(before[0] + 1, before[1] + 1);
    }

    @Test
    void rejectsABlockOfTwoOutputs() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BlockEnergy.of(manager, linear(2), new Shape(DIMENSION), random))
                .withMessage("block: expected one output a row, shape (2, 1), found (2, 2)");
    }

    @Test
    void rejectsABlockWithoutParameters() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BlockEnergy.of(manager, ResidualPerceptron.silu(), new Shape(1), random))
                .withMessage("block: expected parameters to train, found none");
    }
}
