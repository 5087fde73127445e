package io.github.mnistebm.cli.option;

import ai.djl.Device;
import io.github.mnistebm.tensor.ComputeDevice;
import picocli.CommandLine.Option;

/** The option {@code --device}, the same for every command. */
public final class DeviceOption {

    @Option(
            names = "--device",
            paramLabel = "auto|cpu|gpu",
            defaultValue = "auto",
            description = "Where to compute; auto takes a GPU when there is one. Default: ${DEFAULT-VALUE}.")
    private ComputeDevice device;

    /** Resolves the device and says in a line which it is. */
    public Device resolve() {
        Device resolved = device.resolve();
        System.out.println("device: " + device.describe());
        return resolved;
    }
}
