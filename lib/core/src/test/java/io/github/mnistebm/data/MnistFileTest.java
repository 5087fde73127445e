package io.github.mnistebm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistFileTest {

    @Test
    void knowsTheChecksumsThatTheLauncherKnows() throws IOException {
        assertThat(Files.readAllLines(DataFolder.path().resolve("SHA256SUMS")))
                .containsExactlyElementsOf(Arrays.stream(MnistFile.values())
                        .map(file -> file.sha256() + "  " + file.fileName())
                        .toList());
    }

    @Test
    void rejectsAnotherFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("train-labels-idx1-ubyte"), "not MNIST");
        assertThatThrownBy(() -> MnistFile.TRAIN_LABELS.verify(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("train-labels-idx1-ubyte: expected sha256 65a50cbbf4e906d7")
                .hasMessageEndingWith("Delete it and run ./environment/run setup");
    }
}
