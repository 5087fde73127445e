package io.github.mnistebm.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusLineTest {

    private static final StatusLine LINE = new StatusLine(
            "energy 3/24",
            List.of("energy gap 1.002", "acceptance 0.572", "step size 0.019"),
            125_000_000_000L,
            "41 batches/s");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "120 | energy 3/24  energy gap 1.002, acceptance 0.572, step size 0.019  2:05 left  41 batches/s",
                " 80 | energy 3/24  energy gap 1.002, acceptance 0.572, step size 0.019  2:05 left",
                " 70 | energy 3/24  energy gap 1.002, acceptance 0.572  2:05 left",
                " 56 | energy 3/24  energy gap 1.002  2:05 left  41 batches/s",
                " 40 | energy 3/24  energy gap 1.002  2:05 left",
                " 39 | energy 3/24  energy gap 1.002",
                " 20 | energy 3/24",
                "  6 | energy",
            })
    void theMostImportantPartsComeFirst(int columns, String line) {
        assertThat(LINE.in(columns)).isEqualTo(line).hasSizeLessThanOrEqualTo(columns);
    }

    @Test
    void beforeTheFirstEpochThereAreTheTimeLeftAndTheRate() {
        StatusLine line = new StatusLine("reference measure 12 %", List.of(), 3_000_000_000L, "4.1 %/s");
        assertThat(line.in(80)).isEqualTo("reference measure 12 %  0:03 left  4.1 %/s");
    }
}
