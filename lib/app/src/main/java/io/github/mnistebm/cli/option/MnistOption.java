package io.github.mnistebm.cli.option;

import io.github.mnistebm.io.DataFolder;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option {@code --mnist}, the same for every command. */
public final class MnistOption {

    @Option(
            names = "--mnist",
            paramLabel = "DIR",
            description = "Folder of MNIST's four IDX files. Default: data/mnist.")
    private Path folder;

    public Path folder() {
        return folder == null ? DataFolder.mnist() : folder;
    }
}
