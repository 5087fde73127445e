package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepSizeAdaptationTest {

    @Test
    void movesTheLogarithmByGainTimesExcess() {
        try (NDManager manager = NDManager.newBaseManager();
                StepSizeAdaptation adaptation = new StepSizeAdaptation(manager, 0.1, 0.5)) {
            adaptation.update(manager.create(new float[] {1f, 0.6f}), 2);
            assertThat((double) adaptation.stepSize().getFloat()).isCloseTo(0.1 * Math.exp(2 * 0.3), within(1e-6));
        }
    }

    @Test
    void staysWithinItsBounds() {
        try (NDManager manager = NDManager.newBaseManager();
                StepSizeAdaptation adaptation = new StepSizeAdaptation(manager, 0.1, 0.5)) {
            adaptation.update(manager.create(new float[] {1}), 1000);
            assertThat((double) adaptation.stepSize().getFloat())
                    .isCloseTo(StepSizeAdaptation.MAX_STEP_SIZE, within(1e-4));
            adaptation.update(manager.create(new float[] {0}), 1000);
            assertThat((double) adaptation.stepSize().getFloat())
                    .isCloseTo(StepSizeAdaptation.MIN_STEP_SIZE, within(1e-9));
        }
    }

    @Test
    void movesInJavaAsItDoesOnTheDevice() {
        StepSizeAdaptation.Bounded adaptation = new StepSizeAdaptation.Bounded(0.1, 0.5);
        assertThat(adaptation.value()).isEqualTo(0.1);
        adaptation.update(0.8, 2);
        assertThat(adaptation.value()).isCloseTo(0.1 * Math.exp(2 * 0.3), within(1e-12));
        adaptation.update(1, 1000);
        assertThat(adaptation.value()).isEqualTo(StepSizeAdaptation.MAX_STEP_SIZE);
        adaptation.update(0, 1000);
        assertThat(adaptation.value()).isEqualTo(StepSizeAdaptation.MIN_STEP_SIZE);
    }

    @Test
    void settlesAtAnAverageOfItsLogarithmInWhichTheFirstStepsFade() {
        StepSizeAdaptation.Bounded inJava = new StepSizeAdaptation.Bounded(0.1, 0.5);
        try (NDManager manager = NDManager.newBaseManager();
                StepSizeAdaptation onDevice = new StepSizeAdaptation(manager, 0.1, 0.5)) {
            double logStepSize = Math.log(0.1);
            double average = logStepSize;
            for (int step = 1; step <= 4; step++) {
                double gain = StepSizeAdaptation.gain(step);
                float acceptance = step % 2;
                onDevice.update(manager.create(new float[] {acceptance}), gain);
                inJava.update(acceptance, gain);
                logStepSize += gain * (acceptance - 0.5);
                average += Math.pow(step, -0.75) * (logStepSize - average);
            }
            assertThat(inJava.value()).isCloseTo(Math.exp(logStepSize), within(1e-12));
            onDevice.settle();
            inJava.settle();
            assertThat(inJava.value()).isCloseTo(Math.exp(average), within(1e-12));
            assertThat((double) onDevice.stepSize().getFloat()).isCloseTo(Math.exp(average), within(1e-6));
        }
    }

    @Test
    void withoutAStepOfBurnInTheStepSizeStays() {
        StepSizeAdaptation.Bounded inJava = new StepSizeAdaptation.Bounded(0.1, 0.5);
        inJava.settle();
        assertThat(inJava.value()).isCloseTo(0.1, within(1e-12));
        try (NDManager manager = NDManager.newBaseManager();
                StepSizeAdaptation onDevice = new StepSizeAdaptation(manager, 0.1, 0.5)) {
            onDevice.settle();
            assertThat((double) onDevice.stepSize().getFloat()).isCloseTo(0.1, within(1e-7));
        }
    }

    @Test
    void theGainFallsWithTheStepsToThePowerOfMinusThreeFifths() {
        assertThat(StepSizeAdaptation.gain(1)).isEqualTo(1);
        assertThat(StepSizeAdaptation.gain(32)).isCloseTo(0.125, within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.5, Double.NaN})
    void rejectsATargetThatIsNotAProbability(double target) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StepSizeAdaptation.Bounded(0.1, target))
                .withMessage("target acceptance: must be in (0, 1), found " + target);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.POSITIVE_INFINITY})
    void rejectsAStepSizeThatIsNotPositiveAndFinite(double stepSize) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StepSizeAdaptation.Bounded(stepSize, 0.5))
                .withMessage("step size: must be positive and finite, found " + stepSize);
    }

    @Test
    void rejectsAStepSizeThatIsNoPositiveNumber() {
        try (NDManager manager = NDManager.newBaseManager()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new StepSizeAdaptation(manager, Double.NaN, 0.5))
                    .withMessage("step size: must be positive and finite, found NaN");
        }
    }
}
