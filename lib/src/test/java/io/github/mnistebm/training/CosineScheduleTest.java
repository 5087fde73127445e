package io.github.mnistebm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CosineScheduleTest {

    @Test
    void fallsFromTheFirstRateOverTheHalfToZero() {
        CosineSchedule schedule = new CosineSchedule(0.2, 100);
        assertThat(schedule.rate(0)).isEqualTo(0.2);
        assertThat(schedule.rate(50)).isCloseTo(0.1, within(1e-12));
        assertThat(schedule.rate(100)).isCloseTo(0, within(1e-12));
        assertThat(schedule.rate(1000)).isCloseTo(0, within(1e-12));
    }
}
