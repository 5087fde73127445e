package io.github.mnistebm.landscape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.EnergyFunction;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class NudgedElasticBandTest {

    /** The potential of Müller and Brown (1979), whose minima and saddles are known. */
    private static final EnergyFunction MUELLER_BROWN = EnergyFunction.of(2, (state, gradient) -> {
        double[] heights = {-200, -100, -170, 15};
        double[] a = {-1, -1, -6.5, 0.7};
        double[] b = {0, 0, 11, 0.6};
        double[] c = {-10, -10, -6.5, 0.7};
        double[] x = {1, 0, -0.5, -1};
        double[] y = {0, 0.5, 1.5, 1};
        double energy = 0;
        for (int i = 0; i < 4; i++) {
            double dx = state[0] - x[i];
            double dy = state[1] - y[i];
            double term = heights[i] * Math.exp(a[i] * dx * dx + b[i] * dx * dy + c[i] * dy * dy);
            energy += term;
            gradient[0] += term * (2 * a[i] * dx + b[i] * dy);
            gradient[1] += term * (b[i] * dx + 2 * c[i] * dy);
        }
        return energy;
    });

    private static final float[] LEFT = {-0.558f, 1.442f};
    private static final float[] RIGHT = {0.623f, 0.028f};
    private static final double SADDLE = -40.665;

    private static NDManager manager;

    @BeforeAll
    static void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    private static float[][] found(NudgedElasticBand band, EnergyFunction energy, float[] from, float[] to) {
        try (NDArray start = manager.create(from);
                NDArray end = manager.create(to);
                EnergyPath path = band.find(energy, start, end)) {
            return new float[][] {path.states().toFloatArray(), path.energies().toFloatArray()};
        }
    }

    private static int top(float[] energies) {
        int top = 0;
        for (int i = 0; i < energies.length; i++) {
            top = energies[i] > energies[top] ? i : top;
        }
        return top;
    }

    /** A single well, curved along the way: from ends on its slopes the path goes down, and nothing is to be climbed. */
    @Test
    void aPathDownFromItsEndsIsNowhereHigherThanThey() {
        EnergyFunction well = EnergyFunction.of(2, (state, gradient) -> {
            double bend = state[1] - state[0] * state[0] / 4;
            gradient[0] = state[0] - 5 * bend * state[0];
            gradient[1] = 10 * bend;
            return state[0] * state[0] / 2 + 5 * bend * bend;
        });
        float[] energies =
                found(new NudgedElasticBand(17, 5, 2000, 0.01), well, new float[] {-3, 2}, new float[] {3, 2.5f})[1];
        float least = energies[0];
        for (int state = 1; state < 16; state++) {
            assertThat(energies[state]).as("state %d", state).isLessThan(Math.max(energies[0], energies[16]));
            least = Math.min(least, energies[state]);
        }
        assertThat(least).isLessThan(0.1f);
    }

    @Test
    void findsTheSaddleOfMuellerAndBrown() {
        float[][] path = found(new NudgedElasticBand(25, 500, 4000, 0.05), MUELLER_BROWN, LEFT, RIGHT);
        int top = top(path[1]);
        assertThat(path[1][top]).isCloseTo((float) SADDLE, within(0.02f));
        assertThat(path[0][2 * top]).isCloseTo(-0.822f, within(0.005f));
        assertThat(path[0][2 * top + 1]).isCloseTo(0.624f, within(0.005f));
        // The path leads through the minimum between.
        assertThat(nearest(path[0], -0.050, 0.467)).isLessThan(0.05);
    }

    private static double nearest(float[] states, double x, double y) {
        double nearest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < states.length; i += 2) {
            nearest = Math.min(nearest, Math.hypot(states[i] - x, states[i + 1] - y));
        }
        return nearest;
    }

    @Test
    void endsStayAndTheStatesAreSpacedEvenlyOnEachSideOfTheTop() {
        float[][] path = found(new NudgedElasticBand(25, 500, 4000, 0.05), MUELLER_BROWN, LEFT, RIGHT);
        assertThat(new float[] {path[0][0], path[0][1]}).isEqualTo(LEFT);
        assertThat(new float[] {path[0][48], path[0][49]}).isEqualTo(RIGHT);
        int top = top(path[1]);
        for (int i = 1; i < 24; i++) {
            double before = Math.hypot(path[0][2 * i] - path[0][2 * i - 2], path[0][2 * i + 1] - path[0][2 * i - 1]);
            double after = Math.hypot(path[0][2 * i + 2] - path[0][2 * i], path[0][2 * i + 3] - path[0][2 * i + 1]);
            if (i != top) {
                assertThat(after / before).as("state %d", i).isCloseTo(1, within(0.05));
            }
        }
    }

    @Test
    void theStraightPathIsHigher() {
        try (NDArray start = manager.create(LEFT);
                NDArray end = manager.create(RIGHT);
                EnergyPath straight = EnergyPath.straight(MUELLER_BROWN, start, end, 25)) {
            float[] energies = straight.energies().toFloatArray();
            assertThat(energies[top(energies)]).isGreaterThan((float) SADDLE + 10);
            assertThat(straight.states().get(12).toFloatArray())
                    .containsExactly(new float[] {0.0325f, 0.735f}, within(1e-6f));
        }
    }

    /** Two wells of x⁴ − 2x² in 28 dimensions, with a saddle at (0, 1). Their valley bends along y = 1 − x²; the straight path does not. */
    @Test
    void followsABentValleyInManyDimensions() {
        EnergyFunction valley = EnergyFunction.of(28, (state, gradient) -> {
            double x = state[0];
            double off = state[1] - (1 - x * x);
            double energy = x * x * x * x - 2 * x * x + 5 * off * off;
            gradient[0] += 4 * x * x * x - 4 * x + 20 * off * x;
            gradient[1] += 10 * off;
            for (int i = 2; i < 28; i++) {
                energy += state[i] * state[i] / 2;
                gradient[i] += state[i];
            }
            return energy;
        });
        float[] from = new float[28];
        float[] to = new float[28];
        from[0] = -1;
        to[0] = 1;
        float[][] path = found(new NudgedElasticBand(21, 10, 2000, 1e-3), valley, from, to);
        for (int i = 0; i < 21; i++) {
            double x = path[0][28 * i];
            assertThat((double) path[0][28 * i + 1]).isCloseTo(1 - x * x, within(0.1));
        }
        int top = top(path[1]);
        assertThat(path[1][top]).isCloseTo(0, within(1e-4f));
        assertThat(path[0][28 * top + 1]).isCloseTo(1, within(1e-2f));
    }

    /**
     * Wells of different widths, in many dimensions, as those of a mixture on latents. Springs along the band alone let it crumple: its
     * states zigzag, and each iteration pushes them farther up.
     */
    @Test
    void aBandDoesNotCrumpleHoweverLongItRelaxes() {
        int d = 40;
        int wells = 10;
        Random random = new Random(1);
        float[][] centers = new float[wells][d];
        double[][] precisions = new double[wells][d];
        for (int k = 0; k < wells; k++) {
            for (int i = 0; i < d; i++) {
                centers[k][i] = (float) random.nextGaussian();
                precisions[k][i] = Math.exp(2 * random.nextGaussian());
            }
        }
        EnergyFunction energy =
                EnergyFunction.of(d, (state, gradient) -> softMinimum(state, gradient, centers, precisions));
        double straight;
        try (NDArray start = manager.create(centers[0]);
                NDArray end = manager.create(centers[1]);
                EnergyPath path = EnergyPath.straight(energy, start, end, 33)) {
            float[] energies = path.energies().toFloatArray();
            straight = energies[top(energies)];
        }
        float[] energies = found(new NudgedElasticBand(33, 20, 3000, 1e-3), energy, centers[0], centers[1])[1];
        assertThat((double) energies[top(energies)]).isLessThan(straight);
    }

    /** −log Σ exp(−E) of quadratic energies E. */
    private static double softMinimum(double[] state, double[] gradient, float[][] centers, double[][] precisions) {
        double[] energies = new double[centers.length];
        for (int k = 0; k < centers.length; k++) {
            for (int i = 0; i < state.length; i++) {
                energies[k] += precisions[k][i] * Math.pow(state[i] - centers[k][i], 2) / 2;
            }
        }
        double least = Arrays.stream(energies).min().orElseThrow();
        double sum = Arrays.stream(energies).map(each -> Math.exp(least - each)).sum();
        for (int k = 0; k < centers.length; k++) {
            double weight = Math.exp(least - energies[k]) / sum;
            for (int i = 0; i < state.length; i++) {
                gradient[i] += weight * precisions[k][i] * (state[i] - centers[k][i]);
            }
        }
        return least - Math.log(sum);
    }

    @Test
    void anEnergyThatIsNotFiniteIsReported() {
        EnergyFunction wall = EnergyFunction.of(2, (state, gradient) -> state[0] > 0 ? Double.POSITIVE_INFINITY : 0);
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> found(new NudgedElasticBand(5, 1, 10, 0), wall, new float[] {-1, 0}, new float[] {1, 0}))
                .withMessage("energy: expected a finite one on the path, found Infinity");
    }

    @Test
    void anInterruptCancelsIt() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> found(new NudgedElasticBand(5, 1, 10, 0), MUELLER_BROWN, LEFT, RIGHT))
                .isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void valuesOutOfRangeAreReported() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NudgedElasticBand(2, 1, 1, 0))
                .withMessage("states: must be at least 3, found 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NudgedElasticBand(3, Double.NaN, 1, 0))
                .withMessage("spring: must be positive and finite, found NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NudgedElasticBand(3, 1, 0, 0))
                .withMessage("iterations: must be at least 1, found 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NudgedElasticBand(3, 1, 1, Double.NaN))
                .withMessage("tolerance: must be at least 0, found NaN");
    }
}
