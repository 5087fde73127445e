package io.github.mnistebm.cli;

import picocli.CommandLine.Command;

/** Measurements that take long: what the README's tables are made by. */
@Command(
        name = "bench",
        description = "Measurements that take long: what the README's tables are made by.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "quality",
        subcommands = QualityBenchCommand.class)
final class BenchCommand {}
