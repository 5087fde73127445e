package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DualAveragingTest {

    @Test
    void followsTheRecursionOfThePaper() {
        DualAveraging averaging = new DualAveraging(0.1, 0.8);
        double[] acceptances = {0.9, 0.2, 0.7, 1};
        double error = 0;
        double average = 0;
        for (int t = 1; t <= acceptances.length; t++) {
            error = (1 - 1 / (t + 10.0)) * error + (0.8 - acceptances[t - 1]) / (t + 10.0);
            double logStepSize = Math.log(10 * 0.1) - Math.sqrt(t) / 0.05 * error;
            double weight = Math.pow(t, -0.75);
            average = weight * logStepSize + (1 - weight) * average;
            assertThat(averaging.update(acceptances[t - 1])).isCloseTo(Math.exp(logStepSize), within(1e-12));
            assertThat(averaging.average()).isCloseTo(Math.exp(average), within(1e-12));
        }
    }

    /** An acceptance of exp(−ε²), with noise: it is 0.8 where ε is √−log 0.8. */
    @Test
    void comesToRestAtTheStepSizeOfTheTarget() {
        SplittableRandom random = new SplittableRandom(1);
        DualAveraging averaging = new DualAveraging(1e-3, 0.8);
        double stepSize = 1e-3;
        for (int t = 0; t < 20_000; t++) {
            boolean accepted = random.nextDouble() < Math.exp(-stepSize * stepSize);
            stepSize = averaging.update(accepted ? 1 : 0);
        }
        assertThat(averaging.average()).isCloseTo(Math.sqrt(-Math.log(0.8)), within(0.02));
    }

    @Test
    void goesOnFromAStepSizeAsIfItWereNew() {
        DualAveraging used = new DualAveraging(0.1, 0.8);
        used.update(0);
        used.restart(0.3);
        DualAveraging fresh = new DualAveraging(0.3, 0.8);
        assertThat(used.average()).isCloseTo(0.3, within(1e-12));
        assertThat(used.update(0.7)).isEqualTo(fresh.update(0.7));
        assertThat(used.average()).isEqualTo(fresh.average());
    }

    @Test
    void staysWithinTheBoundsOfEveryStepSize() {
        DualAveraging averaging = new DualAveraging(1, 0.8);
        for (int t = 0; t < 100; t++) {
            averaging.update(0);
        }
        assertThat(averaging.update(0)).isCloseTo(StepSizeAdaptation.MIN_STEP_SIZE, within(1e-12));
        averaging.restart(5);
        assertThat(averaging.update(1)).isCloseTo(StepSizeAdaptation.MAX_STEP_SIZE, within(1e-12));
    }
}
