package io.github.mnistebm.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.autoencoder.DecodedLogits;
import io.github.mnistebm.condition.Condition;
import io.github.mnistebm.condition.ConditionNetworks;
import io.github.mnistebm.condition.MeasuredCondition;
import io.github.mnistebm.condition.Subject;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.energy.EnergyTrainer;
import io.github.mnistebm.energy.TrainableEnergy;
import io.github.mnistebm.energy.objective.ContrastiveDivergence;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.Sampler;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.SamplingAlgorithm;
import io.github.mnistebm.sampling.StepSizeAdaptation;
import io.github.mnistebm.sampling.TransitionKernel;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import tech.tablesaw.api.Table;

/**
 * A trained model of handwritten digits: an autoencoder, the whitening of its latents, and an energy on whitened
 * latents. Owns native memory on one device: close it. Several threads may use it at once; none may after it is closed.
 */
public final class DigitModel implements AutoCloseable {

    private static final double FIRST_STEP_SIZE = 0.05;

    private final NDManager manager;
    private final LatentSpace latentSpace;
    private final TrainableEnergy network;
    private final TiltedEnergy energy;
    private final ModelCard card;
    private final Supplier<List<Table>> histories;
    /** The networks of conditions; null if there are none. */
    private volatile ConditionNetworks conditions;

    /** The reason why there are none. */
    private volatile String withoutConditions = "the model was trained without networks for digits and measures";

    DigitModel(
            NDManager manager,
            LatentSpace latentSpace,
            TrainableEnergy network,
            ReferenceMeasure reference,
            ModelCard card,
            Supplier<List<Table>> histories) {
        this.manager = manager;
        this.latentSpace = latentSpace;
        this.network = network;
        this.energy = new TiltedEnergy(network, reference);
        this.card = card;
        this.histories = histories;
    }

    /**
     * Loads a model.
     *
     * @param folder the folder that {@link #save} wrote
     * @param device the device of its arrays
     * @return the model
     * @throws IOException if a file is missing, damaged, or of another version; the message names it
     */
    public static DigitModel load(Path folder, Device device) throws IOException {
        return load(folder, () -> device);
    }

    /**
     * Loads a model. Reads the files before it calls for the device, so that the engine, which alone knows the devices, has time to
     * start.
     *
     * @param folder the folder that {@link #save} wrote
     * @param device the supplier of the device of its arrays; not called if a file is damaged
     * @return the model
     * @throws IOException if a file is missing, damaged, or of another version; the message names it
     */
    public static DigitModel load(Path folder, Supplier<Device> device) throws IOException {
        return ModelFolder.load(folder, device, Networks.BUILT_IN);
    }

    /**
     * Loads a model of other networks than the library's.
     *
     * @param folder the folder that {@link #save} wrote
     * @param device the device of its arrays
     * @param networks the networks that the model was trained with
     * @return the model
     * @throws IOException if a file is missing, damaged, or of another version, or the model is one of other networks; the message names
     *     the file or the network
     */
    public static DigitModel load(Path folder, Device device, Networks networks) throws IOException {
        return ModelFolder.load(folder, () -> device, networks);
    }

    /**
     * Saves the model and the histories of its training, so that a kill at any moment leaves the old model or the new one. A model that
     * was there before is kept, unless it is an earlier result of the same training. It moves to a folder beside this one, which adds
     * {@code .previous} to the name, and takes the place of the model that was kept there. If nothing can be moved out of the folder (a
     * mount point), it moves to {@code previous} inside. Other files in the folder stay as they are.
     *
     * @param folder the folder to write to
     * @throws IOException if it cannot be written; the model that was there before is then still there
     */
    public void save(Path folder) throws IOException {
        ModelFolder.save(this, folder);
    }

    /**
     * Returns what is known of the model's making.
     *
     * @return the card
     */
    public ModelCard card() {
        return card;
    }

    /**
     * Returns the tables of its training.
     *
     * @return one for each phase that there is a table of, named after it
     */
    public List<Table> histories() {
        return histories.get();
    }

    /**
     * Returns the manager that owns the model, as a parent for a caller's own.
     *
     * @return the manager, on the model's device
     */
    public NDManager manager() {
        return manager;
    }

    /**
     * Returns the energy on whitened latents.
     *
     * @return E(u) = f(u) − log q(u)
     */
    public TiltedEnergy energy() {
        return energy;
    }

    /**
     * Returns the reference measure q on whitened latents.
     *
     * @return q
     */
    public ReferenceMeasure reference() {
        return energy.reference();
    }

    /**
     * Encodes images into whitened latents.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]}
     * @return u, {@code [n, d]}, attached to the manager of the images
     */
    public NDArray encode(NDArray images) {
        return latentSpace.encode(images);
    }

    /**
     * Decodes whitened latents.
     *
     * @param latents u, {@code [n, d]}
     * @return each pixel's probability to be white, {@code [n, 784]}, attached to the manager of the latents
     */
    public NDArray decode(NDArray latents) {
        return latentSpace.decode(latents);
    }

    /**
     * Decodes whitened latents into their most probable images.
     *
     * @param latents u, {@code [n, d]}
     * @return white where the mean exceeds one half; unsigned bytes 0 and 1, {@code [n, 784]}, attached to the manager of the
     *     latents
     */
    public NDArray decodeBinary(NDArray latents) {
        return Binarization.ofMeans(decode(latents));
    }

    /**
     * Scores images by how unlike the training images they are: −log p(x, u), up to a constant, for an image x and its latent u.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]}
     * @return the scores
     */
    public AnomalyScores score(NDArray images) {
        try (NDArray errors = latentSpace.reconstructionError(images)) {
            return new AnomalyScores(energies(images), doubles(errors));
        }
    }

    /**
     * Computes the energies of images alone, without decoding their latents.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]}
     * @return E(u) of each image's latent u, nats
     */
    public double[] energies(NDArray images) {
        try (NDArray latents = encode(images);
                NDArray energies = energy.energy(latents)) {
            return doubles(energies);
        }
    }

    private static double[] doubles(NDArray floats) {
        try (NDArray converted = floats.toType(DataType.FLOAT64, true)) {
            return converted.toDoubleArray();
        }
    }

    /**
     * Returns the energy of the latents that meet a condition: f(u) − log p(condition | u) − log q(u).
     *
     * @param condition the condition
     * @return the energy of p(u | condition), whose tilt knows the condition; it uses this model
     * @throws IllegalStateException if the model lacks the networks that the condition takes; the message says how to add them
     * @throws IllegalArgumentException if the model has no such class, or the condition leaves nothing or everything
     */
    public TiltedEnergy given(Condition condition) {
        return new TiltedEnergy(energy.tilt().plus(energyOf(condition)), reference());
    }

    /** Returns −log p(condition | u). */
    EnergyFunction energyOf(Condition condition) {
        return condition.energy(subject());
    }

    /**
     * Returns a condition on the images of latents, which says of each whether it meets the condition.
     *
     * @param condition the condition
     * @return the condition on images; it uses this model
     * @throws IllegalStateException if the model lacks the networks that the condition takes; the message says how to add them
     * @throws IllegalArgumentException if the model has no such class
     */
    public MeasuredCondition measured(Condition condition) {
        return MeasuredCondition.of(condition, subject());
    }

    private Subject subject() {
        return new Subject() {
            @Override
            public int dimension() {
                return energy.dimension();
            }

            @Override
            public ConditionNetworks networks() {
                return requiredConditions();
            }

            @Override
            public DecodedLogits decode(NDArray latents) {
                return latentSpace.decodeWithGradient(latents);
            }
        };
    }

    /**
     * Returns the networks that conditions on digits and measures take.
     *
     * @return the networks; they stay this object's; empty for a model that was trained without them
     */
    public Optional<ConditionNetworks> conditions() {
        return Optional.ofNullable(conditions);
    }

    /**
     * Returns the networks that conditions on digits and measures take.
     *
     * @return the networks; they stay this object's
     * @throws IllegalStateException if the model has none; the message says how to add them
     */
    public ConditionNetworks requiredConditions() {
        return conditions()
                .orElseThrow(() -> new IllegalStateException("conditions: " + withoutConditions
                        + ". Add them to its folder: ./environment/run train --conditions-only DIR"));
    }

    /** Gives the model the networks of conditions, whose parameters its manager owns. */
    void addConditions(ConditionNetworks networks) {
        conditions = networks;
    }

    /** Notes the reason why the networks of conditions that are in the model's folder cannot be used. */
    void withoutConditions(String reason) {
        withoutConditions = reason;
    }

    /**
     * Draws samples of whitened latents by the Metropolis-adjusted Langevin algorithm, from chains that start at samples of
     * the reference measure. Where that is a mixture, every other step is a jump proposed from it.
     *
     * @param chains the number of chains; at least 1
     * @param config the length of the chains and their step size
     * @param seed the seed of the random numbers
     * @return the draws; close it
     * @throws IllegalArgumentException if {@code chains} is not positive
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public SampleRun sample(int chains, SamplerConfig config, int seed) {
        return sample(chains, config, RandomSource.of(seed));
    }

    /**
     * Like {@link #sample(int, SamplerConfig, int)}, with random numbers from a source.
     *
     * @param chains the number of chains; at least 1
     * @param config the length of the chains and their step size
     * @param random the source of randomness
     * @return the draws; close it
     * @throws IllegalArgumentException if {@code chains} is not positive
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public SampleRun sample(int chains, SamplerConfig config, RandomSource random) {
        return sample(chains, config, random, step -> {});
    }

    /**
     * Like {@link #sample(int, SamplerConfig, int)}, with random numbers from a source, and reports progress.
     *
     * @param chains the number of chains; at least 1
     * @param config the length of the chains and their step size
     * @param random the source of randomness
     * @param progress the consumer of the number of steps done, of burn-in and after it
     * @return the draws; close it
     * @throws IllegalArgumentException if {@code chains} is not positive
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public SampleRun sample(int chains, SamplerConfig config, RandomSource random, IntConsumer progress) {
        if (chains < 1) {
            throw new IllegalArgumentException("chains: must be at least 1, found " + chains);
        }
        try (NDArray start = reference().sample(manager, chains, random)) {
            return Sampler.of(kernel(), config).run(start, random, progress);
        }
    }

    /**
     * Returns the kernel that chains of this model move by.
     *
     * @return the Metropolis-adjusted Langevin algorithm; where the reference measure is a mixture, every other step is a jump
     *     proposed from it
     */
    public TransitionKernel kernel() {
        return kernel(1);
    }

    /**
     * Returns the kernel of the chains at a temperature, for the {@linkplain TiltedEnergy#tempered tempered energy}. Below 1 the
     * digits of each kind are more alike and cleaner, above 1 more various and stranger. Every digit remains at any temperature.
     *
     * @param temperature T; positive
     * @return the kernel, as that of {@link #kernel()}
     * @throws IllegalArgumentException if T is not positive and finite
     */
    public TransitionKernel kernel(double temperature) {
        return SamplingAlgorithm.MALA.kernelWithJumps(energy.tempered(temperature));
    }

    /**
     * Returns the step size of Langevin dynamics that chains of this model begin with.
     *
     * @return the step size of the last epoch of the training, {@linkplain SamplingAlgorithm#langevinStepSize converted} if the
     *     chains there were of another algorithm; {@value #FIRST_STEP_SIZE} if the card has none
     */
    public double stepSize() {
        double found = card.configuration()
                .energy()
                .sampler()
                .langevinStepSize(card.metric(EnergyTrainer.PHASE, ContrastiveDivergence.STEP_SIZE));
        return found > 0 && found <= StepSizeAdaptation.MAX_STEP_SIZE ? found : FIRST_STEP_SIZE;
    }

    /**
     * Returns the way from images to whitened latents and back; it stays this object's.
     *
     * @return the latent space
     */
    public LatentSpace latentSpace() {
        return latentSpace;
    }

    TrainableEnergy network() {
        return network;
    }

    @Override
    public void close() {
        manager.close();
    }
}
