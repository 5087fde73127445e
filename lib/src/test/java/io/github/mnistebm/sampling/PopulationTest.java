package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PopulationTest {

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 8, 30, 64})
    void theOrderWithinAGroupHasEveryParticleOnce(int particles) {
        long[] rows = Population.spread(2, particles);
        assertThat(LongStream.of(rows).limit(particles).sorted())
                .containsExactlyElementsOf(
                        LongStream.range(0, particles).boxed().toList());
        assertThat(LongStream.of(rows).skip(particles).sorted())
                .containsExactlyElementsOf(
                        LongStream.range(particles, 2L * particles).boxed().toList());
    }
}
