package io.github.mnistebm.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.energy.EnergyTrainer;
import io.github.mnistebm.io.LockedFile;
import io.github.mnistebm.io.RegularFiles;
import io.github.mnistebm.training.TrainingHistory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The checkpoints of one training. They lie in a folder beside the model's, which adds {@code .checkpoints} to its name. If nothing can
 * be moved out of the model's folder (a mount point), they lie inside it, in {@code checkpoints}. The last two are kept, each written
 * under a temporary name and then renamed, so that a training killed at any moment leaves a good one. A training holds a lock on
 * them: close them.
 */
public final class Checkpoints implements AutoCloseable {

    private static final String PART = ".part";
    private static final String LOCK = "lock";
    private static final String NAME = "\\d-[a-z]+-\\d{4,}";
    private static final int MAX_LOCK_BYTES = 1 << 16;
    private static final int KEPT = 2;

    private final ModelPlace place;
    private final Path folder;
    private LockedFile lock;

    private Checkpoints(ModelPlace place) {
        this.place = place;
        this.folder = place.checkpoints();
    }

    /**
     * Finds the checkpoints of the training of a model.
     *
     * @param model the model's folder
     * @return its checkpoints
     * @throws IOException if the folder cannot be a model's, or cannot be written
     */
    public static Checkpoints of(Path model) throws IOException {
        return new Checkpoints(ModelPlace.of(model));
    }

    /**
     * Returns the folder of the checkpoints.
     *
     * @return the folder, which need not exist
     */
    public Path folder() {
        return folder;
    }

    /**
     * Returns the folder for a model that is incomplete and must not displace another one.
     *
     * @return {@code .interrupted} beside the model's folder, or {@code interrupted} inside it
     */
    public Path interrupted() {
        return place.interrupted();
    }

    /**
     * Checks, before a training, that there is a place and room for its checkpoints and its model. Makes the folder, and locks it.
     * Moves the checkpoints of an earlier training that has not ended to a folder with {@code .previous} added to its name.
     *
     * @param config the configuration of the training
     * @return the folder of the earlier checkpoints; empty if there were none
     * @throws IOException if the folder cannot be written, holds other files, or belongs to a training under way, or the disk is too full
     */
    public Optional<Path> begin(TrainingConfig config) throws IOException {
        Path earlier = folder.resolveSibling(folder.getFileName() + ".previous");
        requireOurs(folder);
        requireRoom(bytes(config));
        lock();
        List<Path> found = newestFirst(folder);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        requireOurs(earlier);
        Files.createDirectories(earlier);
        deleteAll(earlier);
        // The newest is moved last, since a training goes on from the newest that is left here.
        for (int i = found.size() - 1; i >= 0; i--) {
            Files.move(found.get(i), earlier.resolve(found.get(i).getFileName()), StandardCopyOption.ATOMIC_MOVE);
        }
        return Optional.of(earlier);
    }

    /** Two checkpoints and one under way, each with all parameters and both moments; the model and its predecessor. */
    private static long bytes(TrainingConfig config) {
        long parameters = ModelFolder.shapes(config).values().stream()
                .mapToLong(Shape::size)
                .sum();
        return (3 * (KEPT + 1) + 2) * parameters * Float.BYTES + (32L << 20);
    }

    /** Creates the folder; fails if its disk has less room, or it cannot be written. */
    void requireRoom(long bytes) throws IOException {
        Path there = folder;
        while (!Files.exists(there)) {
            there = there.getParent();
        }
        long room = Files.getFileStore(there).getUsableSpace();
        if (room < bytes) {
            throw new IOException(folder + ": expected " + (bytes >> 20) + " MiB of free space for the training, found "
                    + (room >> 20));
        }
        Files.createDirectories(folder);
    }

    /** Locks the folder, and puts the remains of a killed training in order. */
    private void lock() throws IOException {
        if (lock != null) {
            return;
        }
        Path file = folder.resolve(LOCK);
        Optional<LockedFile> open = LockedFile.open(file);
        if (open.isEmpty()) {
            throw new IOException(folder + ": another training writes there (" + holder(file)
                    + "). Wait for it, or name another folder; if there is none, delete " + file);
        }
        lock = open.get();
        String command = System.getProperty("sun.java.command", "").replaceFirst("\\S*\\s*", "");
        lock.emptied()
                .write(("process " + ProcessHandle.current().pid() + ": " + command + "\n")
                        .getBytes(StandardCharsets.UTF_8));
        ModelFolder.recover(place);
        for (Path part : contents(folder, NAME + PART)) {
            deleteFiles(part);
        }
    }

    private static String holder(Path file) throws IOException {
        return LockedFile.isHeldHere(file)
                ? "this process"
                : RegularFiles.text(file, MAX_LOCK_BYTES).strip();
    }

    /** Writes the next checkpoint, then removes those before the last two. */
    void write(
            TrainingConfig config,
            String training,
            Map<String, String> dataChecksums,
            List<TrainingHistory> histories,
            Map<String, NDArray> arrays)
            throws IOException {
        TrainingHistory last = histories.get(histories.size() - 1);
        Path target = folder.resolve(String.format(
                Locale.ROOT, "%d-%s-%04d", histories.size(), last.table().name(), last.epochs()));
        Path staging = part(target);
        deleteFiles(staging);
        Files.createDirectories(staging);
        try {
            Checkpoint.write(staging, config, training, dataChecksums, histories, arrays);
        } catch (IOException e) {
            deleteFiles(staging);
            throw e;
        }
        // A training that went back to an earlier checkpoint writes the same one again.
        deleteFiles(target);
        Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
        for (Path old : newestFirst(folder).stream().skip(KEPT).toList()) {
            delete(old);
        }
    }

    /**
     * Reads the last good checkpoint, and locks the folder.
     *
     * @param device the device of the arrays
     * @param warnings the consumer of a message on each newer checkpoint that is damaged
     * @return the checkpoint; close it
     * @throws IOException if there is no good checkpoint, or a training is under way
     */
    public Checkpoint latest(Device device, Consumer<String> warnings) throws IOException {
        requireOurs(folder);
        if (Files.isDirectory(folder)) {
            lock();
        }
        for (Path candidate : newestFirst(folder)) {
            try {
                return Checkpoint.read(candidate, device);
            } catch (IOException | RuntimeException e) {
                warnings.accept(candidate + ": damaged ("
                        + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())
                        + "): going back to the one before");
            }
        }
        throw new IOException(folder + ": no checkpoint to go on from");
    }

    /**
     * Returns whether the training has ended, so that there is nothing to go on with.
     *
     * @return true if the model is complete, and no other training of it has begun
     * @throws IOException if its card cannot be read
     */
    public boolean isEnded() throws IOException {
        if (!newestFirst(folder).isEmpty() || Files.exists(folder.resolve(LOCK)) || !ModelFolder.isIn(place.folder())) {
            return false;
        }
        ModelCard card = ModelFolder.readCard(place.folder());
        return card.metric(EnergyTrainer.PHASE, ModelCard.EPOCHS)
                == card.configuration().energy().epochs();
    }

    /** Fails if a folder holds other files and no checkpoints. Other files beside checkpoints do no harm. */
    private static void requireOurs(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw inTheWay(folder, "a file");
        }
        if (!newestFirst(folder).isEmpty()) {
            return;
        }
        List<Path> parts = contents(folder, NAME + PART);
        try (Stream<Path> content = Files.list(folder)) {
            Optional<Path> other = content.filter(path -> !parts.contains(path) && !isLock(path))
                    .findFirst();
            if (other.isPresent()) {
                throw inTheWay(folder, "a folder of other files (" + other.get().getFileName() + ")");
            }
        }
    }

    private static boolean isLock(Path path) {
        return path.getFileName().toString().equals(LOCK);
    }

    private static IOException inTheWay(Path path, String found) {
        return new IOException(path + ": expected a training's checkpoints or nothing, found " + found
                + ". Move it away, or name another folder");
    }

    /** Returns the folders whose names match a pattern and which hold nothing but a checkpoint's files. */
    private static List<Path> contents(Path folder, String pattern) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> named;
        try (Stream<Path> content = Files.list(folder)) {
            named = content.filter(path -> path.getFileName().toString().matches(pattern)
                            && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
        List<Path> found = new ArrayList<>();
        for (Path path : named) {
            try (Stream<Path> files = Files.list(path)) {
                if (files.allMatch(
                        file -> Checkpoint.FILES.contains(file.getFileName().toString()))) {
                    found.add(path);
                }
            }
        }
        return found;
    }

    private static List<Path> newestFirst(Path folder) throws IOException {
        return contents(folder, NAME).stream()
                .sorted(Comparator.comparing(Checkpoints::phase)
                        .thenComparingLong(Checkpoints::epoch)
                        .reversed())
                .toList();
    }

    private static char phase(Path checkpoint) {
        return checkpoint.getFileName().toString().charAt(0);
    }

    private static long epoch(Path checkpoint) {
        String name = checkpoint.getFileName().toString();
        return Long.parseLong(name.substring(name.lastIndexOf('-') + 1));
    }

    private static Path part(Path checkpoint) {
        return checkpoint.resolveSibling(checkpoint.getFileName() + PART);
    }

    /** Takes a checkpoint's name away first, so that a kill does not leave half of one. */
    private static void delete(Path checkpoint) throws IOException {
        Path part = part(checkpoint);
        deleteFiles(part);
        Files.move(checkpoint, part, StandardCopyOption.ATOMIC_MOVE);
        deleteFiles(part);
    }

    private static void deleteAll(Path folder) throws IOException {
        for (Path part : contents(folder, NAME + PART)) {
            deleteFiles(part);
        }
        List<Path> checkpoints = newestFirst(folder);
        for (int i = checkpoints.size() - 1; i >= 0; i--) {
            delete(checkpoints.get(i));
        }
    }

    private static void deleteFiles(Path checkpoint) throws IOException {
        for (String name : Checkpoint.FILES) {
            Files.deleteIfExists(checkpoint.resolve(name));
        }
        Files.deleteIfExists(checkpoint);
    }

    /**
     * Removes the checkpoints, once the model is saved, and the folder if nothing else is in it.
     *
     * @throws IOException if they cannot be removed
     */
    public void delete() throws IOException {
        // The lock goes first, since it marks a training that has not ended.
        Files.deleteIfExists(folder.resolve(LOCK));
        deleteAll(folder);
        deleteIfEmpty();
    }

    private void deleteIfEmpty() throws IOException {
        if (!Files.isSymbolicLink(folder)) {
            try {
                Files.deleteIfExists(folder);
            } catch (DirectoryNotEmptyException e) {
                // The folder holds other files.
            }
        }
    }

    /** Releases the checkpoints, so that another training can go on from them. */
    @Override
    public void close() throws IOException {
        if (lock == null) {
            return;
        }
        try {
            Files.deleteIfExists(lock.path());
            deleteIfEmpty();
        } finally {
            lock.close();
            lock = null;
        }
    }
}
