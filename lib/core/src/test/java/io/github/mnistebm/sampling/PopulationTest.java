package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PopulationTest {

    private NDManager manager;
    private final RandomSource random = RandomSource.of(1);

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private long[] survivors(Population population, boolean toTheEnd, float... potentials) {
        NDArray survivors = population.survivors(manager.create(potentials), toTheEnd, random);
        assertThat(survivors.getShape()).isEqualTo(population.beta().getShape());
        assertThat(survivors.getShape().dimension()).isEqualTo(1);
        return survivors.toLongArray();
    }

    @Test
    void betaRisesToOneWhereTheWeightsAreWorthHalfTheParticles() {
        // One of two particles is half of them.
        Population population = new Population(manager, 1, 2);
        assertThat(population.leastBeta()).isZero();
        survivors(population, false, 3, 5);
        assertThat(population.leastBeta()).isEqualTo(1);
        assertThat(population.beta().toFloatArray()).containsExactly(1, 1);
        // log of the mean of exp(−3) and exp(−5)
        assertThat((double) population.logEvidence().getFloat(0))
                .isCloseTo(-3 + Math.log((1 + Math.exp(-2)) / 2), within(1e-6));
    }

    @Test
    void betaRisesAsFarAsTheWeightsAreWorthHalfTheParticlesInEachGroupByItself() {
        Population population = new Population(manager, 2, 4);
        survivors(population, false, 7, 107, 107, 107, 5, 55, 55, 55);
        // (1 + 3 w)² / (1 + 3 w²) = 2 for a weight w in place of 1.
        double w = 2 / Math.sqrt(3) - 1;
        double first = -Math.log(w) / 100;
        double second = -Math.log(w) / 50;
        assertThat(population.leastBeta()).isCloseTo(first, within(1e-7));
        float[] expected = new float[8];
        Arrays.fill(expected, 0, 4, (float) first);
        Arrays.fill(expected, 4, 8, (float) second);
        assertThat(population.beta().toFloatArray()).containsExactly(expected, within(1e-7f));
        float[] evidence = population.logEvidence().toFloatArray();
        assertThat((double) evidence[0]).isCloseTo(Math.log((1 + 3 * w) / 4) - 7 * first, within(1e-5));
        assertThat((double) evidence[1]).isCloseTo(Math.log((1 + 3 * w) / 4) - 5 * second, within(1e-5));
    }

    @Test
    void theLastStageReachesOneAndTheEvidencesAddUp() {
        Population population = new Population(manager, 1, 4);
        survivors(population, false, 0, 100, 100, 100);
        double first = population.logEvidence().getFloat(0);
        double missing = 1 - population.leastBeta();
        survivors(population, true, 2, 2, 2, 100);
        assertThat(population.leastBeta()).isEqualTo(1);
        assertThat((double) population.logEvidence().getFloat(0))
                .isCloseTo(first - 2 * missing + Math.log(0.75), within(1e-5));
    }

    @Test
    void particlesSurviveByTheirWeights() {
        assertThat(survivors(new Population(manager, 2, 4), true, 0, 500, 0, 500, 500, 0, 500, 500))
                .containsExactly(0, 0, 2, 2, 5, 5, 5, 5);
    }

    @Test
    void asManyOfMoreStatesSurviveAsThereAreParticles() {
        assertThat(survivors(new Population(manager, 1, 4), true, 500, 0, 500, 0, 500, 0, 500, 0))
                .containsExactly(1, 3, 5, 7);
    }

    @Test
    void theMeanNumberOfCopiesIsTheWeight() {
        int groups = 5000;
        float[] potentials = new float[3 * groups];
        for (int group = 0; group < groups; group++) {
            potentials[3 * group] = (float) -Math.log(0.5);
            potentials[3 * group + 1] = (float) -Math.log(0.3);
            potentials[3 * group + 2] = (float) -Math.log(0.2);
        }
        int[] copies = new int[3];
        for (long row : survivors(new Population(manager, groups, 3), true, potentials)) {
            copies[(int) (row % 3)]++;
        }
        // The number of copies is one of the integers around the expected 1.5, 0.9 and 0.6.
        assertThat(copies[0] / (double) groups).isCloseTo(1.5, within(4.5 * Math.sqrt(0.25 / groups)));
        assertThat(copies[1] / (double) groups).isCloseTo(0.9, within(4.5 * Math.sqrt(0.09 / groups)));
        assertThat(copies[2] / (double) groups).isCloseTo(0.6, within(4.5 * Math.sqrt(0.24 / groups)));
    }

    @Test
    void theOrderStepsByTheGoldenSectionOfTheGroup() {
        assertThat(Population.spread(2, 8)).containsExactly(0, 5, 2, 7, 4, 1, 6, 3, 8, 13, 10, 15, 12, 9, 14, 11);
        // 6 of 10 have a divisor in common, 5 of 10 too, 4 of 10 too.
        assertThat(Population.spread(1, 10)).startsWith(0, 3, 6, 9, 2);
    }

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
