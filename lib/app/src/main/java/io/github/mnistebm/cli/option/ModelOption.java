package io.github.mnistebm.cli.option;

import ai.djl.Device;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.ModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option {@code --model}, the same for every command. */
public final class ModelOption {

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "The model's folder. Default: data/model if a model was trained there, else data/pretrained.")
    private Path folder;

    public Path folder() {
        if (folder != null) {
            return folder;
        }
        return ModelFolder.isIn(DataFolder.model()) ? DataFolder.model() : DataFolder.pretrained();
    }

    /** Loads the model and says which. */
    public DigitModel load(DeviceOption device) throws IOException {
        return DigitModel.load(folder(), () -> {
            Device where = device.resolve();
            System.out.println("model: " + folder());
            return where;
        });
    }
}
