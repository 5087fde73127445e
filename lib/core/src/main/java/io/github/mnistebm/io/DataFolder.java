package io.github.mnistebm.io;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder of the project's data: MNIST, the pretrained model, the classifier, and by default the models of the user. */
public final class DataFolder {

    /** The system property that names the folder. */
    public static final String PROPERTY = "mnistebm.data";

    /** The environment variable that names the folder of the user's own model. */
    public static final String MODEL_VARIABLE = "MNIST_EBM_MODEL";

    /** The name of the file of the evaluation's classifier, beside a model too. */
    public static final String CLASSIFIER = "classifier.safetensors";

    private DataFolder() {}

    /**
     * Returns the folder.
     *
     * @return the folder that the system property {@value #PROPERTY} names; without it {@code data}, or {@code ../data} when called
     *     from a folder beside it, as notebooks are
     */
    public static Path path() {
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            return Path.of(given);
        }
        Path here = Path.of("data");
        return Files.isDirectory(here) ? here : Path.of("..", "data");
    }

    /**
     * Returns where MNIST's four files are.
     *
     * @return a folder
     */
    public static Path mnist() {
        return path().resolve("mnist");
    }

    /**
     * Returns where Fashion-MNIST's four files are after {@code ./environment/run setup --with-fashion}.
     *
     * @return a folder
     */
    public static Path fashion() {
        return path().resolve("fashion-mnist");
    }

    /**
     * Returns where the model that comes with the project is.
     *
     * @return a folder
     */
    public static Path pretrained() {
        return path().resolve("pretrained");
    }

    /**
     * Returns where the bundled model is that was trained with {@code --preset seed}.
     *
     * @return a folder
     */
    public static Path pretrainedSeed() {
        return path().resolve("pretrained-seed");
    }

    /**
     * Returns the default folder of the user's own model.
     *
     * @return the folder that the environment variable {@value #MODEL_VARIABLE} names; without it {@code model} in {@link #path()}
     */
    public static Path model() {
        String given = System.getenv(MODEL_VARIABLE);
        return given == null || given.isEmpty() ? path().resolve("model") : Path.of(given);
    }

    /**
     * Returns where the classifier is that evaluations on MNIST use.
     *
     * @return a file
     */
    public static Path classifier() {
        return path().resolve(CLASSIFIER);
    }

    /**
     * Returns the table of what was tried.
     *
     * @return the file that {@code run bench quality} writes
     */
    public static Path quality() {
        return path().resolve("quality.csv");
    }

    /**
     * Returns the table of the objectives.
     *
     * @return the file that {@code run bench objectives} writes
     */
    public static Path objectives() {
        return path().resolve("objectives.csv");
    }

    /**
     * Returns the table of the conditions.
     *
     * @return the file that {@code run bench conditions} writes
     */
    public static Path conditions() {
        return path().resolve("conditions.csv");
    }

    /**
     * Returns the table of the samplers.
     *
     * @return the file that {@code run bench samplers} writes
     */
    public static Path samplers() {
        return path().resolve("samplers.csv");
    }

    /**
     * Returns the table of the speed at many sizes.
     *
     * @return the file that {@code run bench scale} writes
     */
    public static Path scale() {
        return path().resolve("scale.csv");
    }
}
