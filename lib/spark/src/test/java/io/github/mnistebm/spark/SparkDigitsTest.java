package io.github.mnistebm.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SparkDigitsTest {

    @Test
    void noTwoPartitionsOfARunDrawAlike() {
        assertThat(Arrays.stream(SparkDigits.seeds(1, 100_000)).distinct()).hasSize(100_000);
    }

    @Test
    void noTwoPartitionsOfRunsWithNeighbouringSeedsDrawAlike() {
        Set<Integer> seeds = new HashSet<>();
        IntStream.range(-10, 10)
                .flatMap(seed -> Arrays.stream(SparkDigits.seeds(seed, 4)))
                .forEach(seeds::add);
        assertThat(seeds).hasSize(20 * 4);
    }

    @Test
    void theSameSeedGivesTheSameSeeds() {
        assertThat(SparkDigits.seeds(1, 4)).isEqualTo(SparkDigits.seeds(1, 4));
    }
}
