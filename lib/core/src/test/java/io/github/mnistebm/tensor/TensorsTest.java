package io.github.mnistebm.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import org.junit.jupiter.api.Test;

class TensorsTest {

    @Test
    void aCopyIsSeenThroughViewsOfTheTarget() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray vector = manager.zeros(new Shape(6));
            NDArray view = vector.get(new NDIndex("2:6")).reshape(2, 2);
            Tensors.copy(manager.create(new float[] {0, 1, 2, 3, 4, 5}), vector);
            assertThat(view.toFloatArray()).containsExactly(2, 3, 4, 5);
        }
    }

    @Test
    void aCopyIntoAViewIsSeenInTheWhole() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray vector = manager.zeros(new Shape(4));
            Tensors.copy(manager.create(new float[] {7, 8}), vector.get(new NDIndex("1:3")));
            assertThat(vector.toFloatArray()).containsExactly(0, 7, 8, 0);
        }
    }

    @Test
    void aCopyDoesNotFollowItsSourceLater() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray source = manager.ones(new Shape(2));
            NDArray target = manager.zeros(new Shape(2));
            Tensors.copy(source, target);
            source.addi(1);
            assertThat(target.toFloatArray()).containsExactly(1, 1);
        }
    }

    @Test
    void aScalarCanBeCopied() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray target = manager.zeros(new Shape());
            Tensors.copy(manager.create(3f), target);
            assertThat(target.getFloat()).isEqualTo(3);
        }
    }

    @Test
    void clearingAGradientReplacesNaNAndLeavesAccumulationWorking() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray parameter = manager.create(new float[] {1, 2});
            parameter.setRequiresGradient(true);
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                collector.backward(parameter.mul(manager.create(Float.NaN)).sum());
            }
            NDArray gradient = parameter.getGradient();
            assertThat(gradient.toFloatArray()).containsOnly(Float.NaN);

            Tensors.clear(gradient);
            assertThat(gradient.toFloatArray()).containsExactly(0, 0);
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                collector.backward(parameter.square().sum());
            }
            assertThat(gradient.toFloatArray()).containsExactly(2, 4);
        }
    }

    @Test
    void partsAreMappedInOrder() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray rows = manager.arange(5f).reshape(5, 1);
            NDArray mapped = Tensors.mapInParts(rows, 2, part -> part.mul(10));
            assertThat(mapped.getShape()).isEqualTo(new Shape(5, 1));
            assertThat(mapped.toFloatArray()).containsExactly(0, 10, 20, 30, 40);
        }
    }

    @Test
    void whatIsMappedInPartsKeepsNothingForABackwardPass() {
        try (NDManager manager = NDManager.newBaseManager();
                GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray parameter = manager.create(new float[] {2, 3});
            parameter.setRequiresGradient(true);
            NDArray mapped = Tensors.mapInParts(manager.arange(6f).reshape(3, 2), 2, part -> part.mul(parameter));
            assertThat(mapped.toFloatArray()).containsExactly(0, 3, 4, 9, 8, 15);
            assertThatThrownBy(() -> collector.backward(mapped.sum())).hasMessageContaining("does not require grad");
        }
    }
}
