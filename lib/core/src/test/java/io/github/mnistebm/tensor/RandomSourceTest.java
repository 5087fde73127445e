package io.github.mnistebm.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RandomSourceTest {

    /** A number that fills several blocks, and the last one partly. */
    private static final Shape SHAPE = new Shape(301, 101);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** The maker of the numbers of arrays. */
    enum Form {
        JAVA,
        ENGINE;

        RandomSource of(long seed) {
            return this == JAVA ? RandomSource.of(seed) : RandomSource.byEngine(seed);
        }
    }

    private float[] draws(RandomSource random) {
        return random.normal(manager, SHAPE)
                .add(random.uniform(manager, 0, 1, SHAPE))
                .toFloatArray();
    }

    @ParameterizedTest
    @EnumSource
    void theSameSeedGivesTheSameNumbersAndAnotherOthers(Form form) {
        assertThat(draws(form.of(5))).isEqualTo(draws(form.of(5))).isNotEqualTo(draws(form.of(6)));
    }

    @ParameterizedTest
    @EnumSource
    void aSecondArrayDiffersFromTheFirst(Form form) {
        RandomSource random = form.of(1);
        assertThat(draws(random)).isNotEqualTo(draws(random));
    }

    @ParameterizedTest
    @EnumSource
    void isNotDisturbedByOtherSourcesOnOtherThreads(Form form) throws InterruptedException {
        float[] alone = draws(form.of(1));
        AtomicBoolean done = new AtomicBoolean();
        Thread other = new Thread(() -> {
            try (NDManager own = NDManager.newBaseManager()) {
                RandomSource random = form.of(2);
                while (!done.get()) {
                    random.normal(own, SHAPE).close();
                }
            }
        });
        other.start();
        for (int i = 0; i < 50; i++) {
            assertThat(draws(form.of(1))).isEqualTo(alone);
        }
        done.set(true);
        other.join();
    }

    @Test
    void isNotDisturbedByUsesOfTheEnginesGenerator() {
        float[] alone = draws(RandomSource.of(1));
        RandomSource random = RandomSource.of(1);
        NDArray normal = random.normal(manager, SHAPE);
        manager.randomNormal(SHAPE).close();
        assertThat(normal.add(random.uniform(manager, 0, 1, SHAPE)).toFloatArray())
                .isEqualTo(alone);
    }

    @Test
    void doesNotDependOnTheNumberOfThreads() throws ExecutionException, InterruptedException {
        List<float[]> found = new ArrayList<>();
        for (int threads = 1; threads <= 3; threads++) {
            ForkJoinPool pool = new ForkJoinPool(threads);
            found.add(pool.submit(() -> draws(RandomSource.of(1))).get());
            pool.shutdown();
        }
        assertThat(found.get(1)).isEqualTo(found.get(0));
        assertThat(found.get(2)).isEqualTo(found.get(0));
    }

    @ParameterizedTest
    @EnumSource
    void normalNumbersHaveTheMomentsOfTheStandardNormalDistribution(Form form) {
        int n = 1_000_000;
        NDArray values = form.of(1).normal(manager, new Shape(n)).toType(DataType.FLOAT64, false);
        // The variance of x^k is (2k − 1)!! less the square of the mean.
        assertThat(mean(values)).isCloseTo(0, within(4.5 * Math.sqrt(1.0 / n)));
        assertThat(mean(values.pow(2))).isCloseTo(1, within(4.5 * Math.sqrt(2.0 / n)));
        assertThat(mean(values.pow(3))).isCloseTo(0, within(4.5 * Math.sqrt(15.0 / n)));
        assertThat(mean(values.pow(4))).isCloseTo(3, within(4.5 * Math.sqrt(96.0 / n)));
        assertThat(mean(values.get("0:-1").mul(values.get("1:")))).isCloseTo(0, within(4.5 * Math.sqrt(1.0 / n)));
    }

    @ParameterizedTest
    @EnumSource
    void uniformNumbersFillTheirRange(Form form) {
        int n = 1_000_000;
        NDArray values = form.of(1).uniform(manager, -3, 5, new Shape(n)).toType(DataType.FLOAT64, false);
        assertThat(values.min().getDouble()).isBetween(-3.0, -2.99);
        assertThat(values.max().getDouble()).isBetween(4.99, 5.0);
        double deviation = 8 / Math.sqrt(12);
        assertThat(mean(values)).isCloseTo(1, within(4.5 * deviation / Math.sqrt(n)));
        // The fourth central moment is (8/2)⁴ / 5.
        double squaresDeviation = Math.sqrt(256.0 / 5 - Math.pow(deviation, 4));
        assertThat(mean(values.sub(1).square())).isCloseTo(64.0 / 12, within(4.5 * squaresDeviation / Math.sqrt(n)));
    }

    private static double mean(NDArray values) {
        return values.mean().getDouble();
    }

    @ParameterizedTest
    @EnumSource
    void aPermutationHasEveryNumberOnce(Form form) {
        RandomSource random = form.of(1);
        long[] numbers = random.permutation(manager, 1000).toLongArray();
        assertThat(LongStream.of(numbers).sorted().toArray())
                .isEqualTo(LongStream.range(0, 1000).toArray());
        assertThat(numbers)
                .isNotEqualTo(LongStream.range(0, 1000).toArray())
                .isNotEqualTo(random.permutation(manager, 1000).toLongArray());
    }

    @Test
    void everyOrderOfThreeIsEquallyProbable() {
        RandomSource random = RandomSource.of(1);
        int n = 60_000;
        int[] counts = new int[9];
        for (int i = 0; i < n; i++) {
            try (NDArray order = random.permutation(manager, 3)) {
                long[] numbers = order.toLongArray();
                counts[(int) (3 * numbers[0] + numbers[1])]++;
            }
        }
        double error = Math.sqrt(n / 6.0 * 5 / 6);
        for (int first = 0; first < 3; first++) {
            for (int second = 0; second < 3; second++) {
                double expected = first == second ? 0 : n / 6.0;
                assertThat((double) counts[3 * first + second]).isCloseTo(expected, within(4.5 * error));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void partsHaveSourcesOfTheirOwnWhateverWasDrawnBefore(Form form) {
        RandomSource random = form.of(1);
        float[] first = draws(random.numbered(1));
        draws(random);
        assertThat(draws(random.numbered(1))).isEqualTo(first);
        assertThat(draws(random.numbered(2))).isNotEqualTo(first);
        assertThat(draws(form.of(2).numbered(1))).isNotEqualTo(first);
    }

    @ParameterizedTest
    @EnumSource
    void aSplitSourceDrawsOtherNumbers(Form form) {
        RandomSource random = form.of(1);
        assertThat(draws(random.split())).isNotEqualTo(draws(random)).isNotEqualTo(draws(random.split()));
    }
}
