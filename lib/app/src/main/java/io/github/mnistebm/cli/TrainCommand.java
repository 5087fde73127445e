package io.github.mnistebm.cli;

import ai.djl.Device;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.autoencoder.DecoderArchitecture;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.energy.ContrastiveDivergenceTrainer;
import io.github.mnistebm.energy.NegativeSource;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.Checkpoint;
import io.github.mnistebm.model.Checkpoints;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import io.github.mnistebm.model.ModelFolder;
import io.github.mnistebm.model.ModelTraining;
import io.github.mnistebm.model.Preset;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.plot.Charts;
import io.github.mnistebm.plot.ImageGrid;
import io.github.mnistebm.plot.PngFile;
import io.github.mnistebm.training.TrainingDivergedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
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
    private static final String AUTO_LR = "--auto-lr";
    private static final String EBM_LR = "--ebm-lr";
    private static final Set<String> WITH_RESUME = Set.of(RESUME, "--device", "--mnist", AUTO_LR, EBM_LR);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--preset",
            paramLabel = "default|seed|quick",
            defaultValue = "default",
            description = {
                "The values that the options below replace. Default: ${DEFAULT-VALUE}.",
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
                "It keeps its options. Only --device, --mnist, and, for the epochs to come, --auto-lr and --ebm-lr",
                "can be given."
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
            names = {AUTO_LR, "--auto_lr"},
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
            names = {EBM_LR, "--ebm_lr"},
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
        ModelFolder.requireReplaceable(target);
        Device where = device.resolve();
        try (Checkpoints checkpoints = Checkpoints.of(target);
                DigitImages all = DigitImages.train(mnist.folder(), where);
                DigitImages train = all.first(config.trainImages());
                DigitImages test = DigitImages.test(mnist.folder(), where);
                ModelTraining training = training(config, train, test)) {
            checkpoints
                    .begin(config)
                    .ifPresent(earlier ->
                            System.out.println("checkpoints of a training that was not ended are now in " + earlier));
            return train(training, target, checkpoints);
        }
    }

    private ModelTraining training(TrainingConfig config, DigitImages train, DigitImages test) {
        try {
            return new ModelTraining(config, train, test);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private int goOn() throws IOException {
        ModelFolder.requireReplaceable(resume);
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
        try (Checkpoint checkpoint =
                checkpoints.latest(where, warning -> spec.commandLine().getErr().println("train: " + warning))) {
            requireRatesOnly(checkpoint.configuration());
            try (DigitImages all = DigitImages.train(mnist.folder(), where);
                    DigitImages train = all.first(checkpoint.configuration().trainImages());
                    DigitImages test = DigitImages.test(mnist.folder(), where);
                    ModelTraining training = ModelTraining.resume(checkpoint, rates(checkpoint), train, test)) {
                return train(training, resume, checkpoints);
            }
        }
    }

    /** Fails on an option that is decided when a training begins. */
    private void requireRatesOnly(TrainingConfig begun) {
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            String name = option.longestName();
            if (!WITH_RESUME.contains(name)) {
                String value = settings().stream()
                        .filter(setting -> setting.option.equals(name))
                        .findFirst()
                        .map(setting ->
                                ": " + setting.getter.apply(begun).toString().toLowerCase(Locale.ROOT))
                        .orElse("");
                throw new ParameterException(
                        spec.commandLine(),
                        name + ": cannot be given with " + RESUME + ", which goes on with what the training began with"
                                + value);
            }
        }
    }

    /** Returns the learning rates that were given. Each is checked at once, so that a message can name the option. */
    private Map<String, Double> rates(Checkpoint checkpoint) {
        Map<String, Double> rates = new LinkedHashMap<>();
        addRate(AUTO_LR, AutoencoderTrainer.PHASE, autoLr, checkpoint, rates);
        addRate(EBM_LR, ContrastiveDivergenceTrainer.PHASE, ebmLr, checkpoint, rates);
        return rates;
    }

    private void addRate(String option, String phase, Double rate, Checkpoint checkpoint, Map<String, Double> rates) {
        if (rate == null) {
            return;
        }
        try {
            checkpoint.configuration(Map.of(phase, rate));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
        }
        rates.put(phase, rate);
    }

    private int train(ModelTraining training, Path target, Checkpoints checkpoints) throws IOException {
        training.keepCheckpoints(checkpoints);
        boolean complete = false;
        String toGoOn = "./environment/run train " + RESUME + " " + target;
        boolean diverged = false;
        try (Progress progress = new Progress()) {
            complete = !training.trainAutoencoder(progress).interrupted()
                    && !training.trainEnergy(progress).interrupted();
        } catch (TrainingDivergedException e) {
            diverged = true;
            toGoOn += " " + smallerRate(e, training.config());
            spec.commandLine().getErr().println("train: " + Messages.of(e));
        }
        if (!training.isAutoencoderTrained()) {
            checkpoints.delete();
            System.out.println("stopped before the first epoch was complete: nothing to keep");
            return Main.FAILURE;
        }
        Interruption.shield();
        if (training.isEnergyTrained()) {
            // An incomplete model must not displace another one, and infer must not draw from a diverged one by
            // default.
            Path folder = complete || !diverged && !ModelFolder.isIn(target) ? target : checkpoints.interrupted();
            save(training, folder, complete);
            System.out.println((complete ? "model: " : "the last complete epoch: ") + folder);
        }
        if (complete) {
            checkpoints.delete();
            return 0;
        }
        System.out.println("to go on: " + toGoOn);
        return Main.FAILURE;
    }
    /** Returns the option to go on with: a tenth of the rate that diverged, and no more than the default one. */
    private static String smallerRate(TrainingDivergedException e, TrainingConfig used) {
        TrainingConfig sane = Preset.DEFAULT.builder().build();
        boolean first = e.history().table().name().equals(AutoencoderTrainer.PHASE);
        double rate = first
                ? Math.min(
                        used.autoencoder().learningRate() / 10,
                        sane.autoencoder().learningRate())
                : Math.min(used.energy().learningRate() / 10, sane.energy().learningRate());
        return String.format(Locale.ROOT, "%s %.1g", first ? AUTO_LR : EBM_LR, rate);
    }

    private void save(ModelTraining training, Path folder, boolean complete) throws IOException {
        try (DigitModel model = training.model()) {
            model.save(folder);
            try {
                charts(model, folder);
            } catch (LinkageError e) {
                // Java writes text with the FreeType of the system, which small systems lack.
                spec.commandLine()
                        .getErr()
                        .println("train: no charts, since Java cannot write text here (" + e.getMessage()
                                + "). Install FreeType, fontconfig and a font");
            }
            if (complete) {
                grid(model, folder, training.config().seed());
            }
        }
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

    /**
     * An option of the training's configuration.
     *
     * @param option the name of the option
     * @param value the value; null if it was not given
     * @param setter the setter of the builder
     * @param getter the getter of the configuration
     */
    private record Setting<T>(
            String option,
            T value,
            BiFunction<TrainingConfig.Builder, T, TrainingConfig.Builder> setter,
            Function<TrainingConfig, Object> getter) {

        void set(TrainingConfig.Builder builder) {
            setter.apply(builder, value);
            builder.build();
        }
    }

    private List<Setting<?>> settings() {
        return List.of(
                new Setting<>("--seed", seed, TrainingConfig.Builder::seed, TrainingConfig::seed),
                new Setting<>(
                        "--train-images",
                        trainImages,
                        TrainingConfig.Builder::trainImages,
                        TrainingConfig::trainImages),
                new Setting<>(
                        "--binarization",
                        binarization,
                        TrainingConfig.Builder::binarization,
                        TrainingConfig::binarization),
                new Setting<>(
                        "--auto-hidden-dim",
                        autoHiddenDim,
                        TrainingConfig.Builder::autoencoderHiddenUnits,
                        config -> config.autoencoder().hiddenUnits()),
                new Setting<>(
                        "--encoded-dim",
                        encodedDim,
                        TrainingConfig.Builder::latentDimension,
                        config -> config.autoencoder().latentDimension()),
                new Setting<>("--decoder", decoder, TrainingConfig.Builder::decoder, config -> config.autoencoder()
                        .decoder()),
                new Setting<>(
                        "--auto-num-epochs",
                        autoNumEpochs,
                        TrainingConfig.Builder::autoencoderEpochs,
                        config -> config.autoencoder().epochs()),
                new Setting<>(
                        "--auto-batch-size",
                        autoBatchSize,
                        TrainingConfig.Builder::autoencoderBatchSize,
                        config -> config.autoencoder().batchSize()),
                new Setting<>(
                        AUTO_LR, autoLr, TrainingConfig.Builder::autoencoderLearningRate, config -> config.autoencoder()
                                .learningRate()),
                new Setting<>(
                        "--latent-noise",
                        latentNoise,
                        TrainingConfig.Builder::latentNoise,
                        config -> config.autoencoder().latentNoise()),
                new Setting<>(
                        "--latent-penalty",
                        latentPenalty,
                        TrainingConfig.Builder::latentPenalty,
                        config -> config.autoencoder().latentPenalty()),
                new Setting<>(
                        "--reference-components",
                        referenceComponents,
                        TrainingConfig.Builder::referenceComponents,
                        TrainingConfig::referenceComponents),
                new Setting<>(
                        "--ebm-hidden-dim",
                        ebmHiddenDim,
                        TrainingConfig.Builder::energyHiddenUnits,
                        config -> config.energyHiddenUnits().get(0)),
                new Setting<>(
                        "--ebm-num-layers",
                        ebmNumLayers,
                        TrainingConfig.Builder::energyLayers,
                        config -> config.energyHiddenUnits().size()),
                new Setting<>(
                        "--ebm-num-epochs",
                        ebmNumEpochs,
                        TrainingConfig.Builder::energyEpochs,
                        config -> config.energy().epochs()),
                new Setting<>(
                        "--ebm-batch-size",
                        ebmBatchSize,
                        TrainingConfig.Builder::energyBatchSize,
                        config -> config.energy().batchSize()),
                new Setting<>(EBM_LR, ebmLr, TrainingConfig.Builder::energyLearningRate, config -> config.energy()
                        .learningRate()),
                new Setting<>("--negatives", negatives, TrainingConfig.Builder::negatives, config -> config.energy()
                        .negatives()),
                new Setting<>(
                        "--mcmc-samples-per-datapoint",
                        mcmcSamplesPerDatapoint,
                        TrainingConfig.Builder::samplesPerDatapoint,
                        config -> config.energy().samplesPerDatapoint()),
                new Setting<>(
                        "--importance-draws",
                        importanceDraws,
                        TrainingConfig.Builder::importanceDraws,
                        config -> config.energy().importanceDraws()),
                new Setting<>("--mcmc-steps", mcmcSteps, TrainingConfig.Builder::steps, config -> config.energy()
                        .steps()),
                new Setting<>(
                        "--energy-penalty",
                        energyPenalty,
                        TrainingConfig.Builder::energyPenalty,
                        config -> config.energy().energyPenalty()));
    }

    /** The preset with the options that were given; names the first that is out of range. */
    TrainingConfig config() {
        TrainingConfig.Builder builder = preset.builder();
        for (Setting<?> setting : settings()) {
            if (setting.value != null) {
                try {
                    setting.set(builder);
                } catch (IllegalArgumentException e) {
                    throw new ParameterException(spec.commandLine(), setting.option + ": " + e.getMessage(), e);
                }
            }
        }
        return builder.build();
    }
}
