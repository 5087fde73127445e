package io.github.mnistebm.cli.option;

import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.ModelCard;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The option {@code --data}, the same for every command. */
public final class DataOption {

    /** The name by which messages call the option. */
    public static final String NAME = "--data";

    /** The name that the option had when there was one data set, which is still understood. */
    public static final String EARLIER_NAME = "--mnist";

    @Option(
            names = NAME,
            paramLabel = "DIR",
            description = {
                "Folder of the images, 28 × 28 pixels, light on black: four IDX files with MNIST's names, gzipped or not;",
                "train/CLASS/*.png and test/CLASS/*.png; or CLASS/*.png, of which every sixth tests.",
                "Default: data/mnist; for a model of another set the folder of its name in data."
            })
    private Path folder;

    @Option(names = EARLIER_NAME, hidden = true)
    private void earlier(Path named) {
        folder = named;
    }

    /** Returns the folder for a command without a model. */
    public Path folder() {
        return folder == null ? DataFolder.mnist() : folder;
    }

    /** Returns the folder for a command with a model. */
    public Path folder(ModelCard card) {
        return folder == null ? card.dataFolder() : folder;
    }

    /** Returns the option as it must be given again, after a blank; nothing for the default folder. */
    public String given() {
        return folder == null || folder.equals(DataFolder.mnist()) ? "" : " " + NAME + " " + folder;
    }

    /** Fails, naming the option, if images are of another set than a model was trained on. */
    public static void requireTrainedOn(CommandSpec spec, ModelCard card, DigitImages images) {
        try {
            card.requireTrainedOn(images.dataSet());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }
}
