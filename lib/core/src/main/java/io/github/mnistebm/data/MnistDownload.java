package io.github.mnistebm.data;

import ai.djl.Application;
import ai.djl.repository.Artifact;
import ai.djl.repository.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** Fetches MNIST from DJL's data set repository, for users without npm. */
public final class MnistDownload {

    private static final String DJL_REPOSITORY = "https://mlrepo.djl.ai/";

    private static final List<String> ITEMS =
            Stream.of(MnistFile.values()).map(MnistFile::repositoryItem).toList();

    private MnistDownload() {}

    /**
     * Fetches what is missing. A file comes under its name only after its checksum was right.
     *
     * @param folder the folder for the four files; made if missing
     * @throws IOException if the repository cannot be reached, or what it gives is not MNIST
     */
    public static void fetch(Path folder) throws IOException {
        fetch(folder, Repository.newInstance("DJL", DJL_REPOSITORY));
    }

    static void fetch(Path folder, Repository repository) throws IOException {
        Files.createDirectories(folder);
        Artifact artifact;
        try {
            artifact = repository
                    .dataset(Application.CV.ANY, "ai.djl.basicdataset", "mnist", "1.0")
                    .getDefaultArtifact();
            if (artifact == null || !artifact.getFiles().keySet().containsAll(ITEMS)) {
                throw new IOException("it holds no MNIST");
            }
            repository.prepare(artifact);
        } catch (IOException e) {
            throw new IOException(
                    "MNIST: " + repository.getBaseUri() + " gave nothing (" + e.getMessage()
                            + "). Put the four IDX files into " + folder + " yourself, see data/README.md",
                    e);
        }
        for (MnistFile file : MnistFile.values()) {
            Path target = folder.resolve(file.fileName());
            if (Files.exists(target)) {
                continue;
            }
            Path part = folder.resolve(file.fileName() + ".part");
            try {
                try (InputStream in = repository.openStream(artifact.getFiles().get(file.repositoryItem()), null)) {
                    Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
                }
                file.verify(part);
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        }
    }
}
