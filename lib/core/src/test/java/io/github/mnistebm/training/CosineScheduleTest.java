package io.github.mnistebm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CosineScheduleTest {

    @Test
    void fallsFromTheFirstRateOverTheHalfToZero() {
        CosineSchedule schedule = new CosineSchedule(0.2, 100);
        assertThat(schedule.rate(0)).isEqualTo(0.2);
        assertThat(schedule.rate(25)).isCloseTo(0.1 * (1 + Math.sqrt(0.5)), within(1e-12));
        assertThat(schedule.rate(50)).isCloseTo(0.1, within(1e-12));
        assertThat(schedule.rate(100)).isCloseTo(0, within(1e-12));
        assertThat(schedule.rate(1000)).isCloseTo(0, within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN})
    void asksForAPositiveRate(double rate) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CosineSchedule(rate, 1))
                .withMessage("learning rate: must be positive, found " + rate);
    }

    @Test
    void asksForAnUpdate() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CosineSchedule(1, 0))
                .withMessage("updates: must be at least 1, found 0");
        assertThat(new CosineSchedule(1, 1).rate(0)).isEqualTo(1);
    }
}
