package io.github.mnistebm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExponentialMovingAverageTest {

    @Test
    void followsItsSourceQuicklyAtFirst() {
        try (NDManager manager = NDManager.newBaseManager();
                NDArray source = manager.create(new float[] {0});
                ExponentialMovingAverage average = new ExponentialMovingAverage(source, 0.999)) {
            source.addi(1);
            average.update();
            assertThat(average.average().getFloat(0)).isCloseTo(0.9f, within(1e-6f));
        }
    }

    @Test
    void weighsWithItsDecayInTheLongRun() {
        try (NDManager manager = NDManager.newBaseManager();
                NDArray source = manager.create(new float[] {0});
                ExponentialMovingAverage average = new ExponentialMovingAverage(source, 0.5)) {
            for (int i = 0; i < 20; i++) {
                average.update();
            }
            source.addi(1);
            average.update();
            average.update();
            assertThat(average.average().getFloat(0)).isCloseTo(0.75f, within(1e-6f));
        }
    }

    @Test
    void goesOnWithTheDecayOfTheUpdatesBefore() {
        try (NDManager manager = NDManager.newBaseManager();
                NDArray source = manager.create(new float[] {0});
                ExponentialMovingAverage average = new ExponentialMovingAverage(source, 0.999)) {
            average.resumeAfter(8);
            source.addi(1);
            average.update();
            // (1 + 8) / (10 + 8)
            assertThat(average.average().getFloat(0)).isCloseTo(0.5f, within(1e-6f));
            average.update();
            // (1 + 9) / (10 + 9)
            assertThat(average.average().getFloat(0)).isCloseTo(1 - 0.5f * 10 / 19, within(1e-6f));
        }
    }

    @Test
    void isASnapshotThatIsFreedByItself() {
        try (NDManager manager = NDManager.newBaseManager();
                NDArray source = manager.create(new float[] {7})) {
            ExponentialMovingAverage average = new ExponentialMovingAverage(source, 0);
            NDArray values = average.average();
            source.addi(1);
            assertThat(values.toFloatArray()).containsExactly(7);
            average.update();
            // A decay of 0 keeps nothing.
            assertThat(values.toFloatArray()).containsExactly(8);
            average.close();
            assertThat(values.isReleased()).isTrue();
            assertThat(source.isReleased()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, Double.NaN})
    void asksForADecayBelowOne(double decay) {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray source = manager.create(new float[] {7});
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new ExponentialMovingAverage(source, decay))
                    .withMessage("decay: must be in [0, 1), found " + decay);
        }
    }
}
