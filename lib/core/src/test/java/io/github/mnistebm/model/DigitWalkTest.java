package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
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
        new DigitWalk(model, WalkStart.noise(20), temperature)
                .walk(3, seed, 4, snapshot -> last[0] = snapshot.energies().toFloatArray());
        return last[0];
    }

    @Test
    void isSeenAtTheStartAtTheEndAndMostlyEarly() {
        List<Integer> steps = new ArrayList<>();
        new DigitWalk(model, WalkStart.noise(100), 1).walk(3, 1, 4, snapshot -> {
            steps.add(snapshot.step());
            assertThat(snapshot.means().getShape()).isEqualTo(new Shape(3, 784));
            assertThat(snapshot.energies().getShape()).isEqualTo(new Shape(3));
        });
        assertThat(steps).containsExactly(0, 7, 25, 57, 100);
    }

    /** The first step is one of Langevin dynamics, the second a jump, which a chain may reject. */
    @Test
    void aChainThatAJumpHasMovedIsSeenToHaveJumped() {
        List<float[]> positions = new ArrayList<>();
        List<boolean[]> jumped = new ArrayList<>();
        new DigitWalk(model, WalkStart.target(), 1).walk(200, 1, 40, snapshot -> {
            if (snapshot.step() <= 2) {
                positions.add(snapshot.positions().toFloatArray());
                jumped.add(snapshot.jumped());
            }
        });
        assertThat(positions).hasSize(3);
        assertThat(jumped.get(0)).containsOnly(false);
        assertThat(jumped.get(1)).containsOnly(false);
        assertThat(positions.get(1)).isNotEqualTo(positions.get(0));
        assertThat(jumped.get(2)).contains(true, false);
        for (int i = 0; i < positions.get(0).length; i++) {
            assertThat(positions.get(2)[i] != positions.get(1)[i]).isEqualTo(jumped.get(2)[i / 4]);
        }
    }

    /** The energies are at their level from the first, which those of noise come down to. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 0.5})
    void chainsThatStartAtTheTargetAreThereAtOnce(double temperature) {
        double[][] fromNoise = meanEnergies(WalkStart.noise(400), temperature);
        double[][] fromTarget = meanEnergies(WalkStart.target(), temperature);
        double level = fromNoise[1][0];
        double tolerance = 4 * fromNoise[1][1] * Math.sqrt(2.0 / 500);
        assertThat(fromTarget[0][0]).isCloseTo(level, within(tolerance));
        assertThat(fromTarget[1][0]).isCloseTo(level, within(tolerance));
        assertThat(fromNoise[0][0]).isGreaterThan(level + tolerance);
    }

    /** The mean and the standard deviation of the energies of 500 chains, at the start and at the end. */
    private static double[][] meanEnergies(WalkStart start, double temperature) {
        double[][] found = new double[2][];
        new DigitWalk(model, start, temperature).walk(500, 1, 1, snapshot -> {
            NDArray mean = snapshot.energies().mean();
            double deviation =
                    Math.sqrt(snapshot.energies().sub(mean).square().mean().getFloat());
            found[snapshot.step() == 0 ? 0 : 1] = new double[] {mean.getFloat(), deviation};
        });
        return found;
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
                .isThrownBy(() -> new DigitWalk(model, WalkStart.noise(1), 1))
                .withMessage("steps: must be at least 2, found 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DigitWalk(model, WalkStart.noise(2), Double.NaN))
                .withMessage("temperature: must be positive and finite, found NaN");
    }
}
