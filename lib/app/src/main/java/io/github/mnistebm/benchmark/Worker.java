package io.github.mnistebm.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.autoencoder.Autoencoder;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.autoencoder.DecoderArchitecture;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.ExpectationMaximization;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.energy.EnergyNetwork;
import io.github.mnistebm.energy.EnergyTrainer;
import io.github.mnistebm.energy.objective.NegativeSource;
import io.github.mnistebm.model.ModelTraining;
import io.github.mnistebm.model.Preset;
import io.github.mnistebm.model.Setting;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.sampling.HamiltonianMonteCarlo;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.Sampler;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.SamplingAlgorithm;
import io.github.mnistebm.sampling.TransitionKernel;
import io.github.mnistebm.tensor.MatrixProducts;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import org.ejml.dense.row.CommonOps_DDRM;

/** Does one {@link Work} again and again, on demand, and prints how long it takes. */
public final class Worker {

    private static final double STEP_SIZE = 0.05;

    private Worker() {}

    /**
     * Sets the work up, and prints {@code ready}; then, for each line of the input, does it and prints the seconds.
     *
     * @param work the work, in JSON
     * @param in the input, a line for each time that the work is done
     * @param out the output, for the seconds
     * @throws IOException if MNIST cannot be read
     */
    public static void serve(String work, InputStream in, PrintStream out) throws IOException {
        Work parsed = Work.of(work);
        try (NDManager manager = NDManager.newBaseManager(parsed.where())) {
            Runnable run = prepare(parsed, manager, RandomSource.of(1));
            out.println("ready");
            out.flush();
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            while (lines.readLine() != null) {
                long start = System.nanoTime();
                run.run();
                out.println((System.nanoTime() - start) / 1e9);
                out.flush();
            }
        }
    }

    private static Runnable prepare(Work work, NDManager manager, RandomSource random) throws IOException {
        return switch (work.kind()) {
            case "mala", "ula", "hmc" -> sampler(work, manager, random);
            case "autoencoder" -> autoencoder(work, manager, random);
            case "divergence" -> divergence(work, manager, random);
            case "mixture" -> mixture(work, manager, random);
            case "training" -> () -> training(work);
            case "matmul" -> matmul(manager, random);
            case "copy" -> copy(manager);
            default -> throw new IllegalArgumentException("work: unknown kind " + work.kind());
        };
    }

    private static TiltedEnergy energy(Work work, NDManager manager, RandomSource random) {
        EnergyNetwork network = EnergyNetwork.create(manager, work.dimension(), work.hidden(), random);
        // Another output than zero; it matters to the acceptance, not to the time.
        network.parameters()
                .addi(random.normal(manager, network.parameters().getShape()).mul(0.05));
        return new TiltedEnergy(
                network,
                work.components() == 0
                        ? new StandardNormal(work.dimension())
                        : mixture(manager, work.dimension(), work.components(), random));
    }

    /** Components of equal weight and unit covariance. */
    private static GaussianMixture mixture(NDManager manager, int dimension, int components, RandomSource random) {
        double[] weights = new double[components];
        Arrays.fill(weights, 1.0 / components);
        double[][] means = new double[components][dimension];
        double[][] covariances = new double[components][];
        SplittableRandom numbers = random.forLoops();
        for (int k = 0; k < components; k++) {
            Arrays.setAll(means[k], i -> numbers.nextGaussian());
            covariances[k] = CommonOps_DDRM.identity(dimension).data;
        }
        return GaussianMixture.of(manager, weights, means, covariances);
    }

    private static Runnable mixture(Work work, NDManager manager, RandomSource random) {
        GaussianMixture truth = mixture(manager, work.dimension(), work.components(), random);
        GaussianMixture start = mixture(manager, work.dimension(), work.components(), random);
        NDArray data = truth.sample(manager, work.images(), random);
        return () -> ExpectationMaximization.refine(manager, start, () -> data, work.steps(), share -> {})
                .close();
    }

    private static Runnable sampler(Work work, NDManager manager, RandomSource random) {
        SamplerConfig config = SamplerConfig.builder()
                .burnIn(0)
                .steps(work.steps())
                .stepSize(STEP_SIZE)
                .build();
        Sampler sampler = Sampler.of(kernel(work.kind(), energy(work, manager, random)), config);
        NDArray start = random.normal(manager, new Shape(work.chains(), work.dimension()));
        return () -> {
            try (SampleRun run = sampler.run(start, random)) {
                // A GPU may still be at work until a value is asked for.
                run.last().getFloat(0, 0);
            }
        };
    }

    private static TransitionKernel kernel(String kind, TiltedEnergy energy) {
        return kind.equals("hmc")
                ? new HamiltonianMonteCarlo(energy, Work.LEAPFROG_STEPS)
                : SamplingAlgorithm.valueOf(kind.toUpperCase(Locale.ROOT)).kernel(energy);
    }

    /** The default preset, or the networks of the seed project with the library's other defaults. */
    private static TrainingConfig.Builder preset(Work work) {
        if (work.isOfDefaultPreset()) {
            return Preset.DEFAULT.builder().set(Setting.TRAIN_IMAGES, work.images());
        }
        return Preset.SEED
                .builder()
                .set(Setting.DECODER, DecoderArchitecture.PERCEPTRON)
                .set(Setting.REFERENCE_COMPONENTS, 0)
                .set(Setting.IMPORTANCE_DRAWS, 0)
                .set(Setting.TRAIN_IMAGES, work.images());
    }

    private static Runnable autoencoder(Work work, NDManager manager, RandomSource random) throws IOException {
        TrainingConfig config = preset(work)
                .set(Setting.AUTOENCODER_BATCH_SIZE, work.batchSize())
                .set(Setting.AUTOENCODER_EPOCHS, 1)
                .build();
        DigitImages train =
                DigitImages.train(Path.of(work.mnist()), work.where()).first(work.images());
        DigitImages test = DigitImages.test(Path.of(work.mnist()), work.where()).first(1000);
        Autoencoder autoencoder = Autoencoder.create(manager, config.autoencoder(), random);
        AutoencoderTrainer trainer = new AutoencoderTrainer(config.autoencoder());
        return () -> requireWhole(
                trainer.train(autoencoder, train, test, Binarization.THRESHOLD, random, TrainingListener.NONE));
    }

    private static Runnable divergence(Work work, NDManager manager, RandomSource random) {
        TrainingConfig config = preset(work)
                .set(Setting.ENERGY_BATCH_SIZE, work.batchSize())
                .set(Setting.SAMPLES_PER_DATAPOINT, work.negatives())
                .set(Setting.NEGATIVES, work.persistent() ? NegativeSource.PERSISTENT : NegativeSource.DATA)
                .set(Setting.IMPORTANCE_DRAWS, work.draws())
                .set(Setting.ENERGY_EPOCHS, 1)
                .build();
        TiltedEnergy energy = energy(work, manager, random);
        NDArray latents = energy.reference().sample(manager, work.images(), random);
        EnergyTrainer trainer = new EnergyTrainer(config.energy());
        return () -> requireWhole(trainer.train(
                (EnergyNetwork) energy.tilt(), energy.reference(), latents, random, TrainingListener.NONE));
    }

    /** Fails after an interruption, since the time of a shorter training would be false. */
    private static void requireWhole(TrainingHistory history) {
        if (history.interrupted()) {
            throw new CancellationException("the training was interrupted");
        }
    }

    private static void training(Work work) {
        TrainingConfig config = preset(work)
                .set(Setting.AUTOENCODER_EPOCHS, work.epochs())
                .set(Setting.PRETRAINING_EPOCHS, work.pretrainingEpochs())
                .set(Setting.ENERGY_EPOCHS, work.energyEpochs())
                .set(Setting.SAMPLES_PER_DATAPOINT, work.negatives())
                .build();
        Path mnist = Path.of(work.mnist());
        try (DigitImages train = DigitImages.train(mnist, work.where());
                DigitImages test = DigitImages.test(mnist, work.where());
                ModelTraining training = new ModelTraining(config, train, test)) {
            training.train(TrainingListener.NONE).close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Runnable copy(NDManager manager) {
        NDArray from = manager.ones(new Shape(Work.COPIED));
        NDArray to = manager.zeros(new Shape(Work.COPIED));
        return () -> Tensors.copy(from, to);
    }

    private static Runnable matmul(NDManager manager, RandomSource random) {
        Shape shape = new Shape(Work.MATRIX, Work.MATRIX);
        NDArray a = random.normal(manager, shape);
        NDArray b = random.normal(manager, shape);
        return () -> {
            Scope.run(() -> {
                MatrixProducts.product(a, b);
            });
        };
    }
}
