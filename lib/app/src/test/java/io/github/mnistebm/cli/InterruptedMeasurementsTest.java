package io.github.mnistebm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ctrl-C in a measurement leaves no trace. */
class InterruptedMeasurementsTest {

    private static final String BEFORE = "what was there before";
    private static final String VARIANT =
            "--preset quick --train-images 500 --decoder perceptron --reference-components 5"
                    + " --auto-num-epochs 3 --ebm-num-epochs 3";

    @TempDir
    private Path folder;

    private Path file() throws IOException {
        return Files.writeString(folder.resolve("file"), BEFORE);
    }

    private void assertNoTrace(CommandRun run, String command) throws IOException {
        assertThat(run.code()).as(run.err()).isEqualTo(130);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith(command + ": ")
                .contains("interrupted");
        try (Stream<Path> content = Files.list(folder)) {
            assertThat(content)
                    .allSatisfy(path -> assertThat(path).hasFileName("file").hasContent(BEFORE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"autoencoder 1/3", "autoencoder 3/3", "pretraining 1/3", "energy 1/3", "energy 3/3"})
    void qualityWritesNoRowOfAShortenedTraining(String line) throws IOException {
        CommandRun run =
                CommandRun.interruptedAfter(line, "bench", "quality", "--variant", VARIANT, "--out", file().toString());
        assertNoTrace(run, "quality");
        assertThat(run.out()).doesNotContain("Fr\u00e9chet");
    }

    @ParameterizedTest
    @ValueSource(strings = {"autoencoder 2/3", "energy 2/3"})
    void objectivesWritesNoRowOfAShortenedTraining(String line) throws IOException {
        CommandRun run = CommandRun.interruptedAfter(
                line,
                "bench",
                "objectives",
                "--seeds",
                "1",
                "--num-images",
                "100",
                "--options",
                VARIANT,
                "--variant",
                "--objective noise-contrastive",
                "--out",
                file().toString());
        assertNoTrace(run, "objectives");
        assertThat(run.out()).doesNotContain("Fr\u00e9chet");
    }

    @ParameterizedTest
    @ValueSource(strings = {"autoencoder 2/3", "pretraining 2/3", "energy 2/3"})
    void anomalyPrintsNoRowOfAShortenedTraining(String line) throws IOException {
        CommandRun run = CommandRun.interruptedAfter(
                line, "bench", "anomaly", "--held-out", "1", "--seeds", "1", "--options", VARIANT);
        assertNoTrace(run, "anomaly");
        assertThat(run.out()).doesNotContain("area under");
    }

    @Test
    void aClassifierIsNotOverwritten() throws IOException {
        Path out = file();
        Thread.currentThread().interrupt();
        assertNoTrace(CommandRun.of("classifier", "--epochs", "1", "--out", out.toString()), "classifier");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evaluate", "bench restore", "bench anomaly", "infer"})
    void theOthersEndWithoutAResult(String line) throws IOException {
        String[] command = (line + " --model " + DataFolder.pretrained()).split(" ");
        Thread.currentThread().interrupt();
        CommandRun run = CommandRun.of(command);
        assertThat(run.out()).isEmpty();
        assertNoTrace(run, command[command.length - 3]);
    }
}
