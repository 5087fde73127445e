package io.github.mnistebm.cli.bench;

import io.github.mnistebm.benchmark.SamplersBenchmark;
import io.github.mnistebm.cli.option.ModelOption;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Compares effective samples a second with BlackJAX's. */
@Command(
        name = "samplers",
        description = {
            "Compares MALA, Hamiltonian Monte Carlo and No-U-Turn with those of BlackJAX: effective samples a second of the energy and of the",
            "worst coordinate, on a model's energy and on three targets of textbooks, by turns. Takes an hour."
        },
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run bench samplers",
            "  ./environment/run bench samplers --only \"eight schools\" --out schools.csv",
            "  ./environment/run bench samplers --rounds 1 --draws 200 --out quick.csv"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SamplersBenchCommand implements Callable<Integer> {

    /** Effective sample sizes of fewer draws are unreliable. */
    private static final int FEWEST_DRAWS = 20;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "How often each runs, with a seed of its own; the table has medians. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--draws",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many draws of each chain. Default: ${DEFAULT-VALUE}.")
    private int draws;

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Measure only the rows whose name contains this, as in \"digits, nuts, 4 chains\".")
    private String only;

    @Option(names = "--python", hidden = true, description = "The interpreter of the peers.")
    private Path python;

    @Option(names = "--peers", hidden = true, description = "The folder of the peers' scripts.")
    private Path peers;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The file for the table, as CSV. Default: data/samplers.csv.")
    private Path out;

    @Mixin
    private ModelOption model;

    @Override
    public Integer call() throws IOException {
        Options.requireAtLeast(spec, "--rounds", 1, rounds);
        Options.requireAtLeast(spec, "--draws", FEWEST_DRAWS, draws);
        if (python == null || peers == null) {
            throw new ParameterException(
                    spec.commandLine(), "--python and --peers: must be given; ./environment/run bench samplers does");
        }
        Path file = out == null ? DataFolder.samplers() : out;
        Options.requireWritable(spec, "--out", file);
        SamplersBenchmark benchmark = new SamplersBenchmark(python, peers, model.folder(), draws, rounds, only);
        List<SamplersBenchmark.Result> results = benchmark.run(result -> System.out.printf(
                Locale.ROOT,
                "%s, %s, %d chains: %.2f times BlackJAX by the energy, %.2f by the worst coordinate%n",
                result.target(),
                result.sampler(),
                result.chains(),
                result.energyRatio(),
                result.worstRatio()));
        if (results.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--only " + only + ": no row has it in its name");
        }
        Table table = table(results);
        System.out.println(table.printAll());
        TableFiles.writeCsv(table, file);
        System.out.println("written: " + file);
        return 0;
    }

    private static Table table(List<SamplersBenchmark.Result> results) {
        Table table = Table.create(
                "effective samples a second",
                StringColumn.create("target", results.stream().map(SamplersBenchmark.Result::target)),
                StringColumn.create("sampler", results.stream().map(SamplersBenchmark.Result::sampler)),
                IntColumn.create(
                        "chains",
                        results.stream()
                                .mapToInt(SamplersBenchmark.Result::chains)
                                .toArray()));
        DoubleColumn energy = DoubleColumn.create("energy, a second");
        DoubleColumn peersEnergy = DoubleColumn.create("BlackJAX's energy");
        DoubleColumn energyRatio = DoubleColumn.create("times BlackJAX, energy");
        DoubleColumn worst = DoubleColumn.create("worst coordinate, a second");
        DoubleColumn peersWorst = DoubleColumn.create("BlackJAX's worst coordinate");
        DoubleColumn worstRatio = DoubleColumn.create("times BlackJAX, worst coordinate");
        DoubleColumn rHat = DoubleColumn.create("R-hat");
        DoubleColumn peersRHat = DoubleColumn.create("BlackJAX's R-hat");
        for (SamplersBenchmark.Result result : results) {
            energy.append(rounded(result.ours().energy(), 1));
            peersEnergy.append(rounded(result.peers().energy(), 1));
            energyRatio.append(rounded(result.energyRatio(), 100));
            worst.append(rounded(result.ours().worst(), 1));
            peersWorst.append(rounded(result.peers().worst(), 1));
            worstRatio.append(rounded(result.worstRatio(), 100));
            rHat.append(rounded(result.ours().rHat(), 1000));
            peersRHat.append(rounded(result.peers().rHat(), 1000));
        }
        return table.addColumns(energy, peersEnergy, energyRatio, worst, peersWorst, worstRatio, rHat, peersRHat);
    }

    private static double rounded(double value, double parts) {
        return Double.isFinite(value) ? Math.round(parts * value) / parts : value;
    }
}
