package io.github.mnistebm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.core.Linear;
import io.github.mnistebm.tensor.Autograd;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FlatParametersTest {

    private NDManager manager;
    private Block first;
    private Block second;
    private FlatParameters parameters;

    /** y = W x + b from two inputs to three outputs, and from three to one. */
    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        first = layer(2, 3);
        second = layer(3, 1);
        parameters = FlatParameters.of(manager, first, second);
        Tensors.copy(manager.arange(13f), parameters.values());
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private Block layer(long inputs, long outputs) {
        Block block = Linear.builder().setUnits(outputs).build();
        block.initialize(manager, DataType.FLOAT32, new Shape(1, inputs));
        return block;
    }

    @Test
    void theBlocksComputeWithTheVector() {
        NDArray found = first.forward(parameters.store(), new NDList(manager.create(new float[][] {{1, 10}})), false)
                .singletonOrThrow();
        // Weights 0 to 5, biases 6 to 8.
        assertThat(found.toFloatArray()).containsExactly(10 + 6, 2 + 30 + 7, 4 + 50 + 8);
    }

    @Test
    void itsViewsAreThePartsInTheirShapes() {
        List<NDArray> views = parameters.views();
        assertThat(views)
                .extracting(NDArray::getShape)
                .containsExactly(new Shape(3, 2), new Shape(3), new Shape(1, 3), new Shape(1));
        assertThat(views.get(2).toFloatArray()).containsExactly(9, 10, 11);
        assertThat(views.get(3).toFloatArray()).containsExactly(12);
        views.get(1).addi(1);
        assertThat(parameters.values().toFloatArray()).containsSequence(5, 7, 8, 9, 9);
        assertThat(views).noneMatch(NDArray::hasGradient);
    }

    @Test
    void gradientsAreThoseOfOnePass() {
        backward();
        List<NDArray> gradients = backward().gradients();
        assertThat(gradients).hasSize(4);
        // ∂/∂W₂ are the outputs of the first layer, ∂/∂b₁ the weights of the second.
        assertThat(gradients.get(3).toFloatArray()).containsExactly(1);
        assertThat(gradients.get(2).toFloatArray()).containsExactly(16, 39, 62);
        assertThat(gradients.get(1).toFloatArray()).containsExactly(9, 10, 11);
        assertThat(gradients.get(0).toFloatArray()).containsExactly(9, 90, 10, 100, 11, 110);
    }

    @Test
    void aFrozenParameterHasAGradientOfZeros() {
        second.freezeParameters(true);
        List<NDArray> gradients = backward().gradients();
        assertThat(gradients.get(0).toFloatArray()).containsExactly(9, 90, 10, 100, 11, 110);
        assertThat(gradients.get(2).toFloatArray()).containsExactly(0, 0, 0);
    }

    @Test
    void aForwardPassRemembersNothing() {
        NDArray found = Autograd.recorded(
                () -> first.forward(parameters.store(), new NDList(manager.ones(new Shape(1, 2))), false)
                        .singletonOrThrow());
        assertThatThrownBy(() -> Autograd.backward(found)).hasMessageContaining("does not require grad");
    }

    @Test
    void aSharedParameterCountsOnce() {
        FlatParameters shared = FlatParameters.of(manager, first, first);
        assertThat(shared.values().size()).isEqualTo(9);
    }

    private FlatParameters.Leaves backward() {
        FlatParameters.Leaves leaves = parameters.leaves(first, second);
        NDList inputs = new NDList(manager.create(new float[][] {{1, 10}}));
        Autograd.backward(Autograd.recorded(
                () -> second.forward(leaves.store(), first.forward(leaves.store(), inputs, false), false)
                        .singletonOrThrow()));
        return leaves;
    }

    @Test
    void weightsAreDrawnUniformlyWithinTheirBoundAndBiasesKept() {
        FlatParameters large = FlatParameters.of(manager, layer(200, 100));
        large.drawWeights(RandomSource.of(1));
        NDArray weights = large.views().get(0);
        double bound = Math.sqrt(12.0 / 300);
        int n = 20_000;
        assertThat((double) weights.abs().max().getFloat()).isBetween(0.99 * bound, bound);
        assertThat((double) weights.mean().getFloat()).isCloseTo(0, within(4.5 * bound / Math.sqrt(3.0 * n)));
        // The square of a uniform number in ±1 has the mean 1/3 and the variance 4/45.
        assertThat(weights.square().mean().getFloat() / bound / bound)
                .isCloseTo(1 / 3.0, within(4.5 * Math.sqrt(4 / 45.0 / n)));
        assertThat(large.views().get(1).toFloatArray()).containsOnly(0);
    }
}
