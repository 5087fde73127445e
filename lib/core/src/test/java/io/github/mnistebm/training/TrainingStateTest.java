package io.github.mnistebm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingStateTest {

    private static final TrainingHistory HISTORY = TrainingHistory.of("phase", "loss");

    @Test
    void isCopiedIntoTheArraysOfTheSameNames() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray target = manager.zeros(new Shape(2));
            new TrainingState(
                            HISTORY,
                            Map.of("a", manager.create(new float[] {1, 2}), "b", manager.create(new float[] {3, 4})))
                    .copyInto(Map.of("a", target));
            assertThat(target.toFloatArray()).containsExactly(1, 2);
        }
    }

    @Test
    void ofAnotherConfigurationIsRefused() {
        try (NDManager manager = NDManager.newBaseManager()) {
            TrainingState state = new TrainingState(HISTORY, Map.of("a", manager.zeros(new Shape(2))));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> state.copyInto(Map.of("a", manager.zeros(new Shape(1, 2)))))
                    .withMessage("training state: a: expected shape (1, 2), found (2)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> state.copyInto(Map.of("b", manager.zeros(new Shape(2)))))
                    .withMessage("training state: b: expected shape (2), found none");
        }
    }
}
