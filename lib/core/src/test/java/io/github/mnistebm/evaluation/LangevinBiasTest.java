package io.github.mnistebm.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class LangevinBiasTest {

    private final RandomSource random = RandomSource.of(1);

    /** Of 40,000 squares of normal draws of variance 1: 4.5 standard errors of √(2/40,000). */
    private static final double TOLERANCE = 4.5 * Math.sqrt(2.0 / 40_000);

    @BeforeEach
    void seed() {}

    @Test
    void theUnadjustedAlgorithmHasTheVarianceOfTheTheoryAndTheAdjustedOneNone() {
        try (NDManager manager = NDManager.newBaseManager()) {
            Table table = LangevinBias.ofStepSizes(manager, random, 0.1, 1);
            for (int row = 0; row < 2; row++) {
                double expected = table.doubleColumn("ULA, expected").get(row);
                assertThat(table.doubleColumn("ULA").get(row)).isCloseTo(expected, within(TOLERANCE * expected));
                assertThat(table.doubleColumn("MALA").get(row)).isCloseTo(1, within(TOLERANCE));
            }
            assertThat(table.doubleColumn("ULA, expected").get(1)).isEqualTo(2);
        }
    }

    @Test
    void theVarianceIsTheTemperature() {
        try (NDManager manager = NDManager.newBaseManager()) {
            Table table = LangevinBias.ofTemperatures(manager, random, 0.25, 4);
            assertThat(table.doubleColumn("variance").get(0)).isCloseTo(0.25, within(0.25 * TOLERANCE));
            assertThat(table.doubleColumn("variance").get(1)).isCloseTo(4, within(4 * TOLERANCE));
        }
    }
}
