package io.github.mnistebm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;

class AdamTest {

    @Test
    void agreesWithTheAlgorithmInDoublePrecision() {
        double[] gradients = {0.5, -1.0, 2.0};
        double parameter = 1;
        double mean = 0;
        double variance = 0;
        try (NDManager manager = NDManager.newBaseManager();
                NDArray parameters = manager.create(new float[] {1});
                Adam adam = new Adam(parameters)) {
            for (int t = 1; t <= gradients.length; t++) {
                double gradient = gradients[t - 1];
                mean = 0.9 * mean + 0.1 * gradient;
                variance = 0.999 * variance + 0.001 * gradient * gradient;
                parameter -=
                        0.1 * (mean / (1 - Math.pow(0.9, t))) / (Math.sqrt(variance / (1 - Math.pow(0.999, t))) + 1e-8);
                adam.update(manager.create(new float[] {(float) gradient}), 0.1);
                assertThat((double) parameters.getFloat(0)).isCloseTo(parameter, within(1e-6));
            }
        }
    }
}
