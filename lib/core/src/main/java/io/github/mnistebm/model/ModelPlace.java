package io.github.mnistebm.model;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The folder of a model, and those that belong to it: its predecessor, its checkpoints and an interrupted training's result. They lie
 * beside the model's folder, as {@code .previous}, {@code .checkpoints} and {@code .interrupted}. If nothing can be moved out of the
 * model's folder (a mount point, or a folder whose parent cannot be written), they lie inside it, under the same names without the dot.
 */
final class ModelPlace {

    private static final String PREVIOUS = "previous";
    private static final String CHECKPOINTS = "checkpoints";
    private static final String INTERRUPTED = "interrupted";
    /** The name of a file that is moved on trial. A kill may leave it; the next trial overwrites and removes it. */
    static final String PROBE = ".mnist-ebm.probe";

    private static final int MAX_LINKS = 40;
    /** A folder in the root of many file systems. */
    private static final String LOST_AND_FOUND = "lost+found";

    private final Path folder;
    private final boolean inside;

    private ModelPlace(Path folder, boolean inside) {
        this.folder = folder;
        this.inside = inside;
    }

    /**
     * Returns the place of a model.
     *
     * @param folder the model's folder as the user names it; links are followed
     * @return the place
     * @throws IOException if the folder cannot be a model's, or cannot be written
     */
    static ModelPlace of(Path folder) throws IOException {
        Path followed = followed(folder);
        if (followed.getFileName() == null) {
            throw new IOException(folder + ": a model needs a folder of its own");
        }
        if (Files.exists(followed) && !Files.isDirectory(followed)) {
            throw new IOException(folder + ": expected a model's folder or a new name, found a file");
        }
        return new ModelPlace(followed, Files.isDirectory(followed) && !canMove(followed, followed.getParent()));
    }

    /** Returns the folder that links lead to, which need not exist. */
    private static Path followed(Path folder) throws IOException {
        Path path = folder.toAbsolutePath();
        for (int links = 0; !Files.exists(path) && Files.isSymbolicLink(path); links++) {
            if (links == MAX_LINKS) {
                throw new IOException(folder + ": is a link that leads to itself");
            }
            path = path.resolveSibling(Files.readSymbolicLink(path));
            if (!Files.isDirectory(path.getParent())) {
                throw new IOException(folder + ": is a link to " + path + ", where there is no such folder");
            }
        }
        if (Files.exists(path)) {
            return path.toRealPath();
        }
        Path parent = path.getParent();
        return Files.exists(parent) ? parent.toRealPath().resolve(path.getFileName()) : path.normalize();
    }

    private static Path beside(Path folder, String name) {
        return folder.resolveSibling(folder.getFileName() + "." + name);
    }

    /** Returns whether files can be moved from a folder to another one. */
    private static boolean canMove(Path from, Path to) throws IOException {
        Path probe = from.resolve(PROBE);
        Path moved = to.resolve(PROBE);
        Files.write(probe, new byte[0]);
        try {
            Files.move(probe, moved, StandardCopyOption.ATOMIC_MOVE);
            Files.delete(moved);
            return true;
        } catch (FileSystemException e) {
            Files.deleteIfExists(probe);
            return false;
        }
    }

    private Path companion(String name) {
        return inside ? folder.resolve(name) : beside(folder, name);
    }

    Path folder() {
        return folder;
    }

    /** Returns the folder for the model that was here before. */
    Path previous() {
        return companion(PREVIOUS);
    }

    Path checkpoints() {
        return companion(CHECKPOINTS);
    }

    /** Returns the folder for a model that is incomplete and must not displace another one. */
    Path interrupted() {
        return companion(INTERRUPTED);
    }

    /**
     * Checks that a model can be saved here, and would replace only files that this program has written.
     *
     * @throws IOException if other files are in the way; the message names them
     */
    void requireReplaceable() throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        if (!ModelFolder.isIn(folder)) {
            requireNothingElse(
                    folder,
                    name -> ModelFolder.isTemporary(name)
                            || name.equals(LOST_AND_FOUND)
                            || inside
                                    && List.of(
                                                    PREVIOUS,
                                                    CHECKPOINTS,
                                                    CHECKPOINTS + "." + PREVIOUS,
                                                    INTERRUPTED,
                                                    INTERRUPTED + "." + PREVIOUS)
                                            .contains(name));
            return;
        }
        requireModel(folder);
        Path previous = previous();
        if (Files.isSymbolicLink(previous) || Files.exists(previous) && !Files.isDirectory(previous)) {
            throw inTheWay(previous, "a file or link");
        }
        if (!Files.exists(previous)) {
            return;
        }
        if (ModelFolder.isIn(previous)) {
            requireModel(previous);
        }
        requireNothingElse(
                previous, name -> name.equals(PROBE) || ModelFolder.isIn(previous) && ModelFolder.FILES.contains(name));
        if (!canMove(folder, previous)) {
            throw new IOException(previous + ": cannot be replaced by the model that is in " + folder
                    + ". Move it away, or name another folder");
        }
    }

    private static void requireModel(Path folder) throws IOException {
        try {
            ModelFolder.readCard(folder);
        } catch (IOException e) {
            throw new IOException(
                    folder
                            + ": expected a model's folder or a new name, found another model.json, which stays as it is ("
                            + e.getMessage() + ")",
                    e);
        }
    }

    private static void requireNothingElse(Path folder, Predicate<String> isOurs) throws IOException {
        try (Stream<Path> content = Files.list(folder)) {
            List<String> others = content.map(path -> path.getFileName().toString())
                    .filter(isOurs.negate())
                    .sorted()
                    .toList();
            if (!others.isEmpty()) {
                throw inTheWay(
                        folder,
                        "a folder of other files (" + others.get(0) + (others.size() == 1 ? "" : " and more") + ")");
            }
        }
    }

    static IOException inTheWay(Path path, String found) {
        return new IOException(path + ": expected a model's folder or a new name, found " + found
                + ". Move it away, or name another folder");
    }
}
