package io.github.mnistebm.cli;

import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.data.StagedFile;
import io.github.mnistebm.model.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Checks that several commands make of their options. */
final class Options {

    private Options() {}

    /** Fails, naming the option, if its value is less than the least that makes sense. */
    static void requireAtLeast(CommandSpec spec, String option, long least, long value) {
        if (value < least) {
            throw new ParameterException(
                    spec.commandLine(), option + ": must be at least " + least + ", found " + value);
        }
    }

    /** Fails, naming the option, if a file cannot be written where a command will write it when its work is done. */
    static void requireWritable(CommandSpec spec, String option, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        String wrong = null;
        if (folder == null || Files.isDirectory(file)) {
            wrong = "is a folder, expected a file's name";
        } else if (!Files.isDirectory(folder)) {
            wrong = "there is no such folder";
        } else if (!Files.isWritable(Files.exists(file) ? file : folder)) {
            wrong = "permission denied";
        }
        if (wrong != null) {
            throw new ParameterException(spec.commandLine(), option + " " + file + ": " + wrong);
        }
    }

    /** Fails, naming the option that the configurations come from, if one of them cannot work on the images. */
    static void requireTrainable(CommandSpec spec, String option, List<TrainingConfig> configs, DigitImages images) {
        for (TrainingConfig config : configs) {
            try {
                config.requireTrainable(Math.min(config.trainImages(), images.size()));
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
            }
        }
    }

    /** Makes the folder that a file will lie in, and checks, before it costs any work, that the file can be written. */
    static void prepareFor(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        StagedFile.requireWritable(file);
    }
}
