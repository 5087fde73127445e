package io.github.mnistebm.web;

import ai.djl.Device;
import io.github.mnistebm.evaluation.anomaly.TestDigitScores;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.web.http.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The models that a server was given, by name; a request chooses among them and can name no other. */
final class Models implements AutoCloseable {

    private final Map<String, DigitModel> models = new LinkedHashMap<>();
    private final Map<String, TestDigitScores> testDigits = new HashMap<>();
    private final Path mnist;

    /**
     * A model as programs see it.
     *
     * @param name its name in requests
     * @param latentDimension d
     * @param energyHiddenUnits the width of each hidden layer of the energy network
     * @param referenceComponents the number of components of the reference measure; 0 for the standard normal distribution
     * @param seed the seed of its training
     */
    record Description(
            String name, int latentDimension, List<Integer> energyHiddenUnits, int referenceComponents, int seed) {}

    /**
     * Loads models.
     *
     * @param folders the folders of the models, by name; the first is the default
     * @param mnist the folder of MNIST's files
     * @param device the device of their arrays
     * @throws IOException if one cannot be loaded; the message names it
     */
    Models(Map<String, Path> folders, Path mnist, Device device) throws IOException {
        this.mnist = mnist;
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
        String name = fields.text("model", models.keySet().iterator().next());
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
                    configuration.autoencoder().latentDimension(),
                    configuration.energyHiddenUnits(),
                    configuration.referenceComponents(),
                    configuration.seed()));
        });
        return descriptions;
    }

    /** Scores the test digits when first asked to; called by the jobs' thread only. */
    TestDigitScores testDigits(String name) throws IOException {
        TestDigitScores known = testDigits.get(name);
        if (known == null) {
            known = TestDigitScores.of(models.get(name), mnist);
            testDigits.put(name, known);
        }
        return known;
    }

    @Override
    public void close() {
        models.values().forEach(DigitModel::close);
    }
}
