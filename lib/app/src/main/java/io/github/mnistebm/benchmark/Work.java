package io.github.mnistebm.benchmark;

import ai.djl.Device;
import io.github.mnistebm.io.Json;
import io.github.mnistebm.model.Setting;
import java.util.List;

/**
 * A piece of work, the same for this library and for the peers in {@code environment/bench/peer.py}, which take it in JSON.
 *
 * @param kind the kind of work: {@code mala}, {@code ula}, {@code hmc}, {@code autoencoder}, {@code divergence}, {@code mixture}, {@code training},
 *     {@code matmul} or {@code copy}
 * @param dimension d
 * @param hidden the width of each hidden layer
 * @param chains chains of a sampler
 * @param steps steps of a sampler, or iterations of expectation maximization
 * @param images training images, or latents
 * @param batchSize the batch size of a training
 * @param negatives chains for each data point
 * @param persistent whether the chains go on from update to update, or start at the data
 * @param epochs the number of epochs of the autoencoder, in a training as a whole
 * @param mnist the folder of MNIST's files
 * @param components components of the mixture that is the reference measure; 0 for the standard normal distribution, and for the networks of
 *     the seed project
 * @param draws weighted draws of the mixture for each data point
 * @param pretrainingEpochs the number of epochs of noise-contrastive estimation, in a training as a whole
 * @param energyEpochs the number of epochs of contrastive divergence after them
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
        int components,
        int draws,
        int pretrainingEpochs,
        int energyEpochs,
        String device) {

    /** The rows and columns of two matrices whose product shows the speed of the machine. */
    static final int MATRIX = 2048;

    /** The numbers of an array whose copy shows the speed of memory, too many for any cache. */
    static final int COPIED = 1 << 26;

    /** The mean number of leapfrog steps of a path of Hamiltonian Monte Carlo. */
    static final int LEAPFROG_STEPS = 10;

    /** The sizes of the default preset. */
    private static final int DEFAULT_DIMENSION = Setting.LATENT_DIMENSION.value();

    private static final List<Integer> DEFAULT_HIDDEN = List.of(256, 256);
    private static final int DEFAULT_COMPONENTS = Setting.REFERENCE_COMPONENTS.value();
    private static final int DEFAULT_BATCH = Setting.ENERGY_BATCH_SIZE.value();
    private static final int DEFAULT_DRAWS = Setting.IMPORTANCE_DRAWS.value();

    static Work sampler(String kind, int chains, int dimension, List<Integer> hidden, int steps) {
        return new Work(kind, dimension, hidden, chains, steps, 0, 0, 0, false, 0, null, 0, 0, 0, 0, null);
    }

    /** MALA on the default preset's energy, in other dimensions and with other mixtures. */
    static Work scaled(int chains, int dimension, int components, int steps) {
        return new Work(
                "mala", dimension, DEFAULT_HIDDEN, chains, steps, 0, 0, 0, false, 0, null, components, 0, 0, 0, null);
    }

    static Work autoencoder(int batchSize, int images, String mnist) {
        return new Work("autoencoder", 4, List.of(1024), 0, 0, images, batchSize, 0, false, 0, mnist, 0, 0, 0, 0, null);
    }

    /** An epoch of the default preset's autoencoder. */
    static Work defaultAutoencoder(int images, String mnist) {
        return new Work(
                "autoencoder",
                DEFAULT_DIMENSION,
                List.of(512),
                0,
                0,
                images,
                128,
                0,
                false,
                0,
                mnist,
                DEFAULT_COMPONENTS,
                0,
                0,
                0,
                null);
    }

    static Work divergence(int dimension, int hidden, int batchSize, int negatives, boolean persistent, int updates) {
        return divergence(dimension, List.of(hidden), batchSize, negatives, persistent, batchSize * updates, 0, 0);
    }

    /** An epoch of the default preset's energy. */
    static Work defaultDivergence(int latents) {
        return divergence(
                DEFAULT_DIMENSION, DEFAULT_HIDDEN, DEFAULT_BATCH, 1, true, latents, DEFAULT_COMPONENTS, DEFAULT_DRAWS);
    }

    private static Work divergence(
            int dimension,
            List<Integer> hidden,
            int batchSize,
            int negatives,
            boolean persistent,
            int latents,
            int components,
            int draws) {
        return new Work(
                "divergence",
                dimension,
                hidden,
                0,
                0,
                latents,
                batchSize,
                negatives,
                persistent,
                0,
                null,
                components,
                draws,
                0,
                0,
                null);
    }

    /** Iterations of expectation maximization that see all data. */
    static Work mixture(int dimension, int components, int data, int iterations) {
        return new Work(
                "mixture", dimension, List.of(), 0, iterations, data, 0, 0, false, 0, null, components, 0, 0, 0, null);
    }

    static Work training(int epochs, String mnist) {
        return new Work("training", 4, List.of(8), 0, 0, 60_000, 1024, 8, true, epochs, mnist, 0, 0, 0, 3, null);
    }

    /** The default preset's training. */
    static Work defaultTraining(String mnist) {
        return new Work(
                "training",
                DEFAULT_DIMENSION,
                DEFAULT_HIDDEN,
                0,
                0,
                60_000,
                DEFAULT_BATCH,
                1,
                true,
                Setting.AUTOENCODER_EPOCHS.value(),
                mnist,
                DEFAULT_COMPONENTS,
                DEFAULT_DRAWS,
                Setting.PRETRAINING_EPOCHS.value(),
                Setting.ENERGY_EPOCHS.value(),
                null);
    }

    static Work copy() {
        return new Work("copy", 0, List.of(), 0, 0, 0, 0, 0, false, 0, null, 0, 0, 0, 0, null);
    }

    static Work matmul() {
        return new Work("matmul", MATRIX, List.of(), 0, 0, 0, 0, 0, false, 0, null, 0, 0, 0, 0, null);
    }

    /**
     * Returns the number of multiplications for energy and gradient of a state: each weight once forward and once backward, and each precision of the
     * mixture in the energy and in the gradient.
     */
    double multiplications() {
        double weights = 0;
        int inputs = dimension;
        for (int units : hidden) {
            weights += (double) inputs * units;
            inputs = units;
        }
        return 2 * weights + 2.0 * components * dimension * dimension;
    }

    /** Returns whether the work is repeated after a warm-up. A training as a whole takes minutes and is measured once. */
    boolean isRepeated() {
        return !kind.equals("training");
    }

    /** Returns whether the networks are those of the default preset, and not of the seed project. */
    boolean isOfDefaultPreset() {
        return components > 0;
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
