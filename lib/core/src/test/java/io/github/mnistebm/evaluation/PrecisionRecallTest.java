package io.github.mnistebm.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PrecisionRecallTest {

    private final RandomSource random = RandomSource.of(1);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void agreesWithTheDefinitionsByCounting() {
        NDArray real = random.normal(manager, new Shape(60, 2));
        NDArray drawn = random.normal(manager, new Shape(40, 2)).mul(0.9).add(1.2);
        int k = 3;
        float[] x = real.toFloatArray();
        float[] y = drawn.toFloatArray();
        double precise = 0;
        double dense = 0;
        for (int j = 0; j < 40; j++) {
            int balls = 0;
            for (int i = 0; i < 60; i++) {
                balls += distance(y, j, x, i) <= radius(x, i, k) ? 1 : 0;
            }
            precise += balls > 0 ? 1 : 0;
            dense += balls;
        }
        double recalled = 0;
        double covered = 0;
        for (int i = 0; i < 60; i++) {
            boolean inDrawnBall = false;
            boolean holdsDrawn = false;
            for (int j = 0; j < 40; j++) {
                inDrawnBall |= distance(x, i, y, j) <= radius(y, j, k);
                holdsDrawn |= distance(x, i, y, j) <= radius(x, i, k);
            }
            recalled += inDrawnBall ? 1 : 0;
            covered += holdsDrawn ? 1 : 0;
        }
        PrecisionRecall found = PrecisionRecall.between(real, drawn, k);
        assertThat(found.precision()).isCloseTo(precise / 40, within(1e-9));
        assertThat(found.recall()).isCloseTo(recalled / 60, within(1e-9));
        assertThat(found.density()).isCloseTo(dense / 40 / k, within(1e-9));
        assertThat(found.coverage()).isCloseTo(covered / 60, within(1e-9));
        assertThat(found.precision()).isBetween(0.5, 0.999);
        assertThat(found.recall()).isBetween(0.1, 0.999);
    }

    private static double distance(float[] a, int i, float[] b, int j) {
        return Math.hypot(a[2 * i] - b[2 * j], a[2 * i + 1] - b[2 * j + 1]);
    }

    private static double radius(float[] points, int i, int k) {
        double[] distances = new double[points.length / 2];
        for (int j = 0; j < distances.length; j++) {
            distances[j] = distance(points, i, points, j);
        }
        Arrays.sort(distances);
        return distances[k];
    }

    @Test
    void ofSetsFarFromEachOtherIsZero() {
        NDArray real = random.normal(manager, new Shape(50, 3));
        PrecisionRecall found = PrecisionRecall.between(real, real.add(100), 5);
        assertThat(found).isEqualTo(new PrecisionRecall(0, 0, 0, 0));
    }

    @Test
    void needsMoreFeaturesThanNeighbours() {
        NDArray few = manager.zeros(new Shape(5, 3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrecisionRecall.between(few, few, 5))
                .withMessageContaining("expected more than k = 5");
    }
}
