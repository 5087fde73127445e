package io.github.mnistebm.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.github.mnistebm.autoencoder.Autoencoder;
import io.github.mnistebm.autoencoder.Whitening;
import io.github.mnistebm.data.PyTorch;
import io.github.mnistebm.data.TensorFile;
import io.github.mnistebm.energy.EnergyNetwork;
import io.github.mnistebm.energy.GaussianMixture;
import io.github.mnistebm.energy.StandardNormal;
import io.github.mnistebm.sampling.ReferenceMeasure;
import io.github.mnistebm.tensor.Tensors;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.Source;
import tech.tablesaw.io.csv.CsvReadOptions;

/**
 * A model on disk: {@code model.json} (the card), {@code weights.safetensors}, and a table of each phase of training,
 * {@code autoencoder.csv} and {@code energy.csv}.
 */
final class ModelFolder {

    private static final String CARD = "model.json";
    private static final String WEIGHTS = "weights.safetensors";
    private static final String MEAN = "whitening.mean";
    private static final String WHITEN = "whitening.whiten";
    private static final String UNWHITEN = "whitening.unwhiten";
    private static final String ENERGY = "energy.";
    private static final String REFERENCE = "reference.";
    private static final int MAX_CARD_BYTES = 1 << 20;
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private ModelFolder() {}

    static void save(DigitModel model, Path folder) throws IOException {
        requireReplaceable(folder);
        Path target = folder.toAbsolutePath().normalize();
        Path parent = target.getParent();
        if (parent == null) {
            throw new IOException(folder + ": a model needs a folder of its own");
        }
        Files.createDirectories(parent);
        // Not createTempDirectory, whose folders only their owner may open.
        Path staging = parent.resolve(
                "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        delete(staging);
        Files.createDirectory(staging);
        try {
            Files.writeString(staging.resolve(CARD), GSON.toJson(model.card()) + "\n");
            TensorFile.write(staging.resolve(WEIGHTS), tensors(model));
            for (Table history : model.histories()) {
                try (Writer out = Files.newBufferedWriter(staging.resolve(history.name() + ".csv"))) {
                    history.write().csv(out);
                }
            }
            replace(staging, target);
        } finally {
            delete(staging);
        }
    }

    /** A folder that holds something else than a model is not moved out of the way. */
    static void requireReplaceable(Path folder) throws IOException {
        if (!Files.exists(folder) || isIn(folder)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw new IOException(folder + ": expected a model's folder or a new name, found a file");
        }
        try (Stream<Path> content = Files.list(folder)) {
            if (content.findAny().isPresent()) {
                throw new IOException(
                        folder + ": expected a model's folder or a new name, found a folder of other files");
            }
        }
    }

    /** Puts the new folder in the place of the old one, which stays as {@code .previous}. */
    private static void replace(Path staging, Path target) throws IOException {
        if (Files.exists(target)) {
            Path previous = target.resolveSibling(target.getFileName() + ".previous");
            delete(previous);
            Files.move(target, previous, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes a folder with all that is in it, if it is there. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(CARD));
    }

    static ModelCard readCard(Path folder) throws IOException {
        Path file = folder.resolve(CARD);
        try {
            if (Files.size(file) > MAX_CARD_BYTES) {
                throw new IOException(file + ": expected a model card, the file holds " + Files.size(file) + " bytes");
            }
            ModelCard card = GSON.fromJson(Files.readString(file), ModelCard.class);
            if (card == null) {
                throw new IOException(file + ": the file is empty");
            }
            return card;
        } catch (NoSuchFileException e) {
            throw new IOException(folder + ": no model there (" + CARD + " is missing)", e);
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": not a readable model card (no UTF-8 text)", e);
        } catch (JsonParseException e) {
            throw new IOException(file + ": not a readable model card (" + firstLine(e) + ")", e);
        } catch (RuntimeException e) {
            throw new IOException(file + ": " + firstLine(e), e);
        }
    }

    /** The message that says most: a record's validation is wrapped by Gson. */
    private static String firstLine(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    }

    static void writeCard(Path folder, ModelCard card) throws IOException {
        Path part = folder.resolve(CARD + ".part");
        Files.writeString(part, GSON.toJson(card) + "\n");
        Files.move(part, folder.resolve(CARD), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static DigitModel load(Path folder, Supplier<Device> device) throws IOException {
        ModelCard card = readCard(folder);
        int dimension = card.configuration().autoencoder().latentDimension();
        List<Integer> energyHidden = card.configuration().energyHiddenUnits();
        // The file's length confirms the card's sizes before any network is made.
        TensorFile weights = TensorFile.read(folder.resolve(WEIGHTS), shapes(card.configuration()));
        NDManager manager = PyTorch.newManager(device.get());
        try (NDManager reading = manager.newSubManager()) {
            Map<String, NDArray> tensors = weights.arrays(reading);
            Autoencoder autoencoder =
                    Autoencoder.zeros(manager, card.configuration().autoencoder());
            LatentSpace latentSpace = latentSpace(manager, autoencoder, tensors);
            EnergyNetwork network = EnergyNetwork.zeros(manager, dimension, energyHidden);
            network.namedParameters().forEach((name, parameter) -> Tensors.copy(tensors.get(ENERGY + name), parameter));
            ReferenceMeasure reference = reference(manager, card.configuration(), tensors);
            return new DigitModel(manager, latentSpace, network, reference, card, () -> readHistories(folder));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** Fills an autoencoder, and makes the whitening that belongs to it. */
    static LatentSpace latentSpace(NDManager manager, Autoencoder autoencoder, Map<String, NDArray> tensors) {
        autoencoder.namedParameters().forEach((name, parameter) -> Tensors.copy(tensors.get(name), parameter));
        return new LatentSpace(
                autoencoder, Whitening.of(manager, tensors.get(MEAN), tensors.get(WHITEN), tensors.get(UNWHITEN)));
    }

    static ReferenceMeasure reference(NDManager manager, TrainingConfig configuration, Map<String, NDArray> tensors) {
        int dimension = configuration.autoencoder().latentDimension();
        if (configuration.referenceComponents() == 0) {
            return new StandardNormal(dimension);
        }
        Map<String, NDArray> parameters = new LinkedHashMap<>();
        GaussianMixture.parameterShapes(configuration.referenceComponents(), dimension)
                .forEach((name, shape) -> parameters.put(name, tensors.get(REFERENCE + name)));
        return GaussianMixture.of(manager, parameters);
    }

    /** What does not change any more once the autoencoder is trained. */
    static Map<String, NDArray> tensors(LatentSpace latentSpace, ReferenceMeasure reference) {
        Map<String, NDArray> tensors =
                new LinkedHashMap<>(latentSpace.autoencoder().namedParameters());
        tensors.put(MEAN, latentSpace.whitening().mean());
        tensors.put(WHITEN, latentSpace.whitening().whiteningMatrix());
        tensors.put(UNWHITEN, latentSpace.whitening().unwhiteningMatrix());
        if (reference instanceof GaussianMixture mixture) {
            mixture.namedParameters().forEach((name, parameter) -> tensors.put(REFERENCE + name, parameter));
        }
        return tensors;
    }

    private static Map<String, NDArray> tensors(DigitModel model) {
        Map<String, NDArray> tensors = tensors(model.latentSpace(), model.reference());
        model.network().namedParameters().forEach((name, parameter) -> tensors.put(ENERGY + name, parameter));
        return tensors;
    }

    static Map<String, Shape> shapes(TrainingConfig configuration) {
        int dimension = configuration.autoencoder().latentDimension();
        Map<String, Shape> shapes = new LinkedHashMap<>(Autoencoder.parameterShapes(configuration.autoencoder()));
        shapes.put(MEAN, new Shape(dimension));
        shapes.put(WHITEN, new Shape(dimension, dimension));
        shapes.put(UNWHITEN, new Shape(dimension, dimension));
        if (configuration.referenceComponents() > 0) {
            GaussianMixture.parameterShapes(configuration.referenceComponents(), dimension)
                    .forEach((name, shape) -> shapes.put(REFERENCE + name, shape));
        }
        EnergyNetwork.parameterShapes(dimension, configuration.energyHiddenUnits())
                .forEach((name, shape) -> shapes.put(ENERGY + name, shape));
        return shapes;
    }

    private static List<Table> readHistories(Path folder) {
        return Stream.of("autoencoder", "energy")
                .filter(phase -> Files.exists(folder.resolve(phase + ".csv")))
                .map(phase -> Table.read()
                        .usingOptions(CsvReadOptions.builder(new Source(
                                        folder.resolve(phase + ".csv").toFile(), StandardCharsets.UTF_8))
                                .locale(Locale.ROOT)
                                .tableName(phase)))
                .toList();
    }
}
