package io.github.mnistebm.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.mnistebm.io.DataFolder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WorkerTest {

    static Stream<Work> works() {
        String mnist = DataFolder.mnist().toString();
        return Stream.of(
                Work.sampler("mala", 10, 4, List.of(8), 3),
                Work.sampler("ula", 10, 4, List.of(8, 8), 3),
                Work.sampler("hmc", 10, 4, List.of(8), 3),
                Work.autoencoder(64, 128, mnist),
                Work.defaultAutoencoder(256, mnist),
                Work.defaultDivergence(512),
                Work.mixture(4, 3, 500, 2),
                Work.divergence(4, 8, 16, 2, false, 2),
                Work.divergence(4, 8, 16, 1, true, 2),
                Work.scaled(10, 3, 2, 3),
                Work.copy(),
                Work.matmul());
    }

    private static List<String> serve(String work, String orders) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Worker.serve(
                work,
                new ByteArrayInputStream(orders.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @ParameterizedTest
    @MethodSource("works")
    void isReadyAndThenTellsTheSecondsOfEachRound(Work work) throws IOException {
        List<String> lines = serve(work.toJson(), "\n\n");
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).isEqualTo("ready");
        assertThat(Double.parseDouble(lines.get(1))).isPositive();
        assertThat(Double.parseDouble(lines.get(2))).isPositive();
    }

    @Test
    void refusesAWorkThatItDoesNotKnow() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> serve("{\"kind\": \"juggling\"}", ""))
                .withMessage("work: unknown kind juggling");
    }
}
