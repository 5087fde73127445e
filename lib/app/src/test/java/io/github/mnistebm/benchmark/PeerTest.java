package io.github.mnistebm.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerTest {

    private static final int CORES = Runtime.getRuntime().availableProcessors();

    @TempDir
    private Path folder;

    private static List<String> shell(String script) {
        return List.of("sh", "-c", script);
    }

    @Test
    void measuresOnceForEachOrder() throws IOException {
        String script = "echo ready; while read line; do echo 0.25; done";
        try (Peer peer = Peer.start(shell(script), Work.matmul(), CORES)) {
            assertThat(peer.measure()).isEqualTo(0.25);
            assertThat(peer.measure()).isEqualTo(0.25);
        }
    }

    @Test
    void aPeerThatCannotDoTheWorkHereSaysWhy() {
        assertThatThrownBy(() -> Peer.start(shell("echo unavailable: no compiler"), Work.matmul(), CORES))
                .isInstanceOf(Peer.UnavailableException.class)
                .hasMessage("no compiler");
    }

    @Test
    void aRowOfSuchAPeerHasTheReasonInPlaceOfFigures() throws IOException {
        Path python = Files.writeString(folder.resolve("python"), "#!/bin/sh\necho unavailable: no compiler\n");
        assertThat(python.toFile().setExecutable(true)).isTrue();
        Comparisons comparisons = new Comparisons(new SpeedBenchmark(python, python, folder, folder, folder, 1, 1, ""));
        // The library's side is not started: the peer's answer comes first.
        SpeedBenchmark.Result result =
                comparisons.compare("work", "units", 1, Double.NaN, Work.matmul(), "torch-compiled", CORES);
        assertThat(result.note()).isEqualTo("no compiler");
        assertThat(result.ratio()).isNaN();
    }

    @Test
    void theVersionsOfAnInterpreterAreThoseThatItPrints() throws IOException {
        Path python = Files.writeString(folder.resolve("python"), "#!/bin/sh\necho '{\"torch\": \"2.7.1\"}'\n");
        assertThat(python.toFile().setExecutable(true)).isTrue();
        assertThat(SpeedReport.versions(python, folder)).containsExactly(Map.entry("torch", "2.7.1"));
    }
}
