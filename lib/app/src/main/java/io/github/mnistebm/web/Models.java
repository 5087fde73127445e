package io.github.mnistebm.web;

import ai.djl.Device;
import io.github.mnistebm.evaluation.anomaly.TestDigitScores;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.ModelDraws;
import io.github.mnistebm.model.TargetPool;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.web.http.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** The models that a server was given, by name; a request chooses among them and can name no other. */
final class Models implements AutoCloseable {

    /** Always the same, so that a drawing depends on its own seed only. */
    private static final int POOL_SEED = 1;

    private final Map<String, DigitModel> models = new LinkedHashMap<>();
    private final Map<String, TestDigitScores> testScores = new HashMap<>();
    private final Map<String, TargetPool> pools = new HashMap<>();
    private final Map<String, ModelDraws> draws = new HashMap<>();
    private final Path data;

    /**
     * A model as programs see it.
     *
     * @param name its name in requests
     * @param dataSet the name of the set that it was trained on; absent if unknown
     * @param latentDimension d
     * @param energyHiddenUnits the width of each hidden layer of the energy network
     * @param referenceComponents the number of components of the reference measure; 0 for the standard normal distribution
     * @param seed the seed of its training
     * @param conditions whether its digits can be drawn given a condition
     */
    record Description(
            String name,
            String dataSet,
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
                models.put(entry.getKey(), DigitModel.load(entry.getValue(), device));
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
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
                    configuration.autoencoder().latentDimension(),
                    configuration.energyHiddenUnits(),
                    configuration.referenceComponents(),
                    configuration.seed(),
                    model.conditions().isPresent()));
        });
        return descriptions;
    }

    /** Scores the test images of a model's data set when first asked to; called by the jobs' thread only. */
    TestDigitScores testScores(String name) throws IOException {
        TestDigitScores known = testScores.get(name);
        if (known == null) {
            known = scored(models.get(name));
            testScores.put(name, known);
        }
        return known;
    }

    /** Draws the states that drawings of a model start from when first asked to; called by the jobs' thread only. */
    TargetPool pool(String name) {
        return pools.computeIfAbsent(name, any -> TargetPool.of(models.get(name), RandomSource.of(POOL_SEED)));
    }

    /** Draws the latents that chains given a condition start from when first asked to; called by the jobs' thread only. */
    ModelDraws draws(String name) {
        return draws.computeIfAbsent(name, any -> ModelDraws.of(models.get(name), RandomSource.of(POOL_SEED)));
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
        }
        return parts;
    }

    /** Looks for the images in the server's folder, then in the default one of the model's data set. */
    private TestDigitScores scored(DigitModel model) throws IOException {
        Path usual = model.card().dataFolder();
        for (Path folder : List.of(data, usual)) {
            try {
                if (!folder.equals(usual) || Files.exists(folder)) {
                    return TestDigitScores.of(model, folder);
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
        models.values().forEach(DigitModel::close);
    }
}
