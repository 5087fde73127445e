package io.github.mnistebm.cli;

import ai.djl.Device;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.cli.option.DataOption;
import io.github.mnistebm.cli.option.DeviceOption;
import io.github.mnistebm.cli.option.TrainingOptions;
import io.github.mnistebm.cli.terminal.Interruption;
import io.github.mnistebm.cli.terminal.Messages;
import io.github.mnistebm.cli.terminal.Progress;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.energy.EnergyTrainer;
import io.github.mnistebm.io.ClockTime;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.Checkpoint;
import io.github.mnistebm.model.Checkpoints;
import io.github.mnistebm.model.ConditionTraining;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import io.github.mnistebm.model.ModelCard;
import io.github.mnistebm.model.ModelFolder;
import io.github.mnistebm.model.ModelTraining;
import io.github.mnistebm.model.Setting;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.plot.Charts;
import io.github.mnistebm.plot.ImageGrid;
import io.github.mnistebm.plot.PngFile;
import io.github.mnistebm.training.TrainingDivergedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tech.tablesaw.api.Table;

/** Trains a model on MNIST, or another set of images, and writes it with its charts and a grid of samples. */
@Command(
        name = "train",
        description = "Trains a model on MNIST, or another set of images. Ctrl-C keeps the last complete epoch.",
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run train --preset quick --out models/quick",
            "  ./environment/run train --seed 7 --encoded-dim 12 --out models/twelve",
            "  ./environment/run train --resume models/twelve"
        },
        mixinStandardHelpOptions = true,
        modelTransformer = TrainingOptions.class,
        sortOptions = false)
final class TrainCommand implements Callable<Integer> {

    private static final int SAMPLES = 100;
    private static final String RESUME = "--resume";
    private static final String CONDITIONS_ONLY = "--conditions-only";
    private static final Set<String> WITH_CONDITIONS_ONLY =
            Set.of(CONDITIONS_ONLY, "--device", DataOption.NAME, DataOption.EARLIER_NAME);

    /** The learning rates by phase: the settings that can be given with --resume. */
    private static final Map<String, Setting<Double>> RATES = new TreeMap<>(Map.of(
            AutoencoderTrainer.PHASE, Setting.AUTOENCODER_LEARNING_RATE,
            EnergyTrainer.PRETRAINING, Setting.PRETRAINING_LEARNING_RATE,
            EnergyTrainer.PHASE, Setting.ENERGY_LEARNING_RATE));

    private static final Set<String> WITH_RESUME = Stream.concat(
                    Stream.of(RESUME, "--device", DataOption.NAME, DataOption.EARLIER_NAME),
                    RATES.values().stream().map(Setting::option))
            .collect(Collectors.toSet());

    @Spec
    private CommandSpec spec;

    @Mixin
    private DeviceOption device;

    @Mixin
    private DataOption data;

    @Option(names = "--out", paramLabel = "DIR", description = "The model's folder. Default: data/model.")
    private Path out;

    @Option(
            names = RESUME,
            paramLabel = "DIR",
            description = {
                "Go on with a training that was stopped: DIR is the folder that its model was to go to.",
                "It keeps its options. Only --device, --data, and, for the epochs to come, --auto-lr,",
                "--pretraining-lr and --ebm-lr can be given."
            })
    private Path resume;

    @Option(
            names = CONDITIONS_ONLY,
            paramLabel = "DIR",
            description = {
                "Add to the model in DIR the networks that conditions on digits and measures take (infer --given).",
                "The rest of the model stays as it is. Only --device and --data can be given."
            })
    private Path conditionsOnly;

    @Override
    public Integer call() throws IOException {
        if (conditionsOnly != null) {
            return addConditions();
        }
        return resume == null ? begin() : goOn();
    }

    private int addConditions() throws IOException {
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            if (!WITH_CONDITIONS_ONLY.contains(option.longestName())) {
                throw new ParameterException(
                        spec.commandLine(), option.longestName() + ": cannot be given with " + CONDITIONS_ONLY);
            }
        }
        ModelCard card = ModelFolder.readCard(conditionsOnly);
        Device where = device.resolve();
        try (DigitModel model = DigitModel.load(conditionsOnly, where);
                DigitImages all = DigitImages.train(data.folder(card), where);
                DigitImages train = all.first(card.configuration().trainImages());
                DigitImages test = DigitImages.test(data.folder(card), where)) {
            DataOption.requireTrainedOn(spec, card, all);
            conditions(model, conditionsOnly, train, test);
        }
        return 0;
    }

    private static void conditions(DigitModel model, Path folder, DigitImages train, DigitImages test)
            throws IOException {
        ConditionTraining training = new ConditionTraining(model);
        try (Progress progress = new Progress()) {
            training.train(train, progress);
        }
        ModelFolder.saveConditions(model, folder);
        System.out.println("conditions: " + training.calibration(test));
    }

    private int begin() throws IOException {
        TrainingConfig config = TrainingOptions.config(spec.commandLine());
        Path target = out == null ? DataFolder.model() : out;
        ModelFolder.requireReplaceable(target);
        Device where = device.resolve();
        try (Checkpoints checkpoints = Checkpoints.of(target);
                DigitImages all = DigitImages.train(data.folder(), where);
                DigitImages train = all.first(config.trainImages());
                DigitImages test = DigitImages.test(data.folder(), where);
                ModelTraining training = training(config, train, test)) {
            if (isDefaultCount(config) && train.size() < all.size()) {
                System.out.println("images: the first " + train.size() + " of " + all.size() + " train. --train-images "
                        + all.size() + " takes all");
            }
            checkpoints
                    .begin(config)
                    .ifPresent(earlier ->
                            System.out.println("checkpoints of a training that was not ended are now in " + earlier));
            return train(training, target, checkpoints, train, test);
        }
    }

    /** Returns whether neither an option nor the preset chose how many images train. */
    private boolean isDefaultCount(TrainingConfig config) {
        return TrainingOptions.given(Setting.TRAIN_IMAGES, spec.commandLine()).isEmpty()
                && config.trainImages() == Setting.TRAIN_IMAGES.value();
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
            try (DigitImages all = DigitImages.train(data.folder(), where);
                    DigitImages train = all.first(checkpoint.configuration().trainImages());
                    DigitImages test = DigitImages.test(data.folder(), where);
                    ModelTraining training = resumed(checkpoint, train, test)) {
                return train(training, resume, checkpoints, train, test);
            }
        }
    }

    private ModelTraining resumed(Checkpoint checkpoint, DigitImages train, DigitImages test) {
        Map<String, Double> rates = rates(checkpoint);
        try {
            return ModelTraining.resume(checkpoint, rates, train, test);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** Fails on an option that is decided when a training begins. */
    private void requireRatesOnly(TrainingConfig begun) {
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            String name = option.longestName();
            if (!WITH_RESUME.contains(name)) {
                String value = Setting.ALL.stream()
                        .filter(setting -> setting.option().equals(name))
                        .findFirst()
                        .map(setting ->
                                ": " + setting.getter().apply(begun).toString().toLowerCase(Locale.ROOT))
                        .orElse("");
                throw new ParameterException(
                        spec.commandLine(),
                        name + ": cannot be given with " + RESUME
                                + ", which keeps the value that the training began with" + value);
            }
        }
    }

    /** Returns the learning rates that were given. Each is checked at once, so that a message can name the option. */
    private Map<String, Double> rates(Checkpoint checkpoint) {
        Map<String, Double> rates = new HashMap<>();
        RATES.forEach((phase, setting) -> TrainingOptions.given(setting, spec.commandLine())
                .ifPresent(rate -> {
                    try {
                        checkpoint.configuration(Map.of(phase, rate));
                    } catch (IllegalArgumentException e) {
                        throw new ParameterException(spec.commandLine(), setting.option() + ": " + e.getMessage(), e);
                    }
                    rates.put(phase, rate);
                }));
        return rates;
    }

    private int train(ModelTraining training, Path target, Checkpoints checkpoints, DigitImages train, DigitImages test)
            throws IOException {
        long start = System.nanoTime();
        training.keepCheckpoints(checkpoints);
        boolean complete = false;
        String toGoOn = "./environment/run train " + RESUME + " " + target + data.given();
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
            save(training, folder, complete, train, test);
            if (complete) {
                System.out.println("took: " + ClockTime.of(System.nanoTime() - start));
            }
            System.out.println((complete ? "model: " : "the last complete epoch: ") + folder);
        }
        if (complete) {
            checkpoints.delete();
            String option = target.equals(DataFolder.model()) ? "" : " --model " + target;
            System.out.println("next: ./environment/run infer" + option + " draws digits, evaluate" + option
                    + " measures them, serve" + option + " shows them in a browser");
            return 0;
        }
        System.out.println("to go on: " + toGoOn);
        return Main.FAILURE;
    }

    /** Returns the option to go on with: a tenth of the rate that diverged, and no more than the default one. */
    private static String smallerRate(TrainingDivergedException e, TrainingConfig used) {
        Setting<Double> rate = RATES.get(e.history().table().name());
        double smaller = Math.min(rate.getter().apply(used) / 10, rate.value());
        return String.format(Locale.ROOT, "%s %.1g", rate.option(), smaller);
    }

    private void save(ModelTraining training, Path folder, boolean complete, DigitImages train, DigitImages test)
            throws IOException {
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
                if (ConditionTraining.isPossible(train)) {
                    conditions(model, folder, train, test);
                }
                System.out.println("reached: " + reached(model));
            }
        }
    }

    /** Returns the last measurements of each phase, but not its time. */
    private static String reached(DigitModel model) {
        return model.histories().stream()
                .map(history -> history.name() + " " + String.join(", ", Progress.lastValues(history)))
                .collect(Collectors.joining("; "));
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
}
