package io.github.mnistebm.cli.option;

import io.github.mnistebm.model.Preset;
import io.github.mnistebm.model.Setting;
import io.github.mnistebm.model.TrainingConfig;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The options of a training's configuration: a preset, and each {@link Setting}. */
public final class TrainingOptions implements IModelTransformer {

    private static final String PRESET = "--preset";

    /** In the help, these options come before those without an order, whose order is -1. */
    private static final int PRESET_FIRST = -3;

    private static final int SETTINGS_NEXT = -2;

    @Override
    public CommandSpec transform(CommandSpec command) {
        command.addOption(OptionSpec.builder(PRESET)
                .order(PRESET_FIRST)
                .type(Preset.class)
                .paramLabel("default|seed|quick|likelihood")
                .defaultValue("default")
                .description(
                        "The values that the other options replace; the defaults below are those of default. Default: ${DEFAULT-VALUE}.",
                        "default: the best model that trains in a few minutes on two cores;",
                        "seed: the sizes of the seed project, 4 latents and 8 hidden units in the energy network;",
                        "quick: a tenth of the images and seconds of training;",
                        "likelihood: the highest likelihood of images, a variational autoencoder; most of an hour.")
                .build());
        for (Setting<?> setting : Setting.ALL) {
            command.addOption(OptionSpec.builder(setting.option())
                    .order(SETTINGS_NEXT)
                    .type(type(setting.value()))
                    .paramLabel(label(setting.value()))
                    .description(description(setting))
                    .build());
        }
        return command;
    }

    /** The group's heading says which network a setting is of. */
    private static String description(Setting<?> setting) {
        String text = setting.description().replaceFirst("^(Autoencoder|Energy|Energy network): ", "");
        Object value = setting.value() instanceof Enum<?> choice ? label(choice) : setting.value();
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + " Default: " + value + ".";
    }

    private static Class<?> type(Object value) {
        return value instanceof Enum<?> choice ? choice.getDeclaringClass() : value.getClass();
    }

    private static String label(Object value) {
        if (value instanceof Enum<?> choice) {
            return Arrays.stream(choice.getDeclaringClass().getEnumConstants())
                    .map(TrainingOptions::label)
                    .collect(Collectors.joining("|"));
        }
        return value instanceof Double ? "X" : "N";
    }

    private static String label(Enum<?> choice) {
        return choice.toString().toLowerCase(Locale.ROOT);
    }

    /** Returns the preset with the settings that a command was given. Fails, naming the first that is out of range. */
    public static TrainingConfig config(CommandLine command) {
        Preset preset = command.getParseResult().matchedOptionValue(PRESET, Preset.DEFAULT);
        TrainingConfig.Builder builder = preset.builder();
        Setting.ALL.forEach(setting -> set(builder, setting, command));
        return builder.build();
    }

    private static <T> void set(TrainingConfig.Builder builder, Setting<T> setting, CommandLine command) {
        try {
            given(setting, command)
                    .ifPresent(value -> builder.set(setting, value).build());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, setting.option() + ": " + e.getMessage(), e);
        }
    }

    /** Returns the value that a command was given. */
    public static <T> Optional<T> given(Setting<T> setting, CommandLine command) {
        return Optional.ofNullable(command.getParseResult().matchedOptionValue(setting.option(), null));
    }

    /** Reads options of {@code train} that another command was given in quotes; a message names that command's own option. */
    public static TrainingConfig quoted(CommandSpec spec, String option, String options) {
        CommandLine train = new CommandLine(new TrainingOptions().transform(CommandSpec.create()));
        try {
            train.setCaseInsensitiveEnumValuesAllowed(true)
                    .parseArgs(Options.hyphenated(options.strip().split("\\s+")));
            return config(train);
        } catch (ParameterException e) {
            throw new ParameterException(spec.commandLine(), option + " \"" + options + "\": " + e.getMessage(), e);
        }
    }
}
