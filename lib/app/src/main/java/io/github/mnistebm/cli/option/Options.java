package io.github.mnistebm.cli.option;

import io.github.mnistebm.cli.terminal.Messages;
import io.github.mnistebm.condition.Condition;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.StagedFile;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.TrainingConfig;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Checks that several commands make of their options. */
public final class Options {

    private static final Pattern UNDERSCORES = Pattern.compile("--[a-z]+(_[a-z]+)+(=.*)?", Pattern.DOTALL);

    private Options() {}

    /** Returns arguments with hyphens in the names of options, which the seed project writes with underscores. */
    public static String[] hyphenated(String... arguments) {
        return Arrays.stream(arguments)
                .map(argument -> UNDERSCORES.matcher(argument).matches()
                        ? argument.replaceFirst("^[^=]*", Matcher.quoteReplacement(name(argument)))
                        : argument)
                .toArray(String[]::new);
    }

    private static String name(String argument) {
        return argument.split("=", 2)[0].replace('_', '-');
    }

    /** Fails, naming the option, if its value is less than the least that makes sense. */
    public static void requireAtLeast(CommandSpec spec, String option, long least, long value) {
        if (value < least) {
            throw new ParameterException(
                    spec.commandLine(), option + ": must be at least " + least + ", found " + value);
        }
    }

    /** Returns the condition that a text states. Fails, naming the option, if it states none. */
    public static Condition condition(CommandSpec spec, String option, String text) {
        try {
            return Condition.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
        }
    }

    /** Fails, naming the option, if no image of a model can meet a condition, or every image does. */
    public static void requirePossible(CommandSpec spec, String option, DigitModel model, Condition condition) {
        try {
            model.given(condition);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
        }
    }

    /** Creates the folder of a file if it is missing. Fails, naming the option, if a command cannot write the file after its work. */
    public static void requireWritable(CommandSpec spec, String option, Path file) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            // Java 17 refuses to make a folder where a link leads to one.
            if (folder != null && !Files.isDirectory(folder)) {
                Files.createDirectories(folder);
            }
            StagedFile.requireWritable(file);
        } catch (IOException e) {
            String wrong = e instanceof FileAlreadyExistsException found
                    ? found.getFile() + ": expected a folder, found a file"
                    : Messages.of(e);
            throw new ParameterException(spec.commandLine(), option + ": " + wrong, e);
        }
    }

    /** Fails, naming the option that the configurations come from, if one of them cannot work on the images. */
    public static void requireTrainable(
            CommandSpec spec, String option, List<TrainingConfig> configs, DigitImages images) {
        for (TrainingConfig config : configs) {
            try {
                config.requireTrainable(Math.min(config.trainImages(), images.size()));
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
            }
        }
    }
}
