package io.github.mnistebm.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonParseException;
import io.github.mnistebm.io.Json;
import io.github.mnistebm.io.RegularFiles;
import io.github.mnistebm.io.Sha256;
import io.github.mnistebm.io.TensorFile;
import io.github.mnistebm.tensor.PyTorch;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingState;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.Table;

/**
 * A training between two epochs, on disk a folder: {@code checkpoint.json} (configuration, histories), {@code
 * state.safetensors} (all that training changes) and {@code SHA256SUMS} of the two. Owns its arrays: close it.
 */
public final class Checkpoint implements AutoCloseable {

    private static final String HEAD = "checkpoint.json";
    private static final String ARRAYS = "state.safetensors";
    private static final String SUMS = "SHA256SUMS";
    private static final int FORMAT_VERSION = 1;
    private static final int MAX_HEAD_BYTES = 1 << 26;
    private static final int MAX_SUMS_BYTES = 1 << 10;

    /** The files of a checkpoint's folder. The checksums come first: without them the folder is not a checkpoint any more. */
    static final List<String> FILES = List.of(SUMS, ARRAYS, HEAD);

    /** The content of the JSON file: the histories by phase, of which the last belongs to the phase under way. */
    private record Head(
            int formatVersion,
            TrainingConfig configuration,
            String training,
            Map<String, String> dataChecksums,
            List<Course> histories,
            Map<String, long[]> shapes) {

        Head {
            if (formatVersion != FORMAT_VERSION) {
                throw new IllegalArgumentException(
                        "formatVersion: expected " + FORMAT_VERSION + ", found " + formatVersion);
            }
            if (configuration == null || histories == null || shapes == null) {
                throw new IllegalArgumentException("configuration, histories and shapes: must all be given");
            }
            // Absent in checkpoints that were written when there was one data set only.
            dataChecksums = dataChecksums == null ? Map.of() : dataChecksums;
        }
    }

    /** A history in rows. */
    private record Course(String phase, List<String> columns, List<double[]> rows) {

        static Course of(TrainingHistory history) {
            Table table = history.table();
            List<String> columns = table.columnNames().subList(1, table.columnCount());
            List<double[]> rows = new ArrayList<>();
            for (int row = 0; row < table.rowCount(); row++) {
                double[] values = new double[columns.size()];
                for (int column = 0; column < values.length; column++) {
                    values[column] = table.doubleColumn(columns.get(column)).get(row);
                }
                rows.add(values);
            }
            return new Course(table.name(), columns, rows);
        }

        TrainingHistory history() {
            TrainingHistory history = TrainingHistory.of(phase, columns.toArray(String[]::new));
            rows.forEach(history::add);
            return history;
        }
    }

    private final NDManager manager;
    private final TrainingConfig configuration;
    private final String training;
    private final Map<String, String> dataChecksums;
    private final List<TrainingHistory> histories;
    private final Map<String, NDArray> arrays;

    private Checkpoint(
            NDManager manager,
            TrainingConfig configuration,
            String training,
            Map<String, String> dataChecksums,
            List<TrainingHistory> histories,
            Map<String, NDArray> arrays) {
        this.manager = manager;
        this.configuration = configuration;
        this.training = training;
        this.dataChecksums = dataChecksums;
        this.histories = histories;
        this.arrays = arrays;
    }

    static void write(
            Path folder,
            TrainingConfig configuration,
            String training,
            Map<String, String> dataChecksums,
            List<TrainingHistory> histories,
            Map<String, NDArray> arrays)
            throws IOException {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        arrays.forEach((name, array) -> shapes.put(name, array.getShape().getShape()));
        Head head = new Head(
                FORMAT_VERSION,
                configuration,
                training,
                dataChecksums,
                histories.stream().map(Course::of).toList(),
                shapes);
        Files.writeString(folder.resolve(HEAD), Json.PRETTY.toJson(head) + "\n");
        TensorFile.write(folder.resolve(ARRAYS), arrays);
        Files.writeString(folder.resolve(SUMS), sums(folder));
    }

    /** As {@code sha256sum} writes them. */
    private static String sums(Path folder) throws IOException {
        return Sha256.of(folder.resolve(HEAD)) + "  " + HEAD + "\n" + Sha256.of(folder.resolve(ARRAYS)) + "  " + ARRAYS
                + "\n";
    }

    static Checkpoint read(Path folder, Device device) throws IOException {
        if (!isSums(folder)) {
            throw new IOException("its files are not those that " + SUMS + " names");
        }
        Head head = head(folder.resolve(HEAD));
        Map<String, Shape> shapes = new LinkedHashMap<>();
        head.shapes().forEach((name, shape) -> shapes.put(name, new Shape(shape)));
        TensorFile arrays = TensorFile.read(folder.resolve(ARRAYS), shapes);
        NDManager manager = PyTorch.newManager(device);
        try {
            return new Checkpoint(
                    manager,
                    head.configuration(),
                    head.training(),
                    head.dataChecksums(),
                    head.histories().stream().map(Course::history).toList(),
                    arrays.arrays(manager));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static boolean isSums(Path folder) throws IOException {
        try {
            return RegularFiles.text(folder.resolve(SUMS), MAX_SUMS_BYTES).equals(sums(folder));
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static Head head(Path file) throws IOException {
        try {
            Head head = Json.PRETTY.fromJson(RegularFiles.text(file, MAX_HEAD_BYTES), Head.class);
            if (head == null) {
                throw new IOException(HEAD + ": the file is empty");
            }
            return head;
        } catch (JsonParseException e) {
            throw new IOException(HEAD + ": not readable", e);
        }
    }

    /**
     * Returns what is trained.
     *
     * @return the configuration
     */
    public TrainingConfig configuration() {
        return configuration;
    }

    /** Returns the unique name of the training; null in checkpoints that were written before trainings had names. */
    String training() {
        return training;
    }

    /** Returns the checksums of the images of the training; empty in checkpoints that were written without. */
    Map<String, String> dataChecksums() {
        return dataChecksums;
    }

    /**
     * Returns the configuration with other learning rates for the epochs to come.
     *
     * @param learningRates the learning rates by phase
     * @return a new configuration
     * @throws IllegalArgumentException if a rate is out of range, or its phase is complete or unknown
     */
    public TrainingConfig configuration(Map<String, Double> learningRates) {
        TrainingConfig changed = configuration;
        for (Map.Entry<String, Double> rate : learningRates.entrySet()) {
            TrainingHistory history = history(rate.getKey());
            changed = changed.withLearningRate(rate.getKey(), history == null ? 0 : history.epochs(), rate.getValue());
        }
        return changed;
    }

    /** The history of a phase; null if it has not begun. */
    TrainingHistory history(String phase) {
        return histories.stream()
                .filter(history -> history.table().name().equals(phase))
                .findFirst()
                .orElse(null);
    }

    /** The arrays by name. */
    Map<String, NDArray> arrays() {
        return arrays;
    }

    /** The state of a phase. */
    TrainingState state(String phase) {
        return new TrainingState(history(phase), arrays);
    }

    @Override
    public void close() {
        manager.close();
    }
}
