package io.github.mnistebm.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EnergyNetworkTest {

    private final RandomSource random = RandomSource.of(1);

    private static final int DIMENSION = 3;

    private NDManager manager;

    static List<List<Integer>> shapes() {
        return List.of(List.of(8), List.of(5, 7), List.of(4, 4, 4));
    }

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private EnergyNetwork network(List<Integer> hiddenUnits) {
        EnergyNetwork network = EnergyNetwork.create(manager, DIMENSION, hiddenUnits, random);
        NDArray noise = random.normal(manager, network.parameters().getShape()).mul(0.3);
        network.parameters().addi(noise);
        return network;
    }

    /** The network once more, for automatic differentiation, from copies of the parameters. */
    private static NDArray composed(EnergyNetwork network, NDArray states, List<NDArray> parameters) {
        NDArray hidden = states;
        for (int layer = 0; layer < network.hiddenUnits().size(); layer++) {
            NDArray input = hidden.matMul(parameters.get(2 * layer).transpose()).add(parameters.get(2 * layer + 1));
            hidden = input.mul(input.getNDArrayInternal().sigmoid());
        }
        return hidden.matMul(parameters.get(parameters.size() - 1));
    }

    private static List<NDArray> copies(EnergyNetwork network) {
        List<NDArray> copies = new ArrayList<>();
        for (NDArray parameter : network.namedParameters().values()) {
            copies.add(parameter.duplicate());
        }
        return copies;
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void itsGradientIsThatOfAutomaticDifferentiation(List<Integer> hiddenUnits) {
        EnergyNetwork network = network(hiddenUnits);
        NDArray states = random.normal(manager, new Shape(20, DIMENSION));
        EnergyAndGradient found = network.energyAndGradient(states);

        states.setRequiresGradient(true);
        NDArray energy;
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            energy = composed(network, states, copies(network));
            collector.backward(energy.sum());
        }
        assertClose(found.energy(), energy);
        assertClose(found.gradient(), states.getGradient());
        assertClose(network.energy(states), energy);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void itsParameterGradientIsThatOfAutomaticDifferentiation(List<Integer> hiddenUnits) {
        EnergyNetwork network = network(hiddenUnits);
        NDArray states = random.normal(manager, new Shape(20, DIMENSION));
        NDArray weighting = random.normal(manager, new Shape(20));
        NDArray found = network.parameterGradient(states, energies -> weighting).gradient();

        List<NDArray> parameters = copies(network);
        parameters.forEach(parameter -> parameter.setRequiresGradient(true));
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            collector.backward(
                    composed(network, states, parameters).mul(weighting).sum());
        }
        NDList gradients = new NDList();
        parameters.forEach(parameter -> gradients.add(parameter.getGradient().flatten()));
        assertClose(found, NDArrays.concat(gradients));
    }

    private static void assertClose(NDArray found, NDArray expected) {
        float[] a = found.toFloatArray();
        float[] b = expected.toFloatArray();
        assertThat(a).hasSameSizeAs(b);
        for (int i = 0; i < a.length; i++) {
            assertThat(a[i]).isCloseTo(b[i], within(1e-5f * Math.max(1, Math.abs(b[i]))));
        }
    }

    @Test
    void startsAsZeroEverywhere() {
        try (EnergyNetwork network = EnergyNetwork.create(manager, DIMENSION, List.of(16, 16), random)) {
            NDArray states = random.normal(manager, new Shape(10, DIMENSION));
            assertThat(network.energy(states).toFloatArray()).containsOnly(0);
        }
    }

    @Test
    void itsNamedParametersAreViewsOfTheVector() {
        EnergyNetwork network = network(List.of(4));
        Tensors.clear(network.parameters());
        assertThat(network.namedParameters()).hasSize(3);
        network.namedParameters().values().forEach(view -> assertThat(view.toFloatArray())
                .containsOnly(0));
    }

    @Test
    void rejectsALayerWithoutUnits() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EnergyNetwork.create(manager, DIMENSION, List.of(4, 0), random))
                .withMessage("hidden units: expected at least one layer of at least 1 unit, found [4, 0]");
    }
}
