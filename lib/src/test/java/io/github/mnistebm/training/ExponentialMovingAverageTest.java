package io.github.mnistebm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;

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
}
