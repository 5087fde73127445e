package io.github.mnistebm.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonParseException;
import io.github.mnistebm.autoencoder.Autoencoder;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.autoencoder.Whitening;
import io.github.mnistebm.condition.ConditionNetworks;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.energy.EnergyNetwork;
import io.github.mnistebm.energy.EnergyTrainer;
import io.github.mnistebm.energy.TrainableEnergy;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.io.LockedFile;
import io.github.mnistebm.io.RegularFiles;
import io.github.mnistebm.io.Sha256;
import io.github.mnistebm.io.StagedFile;
import io.github.mnistebm.io.TensorFile;
import io.github.mnistebm.tensor.PyTorch;
import io.github.mnistebm.tensor.Tensors;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
 * A model on disk: {@code model.json} (the card), {@code weights.safetensors}, {@code conditions.safetensors} (the networks of conditions,
 * absent in folders of earlier versions), and a table of each phase of training: {@code autoencoder.csv}, {@code pretraining.csv} if there
 * is such a phase, and {@code energy.csv}. {@link DigitModel#load} and {@link DigitModel#save} read and write it.
 */
public final class ModelFolder {

    private static final String CARD = "model.json";
    private static final String WEIGHTS = "weights.safetensors";
    private static final String CONDITIONS = "conditions.safetensors";
    private static final String CLASSES = "classes";
    private static final String OF_WEIGHTS = "weightsSha256";
    private static final String MEAN = "whitening.mean";
    private static final String WHITEN = "whitening.whiten";
    private static final String UNWHITEN = "whitening.unwhiten";
    private static final String ENERGY = "energy.";
    private static final String REFERENCE = "reference.";
    private static final int MAX_CARD_BYTES = 1 << 20;

    private static final List<String> PHASES =
            List.of(AutoencoderTrainer.PHASE, EnergyTrainer.PRETRAINING, EnergyTrainer.PHASE);
    private static final String TABLE = ".csv";

    /** The files that this program writes into a model's folder, the card last. */
    static final List<String> FILES = List.of(
            WEIGHTS,
            "autoencoder.csv",
            "autoencoder.png",
            "pretraining.csv",
            "pretraining.png",
            "energy.csv",
            "energy.png",
            "samples.png",
            DataFolder.CLASSIFIER,
            CONDITIONS,
            CARD);

    private static final String LOCK = ".mnist-ebm.lock";
    private static final String STAGING = ".mnist-ebm.part";
    private static final String NEW = ".mnist-ebm.new";
    private static final String OLD = ".mnist-ebm.old";

    private ModelFolder() {}

    /**
     * Saves a model. Writes its files into a folder inside the model's first. Once that folder has its final name, readers see the new
     * model, whatever happens, and the files can change places one after the other.
     */
    static void save(DigitModel model, Path folder) throws IOException {
        ModelPlace place = ModelPlace.of(folder);
        place.requireReplaceable();
        Files.createDirectories(place.folder());
        locked(place, () -> {
            finishReplacement(place);
            Path staging = place.folder().resolve(STAGING);
            delete(staging);
            Files.createDirectory(staging);
            try {
                write(model, staging);
                Files.move(staging, place.folder().resolve(NEW), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                delete(staging);
            }
            force(place.folder());
            finishReplacement(place);
        });
    }

    /** Completes a replacement that a kill has stopped, if there is one. */
    static void recover(ModelPlace place) throws IOException {
        if (Files.exists(place.folder().resolve(NEW))
                || Files.exists(place.folder().resolve(OLD))) {
            locked(place, () -> finishReplacement(place));
        }
    }

    /** A step of work on a folder. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private static void locked(ModelPlace place, Step step) throws IOException {
        try (LockedFile lock = LockedFile.open(place.folder().resolve(LOCK))
                .orElseThrow(() -> new IOException(place.folder() + ": another model is just being saved there"))) {
            try {
                step.run();
            } finally {
                Files.deleteIfExists(lock.path());
            }
        }
    }

    private static void write(DigitModel model, Path folder) throws IOException {
        TensorFile.write(folder.resolve(WEIGHTS), tensors(model));
        for (Table history : model.histories()) {
            try (Writer out = Files.newBufferedWriter(folder.resolve(history.name() + TABLE))) {
                history.write().csv(out);
            }
        }
        String weights = Sha256.of(folder.resolve(WEIGHTS));
        if (model.conditions().isPresent()) {
            writeConditions(model.conditions().get(), weights, folder.resolve(CONDITIONS));
        }
        Files.writeString(folder.resolve(CARD), new SavedCard(model.card(), weights).text());
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                force(file);
            }
        }
        force(folder);
    }

    private static void writeConditions(ConditionNetworks networks, String weights, Path file) throws IOException {
        // In a fixed order, so that the same networks give the same file.
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(OF_WEIGHTS, weights);
        metadata.put(CLASSES, String.valueOf(networks.classes()));
        TensorFile.writeChecked(file, networks.tensors(), metadata);
    }

    /**
     * Adds the networks of conditions to the folder of their model. The other files stay as they are.
     *
     * @param model a model that has such networks
     * @param folder the folder that the model was loaded from
     * @throws IOException if it cannot be written, or another file has the name {@code conditions.safetensors}
     * @throws IllegalArgumentException if the model has no such networks
     */
    public static void saveConditions(DigitModel model, Path folder) throws IOException {
        ConditionNetworks networks = model.conditions()
                .orElseThrow(() -> new IllegalArgumentException("conditions: the model has no networks for them"));
        ModelPlace place = ModelPlace.of(folder);
        locked(place, () -> {
            finishReplacement(place);
            Path file = place.folder().resolve(CONDITIONS);
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                    && !TensorFile.metadata(file).containsKey(OF_WEIGHTS)) {
                throw new IOException(file + ": is not a file of this program. Move it elsewhere");
            }
            writeConditions(networks, Sha256.of(place.folder().resolve(WEIGHTS)), file);
        });
    }

    /** Gives a model the networks of conditions in its folder, if they belong to its weights. A model draws without them too. */
    private static void readConditions(DigitModel model, Path folder, String weights) {
        Path file = file(folder, CONDITIONS);
        if (!Files.exists(file)) {
            return;
        }
        try (NDManager reading = model.manager().newSubManager()) {
            Map<String, String> metadata = TensorFile.metadata(file);
            String expected = weights == null ? Sha256.of(file(folder, WEIGHTS)) : weights;
            if (!expected.equals(metadata.get(OF_WEIGHTS))) {
                throw new IOException(CONDITIONS + ": belongs to other weights than this model's");
            }
            int dimension = model.energy().dimension();
            int classes = Integer.parseInt(metadata.getOrDefault(CLASSES, ""));
            TensorFile tensors = TensorFile.read(file, ConditionNetworks.shapes(dimension, classes));
            model.addConditions(ConditionNetworks.of(model.manager(), dimension, classes, tensors.arrays(reading)));
        } catch (IOException | IllegalArgumentException e) {
            model.withoutConditions(firstLine(e));
        }
    }

    /** Waits until a file, or the list of a folder, is on the disk. */
    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path)) {
            channel.force(true);
        } catch (AccessDeniedException e) {
            // Windows does not open folders.
        }
    }

    /**
     * Replaces the model by the new one. Goes on from any step that a kill has left: the old files go, the new ones come, and the old
     * model becomes the previous one, unless it is an earlier result of the same training.
     */
    private static void finishReplacement(ModelPlace place) throws IOException {
        Path folder = place.folder();
        Path replacement = folder.resolve(NEW);
        Path replaced = folder.resolve(OLD);
        if (has(replacement)) {
            if (has(folder)) {
                Files.createDirectories(replaced);
                move(folder, replaced);
            }
            move(replacement, folder);
        }
        Files.deleteIfExists(replacement);
        if (has(replaced)) {
            if (sameTraining(readCard(replaced), readCard(folder))) {
                delete(replaced);
            } else {
                delete(place.previous());
                Files.move(replaced, place.previous(), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        Files.deleteIfExists(replaced);
    }

    private static boolean sameTraining(ModelCard a, ModelCard b) {
        return a.training() != null && a.training().equals(b.training());
    }

    /** Moves a model's files. The card goes last: as long as it is in a folder, the rest of the model may be too. Other files stay. */
    private static void move(Path from, Path to) throws IOException {
        for (String name : FILES) {
            Path file = from.resolve(name);
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(file, to.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    /** Deletes a model's files, the card last, and its folder, if it exists. Fails if the folder holds other files. */
    private static void delete(Path folder) throws IOException {
        for (String name : FILES) {
            Files.deleteIfExists(folder.resolve(name));
        }
        Files.deleteIfExists(folder);
    }

    /** Returns whether a name is one that saving uses inside a model's folder, and may leave there when it is killed. */
    static boolean isTemporary(String name) {
        return List.of(LOCK, STAGING, NEW, OLD, ModelPlace.PROBE).contains(name);
    }

    private static boolean has(Path folder) {
        return Files.exists(folder.resolve(CARD));
    }

    /** Returns the place of a model's file. Until a new model's files have moved into its folder, they lie in a folder of their own. */
    private static Path file(Path folder, String name) {
        Path coming = folder.resolve(NEW).resolve(name);
        return Files.exists(coming) ? coming : folder.resolve(name);
    }

    /**
     * Checks, before a long training, that {@link DigitModel#save} would not displace anything but a model of this program.
     *
     * @param folder the folder to write to
     * @throws IOException if the folder holds other files, is a file, or other files are in the place of the model's predecessor
     */
    public static void requireReplaceable(Path folder) throws IOException {
        ModelPlace place = ModelPlace.of(folder);
        place.requireReplaceable();
        if (isIn(place.folder())) {
            ModelPlace.of(place.interrupted()).requireReplaceable();
        }
    }

    /**
     * Returns whether a folder holds a model.
     *
     * @param folder the folder
     * @return true if it has a model card
     */
    public static boolean isIn(Path folder) {
        return Files.exists(file(folder, CARD));
    }

    /**
     * Reads the card of a model, without the model.
     *
     * @param folder the model's folder
     * @return the card
     * @throws IOException if the card is missing or cannot be read
     */
    public static ModelCard readCard(Path folder) throws IOException {
        return readSaved(folder).card();
    }

    private static SavedCard readSaved(Path folder) throws IOException {
        Path file = file(folder, CARD);
        try {
            return SavedCard.parse(RegularFiles.text(file, MAX_CARD_BYTES));
        } catch (NoSuchFileException e) {
            throw new IOException(folder + ": no model there (" + CARD + " is missing)", e);
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": not a readable model card (no UTF-8 text)", e);
        } catch (JsonParseException | NumberFormatException e) {
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
        String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return message.lines().findFirst().orElse("");
    }

    /**
     * Writes the results of an evaluation into the card of a saved model.
     *
     * @param folder the folder of the model
     * @param evaluation results by name
     * @throws IOException if the card cannot be read or written
     */
    public static void recordEvaluation(Path folder, Map<String, Object> evaluation) throws IOException {
        SavedCard saved = readSaved(folder);
        StagedFile.write(
                file(folder, CARD), new SavedCard(saved.card().withEvaluation(evaluation), saved.weights()).text());
    }

    static DigitModel load(Path folder, Supplier<Device> device, Networks networks) throws IOException {
        SavedCard saved = readSaved(folder);
        ModelCard card = saved.card();
        try {
            networks.requireThoseOf(card);
        } catch (IllegalArgumentException e) {
            throw new IOException(folder + ": " + e.getMessage(), e);
        }
        // The file's length confirms the card's sizes before any network is made.
        TensorFile weights = TensorFile.read(file(folder, WEIGHTS), shapes(card), saved.weights());
        NDManager manager = PyTorch.newManager(device.get());
        try (NDManager reading = manager.newSubManager()) {
            Map<String, NDArray> tensors = weights.arrays(reading);
            Autoencoder autoencoder = networks.emptyAutoencoder(manager, card.configuration());
            TrainableEnergy network = networks.emptyEnergy(manager, card.configuration());
            networks.requireArchitecture(card, autoencoder, network);
            LatentSpace latentSpace = latentSpace(manager, autoencoder, tensors);
            network.namedParameters().forEach((name, parameter) -> Tensors.copy(tensors.get(ENERGY + name), parameter));
            ReferenceMeasure reference = reference(manager, card.configuration(), tensors);
            DigitModel model =
                    new DigitModel(manager, latentSpace, network, reference, card, () -> readHistories(folder));
            readConditions(model, folder, saved.weights());
            return model;
        } catch (IllegalArgumentException e) {
            manager.close();
            throw new IOException(folder + ": " + e.getMessage(), e);
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

    /** Returns the tensors that are final once the autoencoder is trained. */
    static Map<String, NDArray> tensors(LatentSpace latentSpace, ReferenceMeasure reference) {
        Map<String, NDArray> tensors =
                new LinkedHashMap<>(latentSpace.autoencoder().namedParameters());
        tensors.put(MEAN, latentSpace.whitening().mean());
        tensors.put(WHITEN, latentSpace.whitening().whiteningMatrix());
        tensors.put(UNWHITEN, latentSpace.whitening().unwhiteningMatrix());
        reference.namedParameters().forEach((name, parameter) -> tensors.put(REFERENCE + name, parameter));
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

    /** Returns the shapes of a model's tensors, with those of other networks in the place of the library's. */
    private static Map<String, Shape> shapes(ModelCard card) {
        Map<String, Shape> shapes = shapes(card.configuration());
        card.blocks().forEach((name, block) -> {
            shapes.keySet().removeIf(tensor -> tensor.startsWith(name + "."));
            shapes.putAll(block.shapes());
        });
        return shapes;
    }

    private static List<Table> readHistories(Path folder) {
        return PHASES.stream()
                .filter(phase -> Files.exists(file(folder, phase + TABLE)))
                .map(phase -> Table.read()
                        .usingOptions(CsvReadOptions.builder(
                                        new Source(file(folder, phase + TABLE).toFile(), StandardCharsets.UTF_8))
                                .locale(Locale.ROOT)
                                .tableName(phase)))
                .toList();
    }
}
