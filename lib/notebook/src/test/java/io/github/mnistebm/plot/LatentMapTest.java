package io.github.mnistebm.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;

class LatentMapTest {

    @Test
    void keepsTheDirectionsInWhichTheClassMeansDiffer() {
        try (NDManager manager = NDManager.newBaseManager()) {
            // The classes differ along the second and the fourth coordinate only.
            float[] values = new float[20 * 4];
            byte[] labels = new byte[20];
            for (int i = 0; i < 20; i++) {
                int digit = i / 2;
                labels[i] = (byte) digit;
                values[4 * i] = i % 2 == 0 ? 5 : -5;
                values[4 * i + 1] = digit;
                values[4 * i + 3] = digit % 2;
            }
            NDArray latents = manager.create(values, new Shape(20, 4));
            double[][] points = LatentMap.of(latents, labels).project(latents);
            for (int i = 0; i < 20; i += 2) {
                assertThat(points[i][0]).isCloseTo(points[i + 1][0], within(1e-6));
                assertThat(points[i][1]).isCloseTo(points[i + 1][1], within(1e-6));
            }
            assertThat(Math.hypot(points[18][0] - points[0][0], points[18][1] - points[0][1]))
                    .isCloseTo(Math.hypot(9, 1), within(1e-5));
        }
    }

    @Test
    void aSetMayHaveFewerClassesThanLatentsHaveDimensions() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray latents = manager.eye(4).get("1:");
            double[][] points = LatentMap.of(latents, new byte[] {0, 1, 2}).project(latents);
            // Three classes span a plane, which keeps their distances.
            for (int i = 0; i < 3; i++) {
                double[] next = points[(i + 1) % 3];
                assertThat(Math.hypot(points[i][0] - next[0], points[i][1] - next[1]))
                        .isCloseTo(Math.sqrt(2), within(1e-6));
            }
        }
    }
}
