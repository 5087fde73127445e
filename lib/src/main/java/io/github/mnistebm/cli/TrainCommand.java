package io.github.mnistebm.cli;

import ai.djl.Device;
import io.github.mnistebm.autoencoder.DecoderArchitecture;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DataFolder;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.energy.NegativeSource;
import io.github.mnistebm.model.Checkpoint;
import io.github.mnistebm.model.Checkpoints;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import io.github.mnistebm.model.ModelTraining;
import io.github.mnistebm.model.Preset;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.plot.Charts;
import io.github.mnistebm.plot.ImageGrid;
import io.github.mnistebm.plot.PngFile;
import io.github.mnistebm.training.TrainingDivergedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tech.tablesaw.api.Table;

/** Trains a model on MNIST and writes it with its charts and a grid of samples. */
@Command(
        name = "train",
        description = "Trains a model on MNIST. Ctrl-C keeps the last complete epoch.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TrainCommand implements Callable<Integer> {

    private static final int SAMPLES = 100;
    private static final String RESUME = "--resume";
    private static final Set<String> WITH_RESUME = Set.of(RESUME, "--device", "--mnist");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--preset",
            paramLabel = "default|seed|quick",
            defaultValue = "default",
            description = {
                "What the options below start from. Default: ${DEFAULT-VALUE}.",
                "default: the best model that trains in a few minutes on two cores;",
                "seed: the sizes of the seed project, 4 latents and 8 hidden units in the energy network;",
                "quick: a tenth of the images and seconds of training."
            })
    private Preset preset;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of all random numbers.")
    private Integer seed;

    @Mixin
    private DeviceOption device;

    @Mixin
    private MnistOption mnist;

    @Option(names = "--out", paramLabel = "DIR", description = "The model's folder. Default: data/model.")
    private Path out;

    @Option(
            names = RESUME,
            paramLabel = "DIR",
            description = {
                "Go on with a training that was stopped: DIR is the folder that its model was to go to.",
                "It has its options already, so that only --device and --mnist can be given."
            })
    private Path resume;

    @Option(
            names = {"--train-images", "--train_images"},
            paramLabel = "N",
            description = "How many of the 60,000 training images to use, from the first on.")
    private Integer trainImages;

    @Option(
            names = "--binarization",
            paramLabel = "threshold|stochastic",
            description = "White above grey value 127, or white with probability grey/255, drawn anew each epoch.")
    private Binarization binarization;

    @Option(
            names = {"--auto-hidden-dim", "--auto_hidden_dim"},
            paramLabel = "N",
            description =
                    "Autoencoder: width of the encoder's hidden layer, and of the decoder's if that is a perceptron.")
    private Integer autoHiddenDim;

    @Option(
            names = {"--encoded-dim", "--encoded_dim"},
            paramLabel = "N",
            description = "Autoencoder: dimension of the latents.")
    private Integer encodedDim;

    @Option(
            names = "--decoder",
            paramLabel = "perceptron|convolutional",
            description = "Autoencoder: how latents become images.")
    private DecoderArchitecture decoder;

    @Option(
            names = {"--auto-num-epochs", "--auto_num_epochs"},
            paramLabel = "N",
            description = "Autoencoder: passes over the data.")
    private Integer autoNumEpochs;

    @Option(
            names = {"--auto-batch-size", "--auto_batch_size"},
            paramLabel = "N",
            description = "Autoencoder: images an update.")
    private Integer autoBatchSize;

    @Option(
            names = {"--auto-lr", "--auto_lr"},
            paramLabel = "X",
            description = "Autoencoder: Adam's first learning rate.")
    private Double autoLr;

    @Option(
            names = {"--latent-noise", "--latent_noise"},
            paramLabel = "X",
            description = "Autoencoder: standard deviation of the noise on latents during training.")
    private Double latentNoise;

    @Option(
            names = {"--latent-penalty", "--latent_penalty"},
            paramLabel = "X",
            description = "Autoencoder: weight of the penalty on the square of latents, nats.")
    private Double latentPenalty;

    @Option(
            names = {"--reference-components", "--reference_components"},
            paramLabel = "N",
            description =
                    "Energy: components of the Gaussian mixture that is the reference measure; 0 for the standard normal.")
    private Integer referenceComponents;

    @Option(
            names = {"--ebm-hidden-dim", "--ebm_hidden_dim"},
            paramLabel = "N",
            description = "Energy network: width of the hidden layers.")
    private Integer ebmHiddenDim;

    @Option(
            names = {"--ebm-num-layers", "--ebm_num_layers"},
            paramLabel = "N",
            description = "Energy network: number of hidden layers.")
    private Integer ebmNumLayers;

    @Option(
            names = {"--ebm-num-epochs", "--ebm_num_epochs"},
            paramLabel = "N",
            description = "Energy network: passes over the data.")
    private Integer ebmNumEpochs;

    @Option(
            names = {"--ebm-batch-size", "--ebm_batch_size"},
            paramLabel = "N",
            description = "Energy network: data points an update.")
    private Integer ebmBatchSize;

    @Option(
            names = {"--ebm-lr", "--ebm_lr"},
            paramLabel = "X",
            description = "Energy network: Adam's first learning rate.")
    private Double ebmLr;

    @Option(
            names = "--negatives",
            paramLabel = "persistent|data|noise",
            description = "Where the chains of the negatives start: where they were left, at the data, or at noise.")
    private NegativeSource negatives;

    @Option(
            names = {"--mcmc-samples-per-datapoint", "--mcmc_samples_per_datapoint"},
            paramLabel = "N",
            description = "Chains for each data point of an update.")
    private Integer mcmcSamplesPerDatapoint;

    @Option(
            names = {"--importance-draws", "--importance_draws"},
            paramLabel = "N",
            description = {
                "Draws of the reference measure for each data point of an update,",
                "weighted by importance, that share the work of the chains; 0 for chains alone."
            })
    private Integer importanceDraws;

    @Option(
            names = {"--mcmc-steps", "--mcmc_steps"},
            paramLabel = "N",
            description = "MALA steps an update.")
    private Integer mcmcSteps;

    @Option(
            names = {"--energy-penalty", "--energy_penalty"},
            paramLabel = "X",
            description = "Energy network: weight of the penalty on the square of its values.")
    private Double energyPenalty;

    @Override
    public Integer call() throws IOException {
        return resume == null ? begin() : goOn();
    }

    private int begin() throws IOException {
        TrainingConfig config = config();
        Path target = out == null ? DataFolder.model() : out;
        DigitModel.requireReplaceable(target);
        Device where = device.resolve();
        try (Checkpoints checkpoints = Checkpoints.of(target);
                DigitImages all = DigitImages.train(mnist.folder(), where);
                DigitImages train = all.first(config.trainImages());
                DigitImages test = DigitImages.test(mnist.folder(), where);
                ModelTraining training = new ModelTraining(config, train, test)) {
            checkpoints
                    .begin(config)
                    .ifPresent(earlier ->
                            System.out.println("checkpoints of a training that was not ended are now in " + earlier));
            return train(training, target, checkpoints);
        }
    }

    private int goOn() throws IOException {
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            if (!WITH_RESUME.contains(option.longestName())) {
                throw new ParameterException(
                        spec.commandLine(),
                        option.longestName() + ": cannot be given with " + RESUME
                                + ", which goes on with the options that the training began with");
            }
        }
        DigitModel.requireReplaceable(resume);
        try (Checkpoints checkpoints = Checkpoints.of(resume)) {
            if (checkpoints.isEnded()) {
                checkpoints.delete();
                System.out.println("model: " + resume + " (its training has ended: there is nothing to go on with)");
                return 0;
            }
            return goOn(checkpoints);
        }
    }

    private int goOn(Checkpoints checkpoints) throws IOException {
        Device where = device.resolve();
        try (Checkpoint checkpoint = checkpoints.latest(
                        where, warning -> spec.commandLine().getErr().println("train: " + warning));
                DigitImages all = DigitImages.train(mnist.folder(), where);
                DigitImages train = all.first(checkpoint.configuration().trainImages());
                DigitImages test = DigitImages.test(mnist.folder(), where);
                ModelTraining training = ModelTraining.resume(checkpoint, train, test)) {
            return train(training, resume, checkpoints);
        }
    }

    private int train(ModelTraining training, Path target, Checkpoints checkpoints) throws IOException {
        training.keepCheckpoints(checkpoints);
        boolean complete = false;
        boolean diverged = false;
        try (Progress progress = new Progress()) {
            complete = !training.trainAutoencoder(progress).interrupted()
                    && !training.trainEnergy(progress).interrupted();
        } catch (TrainingDivergedException e) {
            diverged = true;
            spec.commandLine().getErr().println("train: " + Messages.of(e));
        }
        if (!training.isAutoencoderTrained()) {
            checkpoints.delete();
            System.out.println("stopped before the first epoch was complete: nothing to keep");
            return 1;
        }
        Interruption.shield();
        // What was not trained to its end does not displace a model that was.
        Path folder = complete || !DigitModel.isIn(target) ? target : checkpoints.interrupted();
        try (DigitModel model = training.model()) {
            model.save(folder);
            charts(model, folder);
            if (complete) {
                grid(model, folder, training.config().seed());
            }
        }
        if (complete || diverged) {
            checkpoints.delete();
        } else {
            System.out.println("to go on: ./environment/run train " + RESUME + " " + target);
        }
        System.out.println((complete ? "model: " : "the last complete epoch: ") + folder);
        return complete ? 0 : 1;
    }

    private static void charts(DigitModel model, Path folder) throws IOException {
        for (Table history : model.histories()) {
            PngFile.write(
                    folder.resolve(history.name() + ".png"),
                    Charts.ofTraining(history).createBufferedImage(900, 500));
        }
    }

    private static void grid(DigitModel model, Path folder, int seed) throws IOException {
        try (DigitSampler.Drawing drawing = DigitSampler.of(model).draw(SAMPLES, seed)) {
            PngFile.write(folder.resolve("samples.png"), ImageGrid.of(drawing.images()));
        }
    }

    /** Reads options that another command was given in quotes; a message names that command's own option. */
    static TrainingConfig configuration(CommandSpec spec, String option, String options) {
        TrainCommand train = new TrainCommand();
        try {
            new CommandLine(train)
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .parseArgs(options.strip().split("\\s+"));
            return train.config();
        } catch (ParameterException e) {
            throw new ParameterException(spec.commandLine(), option + " \"" + options + "\": " + e.getMessage(), e);
        }
    }

    /** The preset with the options that were given; names the first that is out of range. */
    TrainingConfig config() {
        TrainingConfig.Builder builder = preset.builder();
        set("--seed", seed, builder::seed, builder);
        set("--train-images", trainImages, builder::trainImages, builder);
        set("--binarization", binarization, builder::binarization, builder);
        set("--auto-hidden-dim", autoHiddenDim, builder::autoencoderHiddenUnits, builder);
        set("--encoded-dim", encodedDim, builder::latentDimension, builder);
        set("--decoder", decoder, builder::decoder, builder);
        set("--auto-num-epochs", autoNumEpochs, builder::autoencoderEpochs, builder);
        set("--auto-batch-size", autoBatchSize, builder::autoencoderBatchSize, builder);
        set("--auto-lr", autoLr, builder::autoencoderLearningRate, builder);
        set("--latent-noise", latentNoise, builder::latentNoise, builder);
        set("--latent-penalty", latentPenalty, builder::latentPenalty, builder);
        set("--reference-components", referenceComponents, builder::referenceComponents, builder);
        set("--ebm-hidden-dim", ebmHiddenDim, builder::energyHiddenUnits, builder);
        set("--ebm-num-layers", ebmNumLayers, builder::energyLayers, builder);
        set("--ebm-num-epochs", ebmNumEpochs, builder::energyEpochs, builder);
        set("--ebm-batch-size", ebmBatchSize, builder::energyBatchSize, builder);
        set("--ebm-lr", ebmLr, builder::energyLearningRate, builder);
        set("--negatives", negatives, builder::negatives, builder);
        set("--mcmc-samples-per-datapoint", mcmcSamplesPerDatapoint, builder::samplesPerDatapoint, builder);
        set("--importance-draws", importanceDraws, builder::importanceDraws, builder);
        set("--mcmc-steps", mcmcSteps, builder::steps, builder);
        set("--energy-penalty", energyPenalty, builder::energyPenalty, builder);
        return builder.build();
    }

    /** Sets an option that was given, and checks it at once, so that a message can name the option. */
    private <T> void set(
            String option, T value, Function<T, TrainingConfig.Builder> setter, TrainingConfig.Builder builder) {
        if (value == null) {
            return;
        }
        setter.apply(value);
        try {
            builder.build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
        }
    }
}
