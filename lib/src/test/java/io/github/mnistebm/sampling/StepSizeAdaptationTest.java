package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;

class StepSizeAdaptationTest {

    @Test
    void movesTheLogarithmByGainTimesExcess() {
        try (NDManager manager = NDManager.newBaseManager();
                StepSizeAdaptation adaptation = new StepSizeAdaptation(manager, 0.1, 0.5)) {
            adaptation.update(manager.create(new float[] {1f, 0.6f}), manager.create(2f));
            assertThat((double) adaptation.stepSize().getFloat()).isCloseTo(0.1 * Math.exp(2 * 0.3), within(1e-6));
        }
    }

    @Test
    void staysWithinItsBounds() {
        try (NDManager manager = NDManager.newBaseManager();
                StepSizeAdaptation adaptation = new StepSizeAdaptation(manager, 0.1, 0.5)) {
            adaptation.update(manager.create(new float[] {1}), manager.create(1000f));
            assertThat((double) adaptation.stepSize().getFloat())
                    .isCloseTo(StepSizeAdaptation.MAX_STEP_SIZE, within(1e-4));
            adaptation.update(manager.create(new float[] {0}), manager.create(1000f));
            assertThat((double) adaptation.stepSize().getFloat())
                    .isCloseTo(StepSizeAdaptation.MIN_STEP_SIZE, within(1e-9));
        }
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
