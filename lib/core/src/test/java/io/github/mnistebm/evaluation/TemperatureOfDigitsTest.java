package io.github.mnistebm.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitWalk;
import io.github.mnistebm.model.WalkStart;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bundled model at temperatures: all digits stay, and chains accept as many steps as at 1. */
class TemperatureOfDigitsTest {

    private static DigitModel model;

    @BeforeAll
    static void load() throws IOException {
        model = DigitModel.load(DataFolder.pretrained(), Device.cpu());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 2})
    void fewChainsAcceptNeitherTooFewStepsNorTooMany(double temperature) {
        double[] acceptance = new double[1];
        new DigitWalk(model, WalkStart.noise(1000), temperature)
                .walk(10, 1, 1, seen -> acceptance[0] = seen.acceptanceRate());
        assertThat(acceptance[0]).isBetween(0.5, 0.65);
    }

    /** A share of 10 % of 1000 images has a standard error of 1 %. */
    @Test
    void everyDigitKeepsItsShareAtALowTemperature() throws IOException {
        int[] counts = new int[10];
        DigitWalk walk = new DigitWalk(model, WalkStart.noise(500), 0.5);
        try (DigitClassifier classifier = DigitClassifier.load(DataFolder.classifier(), Device.cpu())) {
            walk.walk(1000, 1, 1, seen -> {
                if (seen.step() == seen.steps()) {
                    for (long digit : classifier
                            .probabilities(seen.means().gt(0.5))
                            .argMax(1)
                            .toLongArray()) {
                        counts[(int) digit]++;
                    }
                }
            });
        }
        for (int count : counts) {
            assertThat(count / 1000.0).isBetween(0.07, 0.13);
        }
    }
}
