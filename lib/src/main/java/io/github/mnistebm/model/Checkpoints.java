package io.github.mnistebm.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.training.TrainingHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The checkpoints of one training: a folder beside the model's, with {@code .checkpoints} added to its name. The last two are kept,
 * each written under a temporary name and then renamed, so that a training killed at any moment leaves a good one.
 */
public final class Checkpoints {

    private static final String ENDING = ".checkpoints";
    private static final String PART = ".part";
    private static final int KEPT = 2;

    private final Path folder;

    private Checkpoints(Path folder) {
        this.folder = folder;
    }

    /**
     * Names the checkpoints of the training of a model; nothing is read or written yet.
     *
     * @param model the model's folder
     * @return its checkpoints
     */
    public static Checkpoints of(Path model) {
        Path target = model.toAbsolutePath().normalize();
        return new Checkpoints(target.resolveSibling(target.getFileName() + ENDING));
    }

    /**
     * Returns where they are.
     *
     * @return a folder
     */
    public Path folder() {
        return folder;
    }

    /**
     * Checks, before a training, that there is a place and room for its checkpoints and its model, and makes the folder. Checkpoints
     * that are there already, of a training that was not ended, are moved out of the way.
     *
     * @param config the training
     * @return where earlier checkpoints are now, if there were some
     * @throws IOException if the folder cannot be written, or the disk is too full
     */
    public Optional<Path> begin(TrainingConfig config) throws IOException {
        requireRoom(bytes(config));
        if (newestFirst().isEmpty()) {
            return Optional.empty();
        }
        Path earlier = folder.resolveSibling(folder.getFileName() + ".previous");
        ModelFolder.delete(earlier);
        Files.move(folder, earlier, StandardCopyOption.ATOMIC_MOVE);
        Files.createDirectories(folder);
        return Optional.of(earlier);
    }

    /** Two checkpoints and one under way, each with all parameters and both moments; the model and its predecessor. */
    private static long bytes(TrainingConfig config) {
        long parameters = ModelFolder.shapes(config).values().stream()
                .mapToLong(Shape::size)
                .sum();
        return (3 * (KEPT + 1) + 2) * parameters * Float.BYTES + (32L << 20);
    }

    /** Makes the folder; fails if its disk has less room, or it cannot be written. */
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
        Path probe = folder.resolve("probe" + PART);
        Files.write(probe, new byte[1]);
        Files.delete(probe);
    }

    /** Writes the next checkpoint, then removes those before the last two. */
    void write(TrainingConfig config, List<TrainingHistory> histories, Map<String, NDArray> arrays) throws IOException {
        TrainingHistory last = histories.get(histories.size() - 1);
        Path target = folder.resolve(String.format(
                Locale.ROOT, "%d-%s-%04d", histories.size(), last.table().name(), last.epochs()));
        Path staging = folder.resolve(target.getFileName() + PART);
        ModelFolder.delete(staging);
        Files.createDirectories(staging);
        try {
            Checkpoint.write(staging, config, histories, arrays);
        } catch (IOException e) {
            ModelFolder.delete(staging);
            throw e;
        }
        // Of a training that went back to an earlier checkpoint.
        ModelFolder.delete(target);
        Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
        for (Path old : newestFirst().stream().skip(KEPT).toList()) {
            ModelFolder.delete(old);
        }
    }

    /**
     * Reads the last good checkpoint.
     *
     * @param device where its arrays go
     * @param warnings is told of each newer one that is damaged
     * @return the checkpoint; close it
     * @throws IOException if there is none
     */
    public Checkpoint latest(Device device, Consumer<String> warnings) throws IOException {
        for (Path candidate : newestFirst()) {
            try {
                return Checkpoint.read(candidate, device);
            } catch (IOException | RuntimeException e) {
                warnings.accept(candidate + ": damaged (" + e.getMessage() + "): going back to the one before");
            }
        }
        throw new IOException(folder + ": no checkpoint to go on from");
    }

    private List<Path> newestFirst() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> content = Files.list(folder)) {
            return content.filter(path -> path.getFileName().toString().matches("\\d-[a-z]+-\\d{4,}"))
                    .sorted(Comparator.<Path>naturalOrder().reversed())
                    .toList();
        }
    }

    /**
     * Removes them, once the model is saved.
     *
     * @throws IOException if they cannot be removed
     */
    public void delete() throws IOException {
        ModelFolder.delete(folder);
    }
}
