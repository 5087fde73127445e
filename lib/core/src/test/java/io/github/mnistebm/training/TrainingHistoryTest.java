package io.github.mnistebm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TrainingHistoryTest {

    @Test
    void countsEpochsFromOne() {
        TrainingHistory history = TrainingHistory.of("phase", "loss");
        history.add(3);
        history.add(2);
        assertThat(history.table().intColumn("epoch").asObjectArray()).containsExactly(1, 2);
        assertThat(history.last("loss")).isEqualTo(2);
    }

    @Test
    void hasNoLastValueBeforeTheFirstEpoch() {
        assertThat(TrainingHistory.of("phase", "loss").last("loss")).isNaN();
    }

    @Test
    void isInterruptedOnlyWhenItIsMarkedSo() {
        TrainingHistory history = TrainingHistory.of("phase", "loss");
        assertThat(history.interrupted()).isFalse();
        history.markInterrupted();
        assertThat(history.interrupted()).isTrue();
    }

    @Test
    void rejectsARowOfAnotherLength() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrainingHistory.of("phase", "loss").add(1, 2))
                .withMessage("expected values for [epoch, loss], found [1.0, 2.0]");
    }
}
