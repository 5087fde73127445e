package io.github.mnistebm.cli.option;

import io.github.mnistebm.model.Setting;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;

/** A group of options of a help text, in the order of the groups. */
enum OptionGroup {
    GENERAL(
            "General",
            List.of(
                    "--preset",
                    "--seed",
                    "--seeds",
                    "--device",
                    "--model",
                    "--resume",
                    "--conditions-only",
                    "--variant",
                    "--options",
                    "--epochs",
                    "--rounds",
                    "--ensemble",
                    "--host",
                    "--port",
                    "--master",
                    "--partitions",
                    "--help",
                    "--version")),
    DATA(
            "Data",
            List.of(
                    "--data",
                    "--train-images",
                    "--binarization",
                    "--image",
                    "--digits",
                    "--hide",
                    "--held-out",
                    "--split")),
    AUTOENCODER("Autoencoder", settings(true)),
    ENERGY("Energy", settings(false)),
    SAMPLING(
            "Sampling",
            List.of(
                    "--num-images",
                    "--images",
                    "--given",
                    "--grid",
                    "--temperature",
                    "--steps",
                    "--chains",
                    "--sampler",
                    "--step-size",
                    "--completions",
                    "--likelihood-images",
                    "--likelihood-draws",
                    "--bounded-images",
                    "--long-run")),
    OUTPUT("Output", List.of("--out", "--json", "--record"));

    private final String heading;
    private final List<String> options;

    OptionGroup(String heading, List<String> options) {
        this.heading = heading;
        this.options = options;
    }

    String heading() {
        return heading;
    }

    /** Returns the place of an option in its group. */
    int place(OptionSpec option) {
        return options.indexOf(option.longestName());
    }

    /** Returns the first group that names an option; none if it has no group. */
    static Optional<OptionGroup> of(OptionSpec option) {
        return Arrays.stream(values())
                .filter(group -> group.options.contains(option.longestName()))
                .findFirst();
    }

    private static List<String> settings(boolean ofAutoencoder) {
        return Setting.ALL.stream()
                .filter(setting -> setting.description().startsWith("Autoencoder: ") == ofAutoencoder)
                .map(Setting::option)
                .toList();
    }
}
