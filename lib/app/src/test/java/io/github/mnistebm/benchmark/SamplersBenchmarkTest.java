package io.github.mnistebm.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SamplersBenchmarkTest {

    @TempDir
    private Path folder;

    /** A peer that answers each order with the same command of the shell, which writes the file {@code $2}. */
    private SamplersBenchmark with(String writes) throws IOException {
        Path python = Files.writeString(
                folder.resolve("python"),
                "#!/bin/sh\necho ready\nwhile read -r line; do set -- $line; " + writes + "; echo 1.0; done\n");
        assertThat(python.toFile().setExecutable(true)).isTrue();
        return new SamplersBenchmark(
                python, folder, DataFolder.pretrained(), 20, 1, "logistic regression, hmc, 4 chains");
    }

    @Test
    void aPeerWithAnotherEnergyIsReported() throws IOException {
        // Energy and position of each state are 0, 1 and 2, or a rotation of these.
        int states = 20 * 4;
        String numbers = "printf '\\000\\000\\000\\000\\000\\000\\200\\077\\000\\000\\000\\100'";
        SamplersBenchmark benchmark = with("{ for i in $(seq " + (states - 1) + "); do " + numbers
                + "; done; printf '\\000\\000\\200\\077" + "\\000\\000\\000\\000\\000\\000\\000\\000'; } > $2");
        assertThatThrownBy(() -> benchmark.run(result -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("the peer's energy differs");
    }

    @Test
    void aPeerThatWritesTooLittleIsReported() throws IOException {
        SamplersBenchmark benchmark = with("head -c 12 /dev/zero > $2");
        assertThatThrownBy(() -> benchmark.run(result -> {}))
                .isInstanceOf(IOException.class)
                .hasMessage("expected 80 states of 2 coordinates from the peer, found 3 numbers");
    }

    @ParameterizedTest
    @EnumSource(names = "DIGITS", mode = EnumSource.Mode.EXCLUDE)
    void gradientsAreThoseOfTheEnergies(SamplerTarget target) {
        EnergyFunction energy = target.energy(null);
        int d = energy.dimension();
        double step = 1e-3;
        float[] states = new float[(2 * d + 1) * d];
        for (int row = 0; row <= 2 * d; row++) {
            for (int i = 0; i < d; i++) {
                states[row * d + i] = 0.3f * (i % 3 - 1) + 0.1f;
            }
            if (row > 0) {
                states[row * d + (row - 1) / 2] += (float) (row % 2 == 1 ? step : -step);
            }
        }
        try (NDManager manager = NDManager.newBaseManager();
                NDArray at = manager.create(states, new Shape(2 * d + 1, d))) {
            EnergyAndGradient found = energy.energyAndGradient(at);
            float[] energies = found.energy().toFloatArray();
            float[] gradients = found.gradient().toFloatArray();
            for (int i = 0; i < d; i++) {
                double moved = states[(2 * i + 1) * d + i] - states[(2 * i + 2) * d + i];
                double slope = (energies[2 * i + 1] - energies[2 * i + 2]) / moved;
                // Energies are rounded to single precision.
                double rounding = 2 * Math.ulp(energies[0]) / step;
                assertThat((double) gradients[i]).as("coordinate %d", i).isCloseTo(slope, within(0.01 + rounding));
            }
        }
    }
}
