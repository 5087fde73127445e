package io.github.mnistebm.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mnistebm.InEveryLocale;

class ClockTimeTest {

    @InEveryLocale
    void aLongTimeHasHours() {
        assertThat(ClockTime.of(3_725_000_000_000L)).isEqualTo("1:02:05");
        assertThat(ClockTime.of(59_900_000_000L)).isEqualTo("0:59");
    }
}
