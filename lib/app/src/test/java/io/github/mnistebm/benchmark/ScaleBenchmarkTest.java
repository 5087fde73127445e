package io.github.mnistebm.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScaleBenchmarkTest {

    /** Two layers of 256 units. */
    private static final double WEIGHTS = 28 * 256 + 256 * 256;

    @Test
    void theProductsOfAStepGoOnceForwardAndOnceBackward() {
        assertThat(ScaleBenchmark.multiplications(Work.scaled(1, 28, 100, 1)))
                .isEqualTo(2 * WEIGHTS + 2 * 100 * 28 * 28);
    }

    @Test
    void theProductsGrowByTwoSquaresAComponent() {
        double one = ScaleBenchmark.multiplications(Work.scaled(1, 28, 1, 1));
        assertThat(ScaleBenchmark.multiplications(Work.scaled(1, 28, 1001, 1)) - one)
                .isEqualTo(2.0 * 1000 * 28 * 28);
    }

    @Test
    void aNumberIsWrittenAndRead() {
        assertThat(ScaleBenchmark.numbers(Work.scaled(1, 3, 5, 1))).isEqualTo(2 * (4 * 512 + 2 * 9 + 2 * 5));
    }
}
