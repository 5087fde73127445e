package io.github.mnistebm.evaluation.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AnnealedImportanceSamplingTest {

    private final RandomSource random = RandomSource.of(1);

    // f(u) = a·u with ‖a‖ = 3: log Z = 9/2, p is normal of mean −a.
    private static final float[] A = {1.8f, -2.4f};
    private static final double LOG_Z = 4.5;
    private static final TiltedEnergy ENERGY = new TiltedEnergy(new LinearEnergy(A), new StandardNormal(2));

    private NDManager manager;
    private NDArray states;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        states = samples(1000);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray samples(int n) {
        return random.normal(manager, new Shape(n, 2)).sub(manager.create(A));
    }

    @Test
    void findsTheNormalizerForwardsAndBackwards() {
        AnnealedImportanceSampling annealed = new AnnealedImportanceSampling(ENERGY, 100, 0.3);
        LogLikelihood upper = annealed.upper(states, 5000, random, step -> {});
        LogLikelihood lower = annealed.lower(states, samples(5000), random, step -> {});
        // The standard error of log Z: that of the mean weight, relative to it.
        assertThat(upper.logNormalizer())
                .isCloseTo(LOG_Z, within(4.5 * Math.sqrt(1 / upper.effectiveSampleSize() - 1 / 5000.0)));
        assertThat(lower.logNormalizer())
                .isCloseTo(LOG_Z, within(4.5 * Math.sqrt(1 / lower.effectiveSampleSize() - 1 / 5000.0)));
        assertThat(upper.effectiveSampleSize()).isGreaterThan(500);
        assertThat(lower.effectiveSampleSize()).isGreaterThan(500);
    }

    @Test
    void isWorthMoreDrawsThanImportanceSampling() {
        double annealed = new AnnealedImportanceSampling(ENERGY, 100, 0.3)
                .upper(states, 5000, random, step -> {})
                .effectiveSampleSize();
        double direct = LogLikelihood.of(ENERGY, states, 5000, random).effectiveSampleSize();
        // A share of exp(−9) of direct draws is expected to count, and about a half of annealed ones.
        assertThat(annealed).isGreaterThan(10 * direct);
    }

    @Test
    void boundsTheNormalizerFromBothSidesWhenThereAreFewTemperatures() {
        // With a single temperature and few chains both estimates are far off, to opposite sides.
        AnnealedImportanceSampling coarse = new AnnealedImportanceSampling(ENERGY, 1, 0.3);
        double sumOfLow = 0;
        double sumOfHigh = 0;
        for (int i = 0; i < 20; i++) {
            sumOfLow += coarse.upper(states, 20, random, step -> {}).logNormalizer();
            sumOfHigh += coarse.lower(states, samples(20), random, step -> {}).logNormalizer();
        }
        assertThat(sumOfLow / 20).isLessThan(LOG_Z - 0.5);
        assertThat(sumOfHigh / 20).isGreaterThan(LOG_Z + 0.5);
    }

    @Test
    void asksForATemperature() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AnnealedImportanceSampling(ENERGY, 0, 0.3))
                .withMessage("temperatures: must be at least 1, found 0");
    }
}
