package io.github.mnistebm.benchmark;

import ai.djl.Device;
import io.github.mnistebm.io.Json;
import java.util.List;

/**
 * A piece of work, the same for this library and for the peers in {@code environment/bench/peer.py}, which take it in JSON.
 *
 * @param kind the kind of work: {@code mala}, {@code ula}, {@code autoencoder}, {@code divergence}, {@code training} or {@code matmul}
 * @param dimension d
 * @param hidden the width of each hidden layer
 * @param chains chains of a sampler
 * @param steps steps of a sampler
 * @param images training images, or latents
 * @param batchSize the batch size of a training
 * @param negatives chains for each data point
 * @param persistent whether the chains go on from update to update, or start at the data
 * @param epochs the number of epochs of the autoencoder, in a training as a whole
 * @param mnist the folder of MNIST's files
 * @param device {@code gpu}; otherwise, or if absent, the CPU
 */
record Work(
        String kind,
        int dimension,
        List<Integer> hidden,
        int chains,
        int steps,
        int images,
        int batchSize,
        int negatives,
        boolean persistent,
        int epochs,
        String mnist,
        String device) {

    /** The rows and columns of two matrices whose product shows the speed of the machine. */
    static final int MATRIX = 2048;

    static Work sampler(String kind, int chains, int dimension, List<Integer> hidden, int steps) {
        return new Work(kind, dimension, hidden, chains, steps, 0, 0, 0, false, 0, null, null);
    }

    static Work autoencoder(int batchSize, int images, String mnist) {
        return new Work("autoencoder", 4, List.of(1024), 0, 0, images, batchSize, 0, false, 0, mnist, null);
    }

    static Work divergence(int dimension, int hidden, int batchSize, int negatives, boolean persistent, int updates) {
        return new Work(
                "divergence",
                dimension,
                List.of(hidden),
                0,
                0,
                batchSize * updates,
                batchSize,
                negatives,
                persistent,
                0,
                null,
                null);
    }

    static Work training(int epochs, String mnist) {
        return new Work("training", 4, List.of(8), 0, 0, 60_000, 64, 8, true, epochs, mnist, null);
    }

    static Work matmul() {
        return new Work("matmul", MATRIX, List.of(), 0, 0, 0, 0, 0, false, 0, null, null);
    }

    /** Returns whether the work is repeated after a warm-up. A training as a whole takes minutes and is measured once. */
    boolean isRepeated() {
        return !kind.equals("training");
    }

    /** Returns the device to work on. */
    Device where() {
        return "gpu".equals(device) ? Device.gpu() : Device.cpu();
    }

    static Work of(String json) {
        return Json.COMPACT.fromJson(json, Work.class);
    }

    String toJson() {
        return Json.COMPACT.toJson(this);
    }
}
