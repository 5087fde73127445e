package io.github.mnistebm.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagedFileTest {

    @TempDir
    private Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> content = Files.list(folder)) {
            return content.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /** As on a disk that becomes full. */
    private static void fail(Path file) {
        assertThatIOException()
                .isThrownBy(() -> StagedFile.write(file, out -> {
                    out.write(new byte[1 << 20]);
                    throw new IOException("No space left on device");
                }))
                .withMessage("No space left on device");
    }

    @Test
    void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        fail(file);
        assertThat(file).hasContent("old");
        fail(folder.resolve("new"));
        assertThat(names()).containsExactly("file");
    }

    @Test
    void theNewContentReplacesTheOldOneAndKeepsItsPermissions() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        StagedFile.write(file, "new");
        assertThat(file).hasContent("new");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(names()).containsExactly("file");
    }

    @Test
    void throughALinkItsTargetIsWritten() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("target"));
        Path chain = Files.createSymbolicLink(folder.resolve("chain"), link);
        StagedFile.write(chain, "new");
        assertThat(target).hasContent("new");
        assertThat(link).isSymbolicLink();
        assertThat(chain).isSymbolicLink();
    }

    @Test
    void throughALinkToNothingItsTargetIsMade() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("target"));
        StagedFile.write(link, "new");
        assertThat(folder.resolve("target")).hasContent("new");
        assertThat(link).isSymbolicLink();
    }

    @Test
    void aLinkToItselfIsNamed() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("link"));
        assertThatIOException()
                .isThrownBy(() -> StagedFile.write(link, "new"))
                .withMessage(link + ": is a link that leads to itself");
    }

    @Test
    void aDeviceIsWrittenAsItIs() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("/dev/null"));
        StagedFile.requireWritable(link);
        StagedFile.write(link, "new");
        assertThat(link).isSymbolicLink();
        assertThat(names()).containsExactly("link");
    }

    @Test
    void aCheckWritesNothing() throws IOException {
        StagedFile.requireWritable(folder.resolve("new"));
        assertThat(names()).isEmpty();
        StagedFile.requireWritable(Files.writeString(folder.resolve("file"), "old"));
        assertThat(names()).containsExactly("file");
        assertThat(folder.resolve("file")).hasContent("old");
    }

    @Test
    void aMissingFolderAndAFolderAreRefusedBeforeAnythingIsWritten() {
        Path missing = folder.resolve("missing");
        assertThatIOException()
                .isThrownBy(() -> StagedFile.requireWritable(missing.resolve("file")))
                .isInstanceOf(NoSuchFileException.class)
                .withMessage(missing.toString());
        assertThatIOException()
                .isThrownBy(() -> StagedFile.requireWritable(folder))
                .withMessage(folder + ": expected a file's name, found a folder");
    }

    @Test
    void theRemainsOfAKilledProcessAreTakenOverAndAUsersFileIsNot() throws IOException {
        Files.writeString(folder.resolve(".file.mnist-ebm-1.part"), "much that was written before the kill");
        Files.writeString(folder.resolve("file.part"), "mine");
        StagedFile.write(folder.resolve("file"), "new");
        assertThat(folder.resolve("file")).hasContent("new");
        assertThat(folder.resolve("file.part")).hasContent("mine");
        assertThat(names()).containsExactly("file", "file.part");
    }

    @Test
    void twoThatAreWrittenAtOnceDoNotMix() throws IOException {
        Path file = folder.resolve("file");
        StagedFile.write(file, outer -> {
            outer.write("outer".getBytes(StandardCharsets.UTF_8));
            StagedFile.write(file, "inner");
            assertThat(file).hasContent("inner");
        });
        assertThat(file).hasContent("outer");
        assertThat(names()).containsExactly("file");
    }

    @Test
    void aLongNameIsNoHindrance() throws IOException {
        Path file = folder.resolve("x".repeat(250));
        StagedFile.write(file, "new");
        assertThat(file).hasContent("new");
    }

    @Test
    void aLockedFileIsOpenedOnce() throws IOException {
        Path path = folder.resolve("lock");
        try (LockedFile first = LockedFile.open(path).orElseThrow()) {
            assertThat(LockedFile.open(path)).isEqualTo(Optional.empty());
            assertThat(LockedFile.isHeldHere(first.path())).isTrue();
        }
        assertThat(LockedFile.isHeldHere(path)).isFalse();
        LockedFile.open(path).orElseThrow().close();
    }
}
