package io.github.mnistebm.evaluation.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.Test;

class LogLikelihoodTest {

    private final RandomSource random = RandomSource.of(1);

    @Test
    void isThatOfTheTiltedNormalDistribution() {
        float[] a = {0.6f, -0.8f};
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray states = random.normal(manager, new Shape(5000, 2)).sub(manager.create(a));
            TiltedEnergy energy = new TiltedEnergy(new LinearEnergy(a), new StandardNormal(2));
            LogLikelihood found = LogLikelihood.of(energy, states, 100_000, random);
            // Minus the entropy of a standard normal on the plane.
            assertThat(found.nats()).isCloseTo(-Math.log(2 * Math.PI) - 1, within(4.5 * found.standardError()));
            assertThat(found.logNormalizer()).isCloseTo(0.5, within(4.5 * Math.sqrt(Math.expm1(1) / 100_000)));
            // E[w]² / E[w²] = exp(−‖a‖²)
            assertThat(found.effectiveSampleSize() / 100_000).isCloseTo(Math.exp(-1), within(0.03));
            assertThat(found.standardError()).isCloseTo(1 / Math.sqrt(5000), within(0.004));
        }
    }

    @Test
    void ofAnUntiltedMeasureIsExact() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray states = manager.zeros(new Shape(10, 2));
            TiltedEnergy energy = new TiltedEnergy(new LinearEnergy(new float[2]), new StandardNormal(2));
            LogLikelihood found = LogLikelihood.of(energy, states, 1000, random);
            assertThat(found.nats()).isCloseTo(-Math.log(2 * Math.PI), within(1e-6));
            assertThat(found.effectiveSampleSize()).isCloseTo(1000, within(1e-6));
            assertThat(found.standardError()).isCloseTo(0, within(1e-9));
        }
    }
}
