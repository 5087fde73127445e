package io.github.mnistebm.web;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.data.DataSet;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.Classifiers;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.evaluation.TwoSampleTest;
import io.github.mnistebm.evaluation.anomaly.TestDigitScores;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.ModelCard;
import io.github.mnistebm.model.ModelDraws;
import io.github.mnistebm.model.TargetPool;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.web.http.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** The models that a server was given, by name; a request chooses among them and can name no other. */
final class Models implements AutoCloseable {

    /** Always the same, so that a drawing depends on its own seed only. */
    private static final int POOL_SEED = 1;

    /** The number of test images that a quiz chooses among. */
    private static final int TEST_IMAGES = 2000;

    /** The number of images of each kind whose neighbours are looked for: a tenth of a second of work, and a standard error of 1 %. */
    private static final int COMPARED = 800;

    private final Map<String, DigitModel> models = new LinkedHashMap<>();
    private final Map<String, TestDigitScores> testScores = new HashMap<>();
    private final Map<String, TargetPool> pools = new HashMap<>();
    private final Map<String, ModelDraws> draws = new HashMap<>();
    private final Map<String, Atlas> atlases = new HashMap<>();
    private final Map<String, byte[]> testImages = new HashMap<>();
    private final Map<String, Double> expectedInQuiz = new HashMap<>();
    private final Map<String, DigitClassifier> classifiers = new HashMap<>();
    private final Path data;

    /**
     * A model as programs see it.
     *
     * @param name its name in requests
     * @param dataSet the name of the set that it was trained on; absent if unknown
     * @param classes the names of the classes that its images are read as; empty without a classifier of its data set
     * @param latentDimension d
     * @param energyHiddenUnits the width of each hidden layer of the energy network
     * @param referenceComponents the number of components of the reference measure; 0 for the standard normal distribution
     * @param seed the seed of its training
     * @param conditions whether its digits can be drawn given a condition
     */
    record Description(
            String name,
            String dataSet,
            List<String> classes,
            int latentDimension,
            List<Integer> energyHiddenUnits,
            int referenceComponents,
            int seed,
            boolean conditions) {}

    /**
     * Loads models.
     *
     * @param folders the folders of the models, by name; the first is the default
     * @param data the folder of images that scores are compared with
     * @param device the device of their arrays
     * @throws IOException if one cannot be loaded; the message names it
     */
    Models(Map<String, Path> folders, Path data, Device device) throws IOException {
        this.data = data;
        try {
            for (Map.Entry<String, Path> entry : folders.entrySet()) {
                DigitModel model = DigitModel.load(entry.getValue(), device);
                models.put(entry.getKey(), model);
                classifier(entry.getValue(), model).ifPresent(found -> classifiers.put(entry.getKey(), found));
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Finds the classifier of a model's data set; empty if there is none. Earlier cards lack the checksums of the labels, by which a set is found. */
    private static Optional<DigitClassifier> classifier(Path folder, DigitModel model) throws IOException {
        ModelCard card = model.card();
        Device device = model.manager().getDevice();
        if (card.isOfDigits()) {
            Path classifier = DataFolder.classifier();
            return Files.exists(classifier) ? Optional.of(DigitClassifier.load(classifier, device)) : Optional.empty();
        }
        DataSet data = new DataSet(String.valueOf(card.dataSet()), List.of(), card.dataChecksums());
        return Classifiers.find(folder, data, device);
    }

    /** Reads which model a request asks for; by default the first. */
    String chosen(Fields fields) {
        return chosen(fields.text("model", null));
    }

    /** Returns the model of a name, or the first where it is null. */
    String chosen(String asked) {
        String name = asked == null ? models.keySet().iterator().next() : asked;
        if (!models.containsKey(name)) {
            throw new InvalidRequestException("model", "expected one of " + String.join(", ", models.keySet()));
        }
        return name;
    }

    DigitModel get(String name) {
        return models.get(name);
    }

    List<Description> descriptions() {
        List<Description> descriptions = new ArrayList<>();
        models.forEach((name, model) -> {
            TrainingConfig configuration = model.card().configuration();
            descriptions.add(new Description(
                    name,
                    model.card().dataSet(),
                    classifiers.containsKey(name)
                            ? classifiers.get(name).dataSet().classes()
                            : List.of(),
                    configuration.autoencoder().latentDimension(),
                    configuration.energyHiddenUnits(),
                    configuration.referenceComponents(),
                    configuration.seed(),
                    model.conditions().isPresent()));
        });
        return descriptions;
    }

    /** Computes what may need files. */
    @FunctionalInterface
    private interface Computation<T> {
        T result() throws IOException;
    }

    /** Computes a value when it is first asked for, and keeps it. */
    private static <T> T kept(Map<String, T> values, String name, Computation<T> computation) throws IOException {
        T known = values.get(name);
        if (known == null) {
            known = computation.result();
            values.put(name, known);
        }
        return known;
    }

    /** Scores the test images of a model's data set when first asked to; called by the jobs' thread only. */
    TestDigitScores testScores(String name) throws IOException {
        return kept(testScores, name, () -> fromData(models.get(name), TestDigitScores::of));
    }

    /** Draws the states that drawings of a model start from when first asked to; called by the jobs' thread only. */
    TargetPool pool(String name) {
        return pools.computeIfAbsent(name, any -> TargetPool.of(models.get(name), RandomSource.of(POOL_SEED)));
    }

    /** Draws the latents that chains given a condition start from when first asked to; called by the jobs' thread only. */
    ModelDraws draws(String name) {
        return draws.computeIfAbsent(name, any -> ModelDraws.of(models.get(name), RandomSource.of(POOL_SEED)));
    }

    /** Draws a map when first asked to; called by the jobs' thread only. */
    Atlas atlas(String name) {
        return atlases.computeIfAbsent(
                name, any -> Atlas.of(models.get(name), pool(name), Optional.ofNullable(classifiers.get(name))));
    }

    /** Reads images, 0 and 1, {@code [n, 784]}; null without a classifier of the model's data set. */
    List<Atlas.Reading> read(String name, NDArray images) {
        DigitClassifier classifier = classifiers.get(name);
        return classifier == null ? null : Atlas.read(classifier, images);
    }

    /** Returns the parts of what requests need and may be computed before the first one; for the jobs' thread. */
    List<Callable<?>> preparation() {
        List<Callable<?>> parts = new ArrayList<>();
        for (String name : models.keySet()) {
            parts.add(() -> testScores(name));
            parts.add(() -> pool(name));
            if (models.get(name).conditions().isPresent()) {
                parts.add(() -> draws(name));
            }
            parts.add(() -> atlas(name));
            parts.add(() -> expectedInQuiz(name));
        }
        return parts;
    }

    /** Reads thresholded test images of a model's data set when first asked to, row by row; called by the jobs' thread only. */
    byte[] testImages(String name) throws IOException {
        return kept(testImages, name, () -> fromData(models.get(name), this::thresholded));
    }

    private byte[] thresholded(DigitModel model, Path folder) throws IOException {
        try (DigitImages test = DigitImages.test(folder, model.manager().getDevice())) {
            model.card().requireTrainedOn(test.dataSet());
            try (DigitImages some = test.first(Math.min(test.size(), TEST_IMAGES));
                    NDArray images = some.thresholded()) {
                return images.toByteArray();
            }
        }
    }

    /** Measures how well drawn images can be told from test images; null without a classifier. For the jobs' thread. */
    Double expectedInQuiz(String name) throws IOException {
        DigitClassifier classifier = classifiers.get(name);
        if (classifier == null) {
            return null;
        }
        return kept(expectedInQuiz, name, () -> compared(name, classifier, testImages(name)));
    }

    private double compared(String name, DigitClassifier classifier, byte[] test) {
        DigitModel model = models.get(name);
        return Scope.compute(() -> {
            NDManager manager = model.manager().newSubManager();
            try (manager) {
                int count = Math.min(COMPARED, test.length / DigitImages.PIXELS);
                NDArray real = DigitImages.array(manager, Arrays.copyOf(test, count * DigitImages.PIXELS));
                NDArray states = pool(name)
                        .choose(manager, model.energy(), count, RandomSource.of(POOL_SEED))
                        .positions();
                NDArray features = classifier.features(real);
                return TwoSampleTest.share(
                        features.toFloatArray(),
                        classifier.features(model.decodeBinary(states)).toFloatArray(),
                        (int) features.getShape().get(1));
            }
        });
    }

    /** Reads the test images of a model. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(DigitModel model, Path folder) throws IOException;
    }

    /** Looks for the images in the server's folder, then in the default one of the model's data set. */
    private <T> T fromData(DigitModel model, Reader<T> reader) throws IOException {
        Path usual = model.card().dataFolder();
        for (Path folder : List.of(data, usual)) {
            try {
                if (!folder.equals(usual) || Files.exists(folder)) {
                    return reader.read(model, folder);
                }
            } catch (IllegalArgumentException e) {
                // The next folder may hold the model's set.
            }
        }
        throw new InvalidRequestException(
                "model",
                "expected a model whose test images the server has. Start it with --data and the folder of "
                        + model.card().dataSet());
    }

    @Override
    public void close() {
        classifiers.values().forEach(DigitClassifier::close);
        models.values().forEach(DigitModel::close);
    }
}
