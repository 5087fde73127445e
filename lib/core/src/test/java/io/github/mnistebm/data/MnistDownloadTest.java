package io.github.mnistebm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.repository.Repository;
import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetches from a repository on disk that is laid out as DJL's is. */
class MnistDownloadTest {

    private static final String CACHE = "DJL_CACHE_DIR";

    @TempDir
    Path folder;

    private Path target;

    @BeforeEach
    void useACacheOfItsOwn() {
        System.setProperty(CACHE, folder.resolve("cache").toString());
        target = folder.resolve("mnist");
    }

    @AfterEach
    void useTheCommonCache() {
        System.clearProperty(CACHE);
    }

    /** A repository that has the real files, but for one. */
    private Repository repository(MnistFile damaged) throws IOException {
        Path place = folder.resolve("repository/dataset/cv/ai/djl/basicdataset/mnist");
        Files.createDirectories(place);
        for (MnistFile file : MnistFile.values()) {
            try (OutputStream out =
                    new GZIPOutputStream(Files.newOutputStream(place.resolve(file.fileName() + ".gz")))) {
                if (file == damaged) {
                    out.write("not MNIST".getBytes(StandardCharsets.UTF_8));
                } else {
                    Files.copy(DataFolder.mnist().resolve(file.fileName()), out);
                }
            }
        }
        String files = Arrays.stream(MnistFile.values())
                .map(file -> "\"" + file.repositoryItem() + "\": {\"uri\": \""
                        + place.resolve(file.fileName() + ".gz").toUri() + "\"}")
                .collect(Collectors.joining(", "));
        Files.writeString(place.resolve("metadata.json"), """
                {"metadataVersion": "0.2", "resourceType": "dataset", "application": "cv",
                 "groupId": "ai.djl.basicdataset", "artifactId": "mnist", "name": "MNIST",
                 "artifacts": [{"version": "1.0", "files": {FILES}}]}
                """.replace("FILES", files));
        return Repository.newInstance("test", folder.resolve("repository"));
    }

    @Test
    void putsTheFourFilesUncompressedInTheirPlace() throws IOException {
        MnistDownload.fetch(target, repository(null));
        for (MnistFile file : MnistFile.values()) {
            file.verify(target.resolve(file.fileName()));
        }
        try (Stream<Path> content = Files.list(target)) {
            assertThat(content).hasSize(4);
        }
    }

    @Test
    void neverKeepsAFileWithAnotherChecksum() throws IOException {
        Repository repository = repository(MnistFile.TEST_LABELS);
        assertThatThrownBy(() -> MnistDownload.fetch(target, repository))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected sha256 " + MnistFile.TEST_LABELS.sha256());
        try (Stream<Path> content = Files.list(target)) {
            assertThat(content.map(path -> path.getFileName().toString()))
                    .doesNotContain(MnistFile.TEST_LABELS.fileName())
                    .noneMatch(name -> name.endsWith(".part"));
        }
    }

    @Test
    void saysWhereToPutTheFilesWhenTheRepositoryGivesNothing() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> MnistDownload.fetch(target, Repository.newInstance("test", empty)))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("Put the four IDX files into " + target + " yourself, see data/README.md");
    }
}
