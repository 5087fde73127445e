package io.github.mnistebm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnomalyBenchTest {

    private static final String TINY = "--preset quick --train-images 1000 --auto-num-epochs 1 --ebm-num-epochs 1"
            + " --reference-components 5 --decoder perceptron";

    @TempDir
    private Path folder;

    @Test
    void thePapersSplitIsWrittenAsCsvAndItsSummaryAsMarkdown() throws IOException {
        Path file = folder.resolve("anomaly.csv");
        CommandRun run = CommandRun.of(
                "bench",
                "anomaly",
                "--held-out",
                "1",
                "--split",
                "papers",
                "--seeds",
                "1",
                "--options",
                TINY,
                "--out",
                file.toString());
        assertThat(run.code()).as(run.err()).isZero();
        List<String> csv = Files.readAllLines(file);
        assertThat(csv.get(0)).startsWith("split,label held out,seed,models,share of anomalies,score,");
        assertThat(csv).hasSize(6);
        assertThat(csv.get(1)).startsWith("papers,1,1,1,0.38");
        List<String> markdown = Files.readAllLines(folder.resolve("anomaly.csv.md"));
        assertThat(markdown).hasSize(3);
        assertThat(markdown.get(0)).startsWith("| split | label held out |").endsWith("| N²CE |");
        assertThat(markdown.get(1)).startsWith("| --- | --- |");
        assertThat(markdown.get(2)).startsWith("| papers | 1 | 0.3880 | ").endsWith(" | 0.9590 |");
    }

    @Test
    void anUnknownSplitIsRefused() {
        CommandRun run = CommandRun.of("bench", "anomaly", "--held-out", "1", "--split", "other");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--split").contains("TEST").contains("PAPERS");
    }
}
