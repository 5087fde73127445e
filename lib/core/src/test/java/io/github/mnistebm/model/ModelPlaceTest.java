package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of others in the place of a model are refused by name before a training, and stay as they are. */
class ModelPlaceTest extends WithTinyModel {

    @TempDir
    private Path parent;

    private Path folder;

    @BeforeEach
    void save() throws IOException {
        folder = parent.resolve("model");
        model.save(folder);
    }

    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.toList()) {
                contents.put(path.toString(), Files.isDirectory(path) ? "" : Long.toString(Files.size(path)));
            }
        }
        return contents;
    }

    private void begin(Path out) throws IOException {
        ModelFolder.requireReplaceable(out);
        try (Checkpoints checkpoints = Checkpoints.of(out)) {
            checkpoints.begin(TinyModel.config(1));
        }
    }

    private void assertRefused(Path out, Path named) throws IOException {
        Map<String, String> before = contents(parent);
        assertThatIOException().isThrownBy(() -> begin(out)).withMessageStartingWith(named + ": expected ");
        assertThat(contents(parent)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"previous", "checkpoints", "interrupted", "interrupted.previous"})
    void aFolderOfOtherFilesIsRefused(String name) throws IOException {
        if (name.startsWith("interrupted.")) {
            model.save(parent.resolve("model.interrupted"));
        }
        Path other = Files.createDirectory(parent.resolve("model." + name));
        Files.writeString(other.resolve("thesis.txt"), "years of work");
        assertRefused(folder, other);
    }

    @ParameterizedTest
    @ValueSource(strings = {"previous", "checkpoints", "interrupted"})
    void aFileIsRefused(String name) throws IOException {
        assertRefused(folder, Files.writeString(parent.resolve("model." + name), "mine"));
    }

    @Test
    void aStrangeFileBesideThePreviousModelIsRefused() throws IOException {
        Path previous = parent.resolve("model.previous");
        model.save(previous);
        Files.writeString(previous.resolve("notes.txt"), "mine");
        assertRefused(folder, previous);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"formatVersion\": 1}", "[1]", "", "{\"name\": \"a model of another program\"}"})
    void aFolderWithAnotherModelsCardIsRefused(String card) throws IOException {
        Path other = Files.createDirectory(parent.resolve("other"));
        Files.writeString(other.resolve("model.json"), card);
        assertRefused(other, other);
        Files.move(other, parent.resolve("model.previous"));
        assertRefused(folder, parent.resolve("model.previous"));
    }

    @Test
    void checkpointsOfAnotherKindAreRefused() throws IOException {
        Path other = Files.createDirectories(parent.resolve("model.checkpoints/1-chapter-0001"));
        Files.writeString(other.resolve("thesis.txt"), "years of work");
        assertRefused(folder, other.getParent());
    }

    @Test
    void anEarlierTrainingsCheckpointsDoNotDisplaceOtherFiles() throws IOException {
        Path other = Files.createDirectories(parent.resolve("model.checkpoints.previous"));
        Files.writeString(other.resolve("thesis.txt"), "years of work");
        begin(folder);
        assertThat(other.resolve("thesis.txt")).exists();
    }

    @Test
    void theRootAndAFileAndALinkToNowhereAreRefused() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "mine");
        assertThatIOException()
                .isThrownBy(() -> begin(Path.of("/")))
                .withMessage("/: a model needs a folder of its own");
        assertRefused(file, file);
        Path link = Files.createSymbolicLink(parent.resolve("link"), parent.resolve("missing/model"));
        assertThatIOException()
                .isThrownBy(() -> begin(link))
                .withMessage(
                        link + ": is a link to " + parent.resolve("missing/model") + ", where there is no such folder");
    }

    @Test
    void aLinksTargetIsWrittenToAndTheLinkStays() throws IOException {
        Path link = Files.createSymbolicLink(parent.resolve("link"), Path.of("model"));
        Path toNothing = Files.createSymbolicLink(parent.resolve("new"), Path.of("made"));
        try (DigitModel second = TinyModel.trained(2)) {
            second.save(link);
            second.save(toNothing);
        }
        assertThat(link).isSymbolicLink();
        assertThat(toNothing).isSymbolicLink();
        assertThat(ModelFolder.readCard(folder).configuration().seed()).isEqualTo(2);
        assertThat(ModelFolder.readCard(parent.resolve("made")).configuration().seed())
                .isEqualTo(2);
        assertThat(ModelFolder.readCard(parent.resolve("model.previous"))
                        .configuration()
                        .seed())
                .isEqualTo(1);
    }

    @Test
    void aSecondTrainingWithTheSameFolderIsRefusedUntilTheFirstEnds() throws IOException {
        try (Checkpoints first = Checkpoints.of(folder)) {
            first.begin(TinyModel.config(1));
            assertThatIOException()
                    .isThrownBy(() -> begin(folder))
                    .withMessageStartingWith(parent.resolve("model.checkpoints")
                            + ": another training writes there (this process). Wait for it, or name another folder");
            assertThatIOException().isThrownBy(() -> {
                try (Checkpoints second = Checkpoints.of(folder)) {
                    second.latest(Device.cpu(), warning -> {});
                }
            });
            assertThat(first.folder().resolve("lock")).exists();
        }
        begin(folder);
        assertThat(parent.resolve("model.checkpoints")).doesNotExist();
    }
}
