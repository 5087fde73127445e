package io.github.mnistebm.cli.bench;

import io.github.mnistebm.benchmark.ScaleBenchmark;
import io.github.mnistebm.benchmark.ScaleBenchmark.Curve;
import io.github.mnistebm.benchmark.ScaleBenchmark.Point;
import io.github.mnistebm.cli.option.ModelOption;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.terminal.Interruption;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.plot.Charts;
import io.github.mnistebm.plot.PngFile;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jfree.chart.JFreeChart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Measures the speed against the size of the work. */
@Command(
        name = "scale",
        description = {
            "Measures images a second against the number of images, and steps a second of chains against latents, chains and components of the",
            "mixture, beside the limits of processor and memory; writes a table and, beside it, a chart. Takes ten minutes."
        },
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run bench scale",
            "  ./environment/run bench scale --only images --most-images 1000000 --rounds 1 --out images.csv"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ScaleBenchCommand implements Callable<Integer> {

    private static final String PICTURE = ".png";

    /** The size of one curve's chart, two of which are beside each other. */
    private static final int WIDTH = 560;

    private static final int HEIGHT = 400;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often each point is measured; the table has medians. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--most-images",
            paramLabel = "N",
            defaultValue = "100000",
            description =
                    "Powers of ten up to this number of images; ten million take hours. Default: ${DEFAULT-VALUE}.")
    private long mostImages;

    @Option(
            names = "--only",
            paramLabel = "CURVE",
            split = ",",
            description = "The curves to measure: images, latents, chains or components. Default: all of them.")
    private List<Curve> only = List.of(Curve.values());

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "The file for the table, as CSV; the chart has the same name with the ending .png. Default: data/scale.csv.")
    private Path out;

    @Mixin
    private ModelOption model;

    @Override
    public Integer call() throws IOException {
        Options.requireAtLeast(spec, "--rounds", 1, rounds);
        Options.requireAtLeast(spec, "--most-images", ScaleBenchmark.LEAST_IMAGES, mostImages);
        Path file = out == null ? DataFolder.scale() : out;
        if (file.toString().endsWith(PICTURE)) {
            throw new ParameterException(
                    spec.commandLine(), "--out " + file + ": expected the name of a table, such as scale.csv");
        }
        Path picture = file.resolveSibling(file.getFileName().toString().replaceFirst("(\\.[^.]*)?$", PICTURE));
        Options.requireWritable(spec, "--out", file);
        Options.requireWritable(spec, "--out", picture);
        ScaleBenchmark benchmark = new ScaleBenchmark(model.folder(), mostImages, rounds, only);
        List<Point> points = benchmark.run(point -> System.out.printf(
                Locale.ROOT, "%,d %s: %,.0f %s a second%n", point.size(), point.curve(), point.speed(), point.unit()));
        Table table = table(points);
        System.out.println(table.printAll());
        Interruption.shield();
        TableFiles.writeCsv(table, file);
        PngFile.write(picture, picture(points));
        System.out.println("written: " + file + " and " + picture);
        return 0;
    }

    private static Table table(List<Point> points) {
        return Table.create(
                "scale",
                StringColumn.create(
                        "curve", points.stream().map(point -> point.curve().toString())),
                LongColumn.create("size", points.stream().mapToLong(Point::size)),
                StringColumn.create("unit", points.stream().map(Point::unit)),
                column("a second", points, Point::speed),
                column("limit of the products", points, Point::limitOfProducts),
                column("limit of memory", points, Point::limitOfMemory),
                column("MiB", points, Point::memory));
    }

    private static DoubleColumn column(String name, List<Point> points, ToDoubleFunction<Point> value) {
        return DoubleColumn.create(
                name,
                points.stream()
                        .mapToDouble(value)
                        // A number of three figures or more is as good as a whole one.
                        .map(each -> Math.abs(each) < 100 ? each : Math.rint(each))
                        .toArray());
    }

    /** A chart for each curve, two in a row. */
    private static BufferedImage picture(List<Point> points) {
        List<JFreeChart> charts = new ArrayList<>();
        points.stream()
                .collect(Collectors.groupingBy(Point::curve, LinkedHashMap::new, Collectors.toList()))
                .forEach((curve, some) -> charts.add(chart(curve, some)));
        int columns = Math.min(2, charts.size());
        BufferedImage picture = new BufferedImage(
                columns * WIDTH, (charts.size() + columns - 1) / columns * HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.fillRect(0, 0, picture.getWidth(), picture.getHeight());
        for (int i = 0; i < charts.size(); i++) {
            charts.get(i).draw(graphics, new Rectangle(i % columns * WIDTH, i / columns * HEIGHT, WIDTH, HEIGHT));
        }
        graphics.dispose();
        return picture;
    }

    private static JFreeChart chart(Curve curve, List<Point> points) {
        Map<String, double[][]> lines = new LinkedHashMap<>();
        lines.put("measured", line(points, Point::speed));
        lines.put("limit of the products", line(points, Point::limitOfProducts));
        lines.put("limit of memory", line(points, Point::limitOfMemory));
        lines.values().removeIf(line -> line.length == 0);
        return Charts.logarithmic(curve.axis(), points.get(0).unit() + " a second", lines);
    }

    private static double[][] line(List<Point> points, ToDoubleFunction<Point> value) {
        return points.stream()
                .filter(point -> value.applyAsDouble(point) > 0)
                .map(point -> new double[] {point.size(), value.applyAsDouble(point)})
                .toArray(double[][]::new);
    }
}
