package io.github.mnistebm.cli.option;

import picocli.CommandLine.Option;

/** The option {@code --seed}, the same for every command that draws random numbers. */
public final class SeedOption {

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the random numbers. Default: ${DEFAULT-VALUE}.")
    private int seed;

    public int value() {
        return seed;
    }
}
