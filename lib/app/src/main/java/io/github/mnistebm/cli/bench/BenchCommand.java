package io.github.mnistebm.cli.bench;

import io.github.mnistebm.benchmark.SpeedBenchmark;
import io.github.mnistebm.benchmark.SpeedReport;
import io.github.mnistebm.cli.option.DataOption;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.terminal.Interruption;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.io.Json;
import io.github.mnistebm.io.StagedFile;
import io.github.mnistebm.plot.Charts;
import io.github.mnistebm.plot.PngFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Measurements that take long. They make the tables of the documentation. */
@Command(
        name = "bench",
        description =
                "Times this library beside PyTorch, TorchEBM, ebmkit, BlackJAX and scikit-learn at the same work, alternating; writes a table"
                        + " and a chart. Takes an hour or two.",
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run bench",
            "  ./environment/run bench --rounds 1 --only blackjax --out quick",
            "  ./environment/run bench quality --help"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {
            QualityBenchCommand.class,
            ObjectivesBenchCommand.class,
            AnomalyBenchCommand.class,
            RestoreBenchCommand.class,
            ConditionsBenchCommand.class,
            SamplersBenchCommand.class,
            ScaleBenchCommand.class,
            BenchWorkerCommand.class
        })
public final class BenchCommand implements Callable<Integer> {

    private static final int WIDTH = 900;
    /** The height of a bar. */
    private static final int BAR_HEIGHT = 20;

    /** The height of the title and the axis. */
    private static final int FRAME_HEIGHT = 110;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "How often each measures, the training as a whole excepted; the table has medians. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "30",
            description = "Epochs of the autoencoder in the training as a whole. Default: ${DEFAULT-VALUE}.")
    private int epochs;

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Measure only the rows whose name, with the peer's in brackets, contains this.")
    private String only;

    @Option(names = "--python", hidden = true, description = "The interpreter of the peers.")
    private Path python;

    @Option(names = "--torchebm-python", hidden = true, description = "The interpreter of TorchEBM.")
    private Path torchEbmPython;

    @Option(names = "--peers", hidden = true, description = "The folder of the peers' scripts.")
    private Path peers;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where speed.json and speed.png go. Default: the folder data.")
    private Path out;

    @Mixin
    private DataOption data;

    @Override
    public Integer call() throws IOException {
        if (rounds < 1 || epochs < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds and --epochs: must be at least 1");
        }
        if (python == null || torchEbmPython == null || peers == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--python, --torchebm-python and --peers: must be given; ./environment/run bench does");
        }
        Path folder = out == null ? DataFolder.path() : out;
        Path file = folder.resolve("speed.json");
        Path picture = folder.resolve("speed.png");
        Options.requireWritable(spec, "--out", file);
        Options.requireWritable(spec, "--out", picture);
        SpeedBenchmark benchmark = new SpeedBenchmark(
                python, torchEbmPython, peers, data.folder(), DataFolder.pretrained(), rounds, epochs, only);
        SpeedReport report = benchmark.run(result -> System.out.println(
                result.note() != null
                        ? result.work() + ": " + result.peer() + ": " + result.note()
                        : String.format(
                                Locale.ROOT,
                                "%s: %.2f times %s on %d threads",
                                result.work(),
                                result.ratio(),
                                result.peer(),
                                result.threads())));
        List<SpeedBenchmark.Result> results = report.results();
        if (results.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--only " + only + ": no row has it in its name");
        }
        System.out.println(table(results).printAll());
        Interruption.shield();
        write(file, picture, report);
        return 0;
    }

    private static Table table(List<SpeedBenchmark.Result> results) {
        String[] names = {
            "work",
            "peer",
            "threads",
            "a second",
            "the peer's",
            "times the peer's",
            "in the rounds",
            "share of the peak",
            "MiB",
            "the peer's MiB"
        };
        StringColumn[] columns = new StringColumn[names.length];
        for (int i = 0; i < names.length; i++) {
            columns[i] = StringColumn.create(names[i]);
        }
        for (SpeedBenchmark.Result result : results) {
            String[] cells = {
                result.work(),
                result.peer(),
                Integer.toString(result.threads()),
                result.note() == null ? figures(result.rate()) + " " + result.unit() : result.note(),
                result.note() == null ? figures(result.peerRate()) : "",
                result.note() == null ? String.format(Locale.ROOT, "%.2f", result.ratio()) : "",
                result.note() == null
                        ? String.format(Locale.ROOT, "%.2f to %.2f", result.leastRatio(), result.greatestRatio())
                        : "",
                Double.isNaN(result.shareOfPeak())
                        ? ""
                        : String.format(Locale.ROOT, "%.0f %%", 100 * result.shareOfPeak()),
                result.note() == null ? String.format(Locale.ROOT, "%.0f", result.memory()) : "",
                result.note() == null ? String.format(Locale.ROOT, "%.0f", result.peerMemory()) : ""
            };
            for (int i = 0; i < cells.length; i++) {
                columns[i].append(cells[i]);
            }
        }
        return Table.create("speed", columns);
    }

    /** Three figures, without an exponent. */
    private static String figures(double value) {
        int decimals = Math.max(0, 2 - (int) Math.floor(Math.log10(value)));
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    private static void write(Path file, Path picture, SpeedReport report) throws IOException {
        StagedFile.write(file, Json.PRETTY.toJson(report) + "\n");
        Map<String, Double> ratios = new LinkedHashMap<>();
        int cores = Runtime.getRuntime().availableProcessors();
        for (SpeedBenchmark.Result result : report.results()) {
            if (result.threads() == cores && result.note() == null) {
                ratios.putIfAbsent(result.work() + " (" + result.peer() + ")", result.ratio());
            }
        }
        PngFile.write(
                picture,
                Charts.ratios("speed beside Python's", "times the peer's speed", ratios)
                        .createBufferedImage(WIDTH, FRAME_HEIGHT + BAR_HEIGHT * ratios.size()));
        System.out.println("written: " + file + " and " + picture);
    }
}
