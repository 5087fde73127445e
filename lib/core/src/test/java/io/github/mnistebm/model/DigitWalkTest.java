package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigitWalkTest extends WithTinyModel {

    private static float[] lastEnergies(int seed, double temperature) {
        float[][] last = new float[1][];
        new DigitWalk(model, 20, temperature)
                .walk(3, seed, 4, snapshot -> last[0] = snapshot.energies().toFloatArray());
        return last[0];
    }

    @Test
    void isSeenAtTheStartAtTheEndAndMostlyEarly() {
        List<Integer> steps = new ArrayList<>();
        new DigitWalk(model, 100, 1).walk(3, 1, 4, snapshot -> {
            steps.add(snapshot.step());
            assertThat(snapshot.means().getShape()).isEqualTo(new Shape(3, 784));
            assertThat(snapshot.energies().getShape()).isEqualTo(new Shape(3));
        });
        assertThat(steps).containsExactly(0, 7, 25, 57, 100);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 0.5})
    void theSameSeedWalksTheSameWay(double temperature) {
        assertThat(lastEnergies(1, temperature))
                .isEqualTo(lastEnergies(1, temperature))
                .isNotEqualTo(lastEnergies(2, temperature));
    }

    @Test
    void anInterruptCancelsIt() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> lastEnergies(1, 1))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void asksForStepsAndATemperature() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DigitWalk(model, 1, 1))
                .withMessage("steps: must be at least 2, found 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DigitWalk(model, 2, Double.NaN))
                .withMessage("temperature: must be positive and finite, found NaN");
    }
}
