package io.github.mnistebm.tensor;

import ai.djl.Device;

/** The user's choice of where the work is done; {@code AUTO} takes a GPU when the engine sees one. */
public enum ComputeDevice {
    /** A GPU when the engine sees one, else the CPU. */
    AUTO,
    /** The CPU, also on a machine with a GPU. */
    CPU,
    /** The first GPU; an error on a machine without one. */
    GPU;

    /**
     * Resolves the choice on this machine; starts the engine if it is not running yet.
     *
     * @return the device
     * @throws IllegalArgumentException if a GPU is asked for and the engine sees none
     * @throws ai.djl.engine.EngineException if the engine cannot be started
     */
    public Device resolve() {
        int gpus = PyTorch.start().getGpuCount();
        if (this == GPU && gpus == 0) {
            throw new IllegalArgumentException(
                    "device gpu: the PyTorch engine sees no GPU on this machine. Use --device cpu, or see \"GPU\" in lib/app/README.md");
        }
        return this != CPU && gpus > 0 ? Device.gpu() : Device.cpu();
    }

    /**
     * Describes the resolved device in one line, for a log.
     *
     * @return such as {@code CPU (the engine sees no GPU)}
     */
    public String describe() {
        Device device = resolve();
        if (device.isGpu()) {
            return "GPU " + device.getDeviceId();
        }
        return this == CPU ? "CPU" : "CPU (the engine sees no GPU)";
    }
}
