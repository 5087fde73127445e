package io.github.mnistebm.plot;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.energy.objective.ContrastiveDivergence;
import io.github.mnistebm.energy.objective.EnergyLoss;
import io.github.mnistebm.landscape.ClassMeans;
import io.github.mnistebm.landscape.FreeEnergy;
import io.github.mnistebm.landscape.PrincipalPlane;
import io.github.mnistebm.sampling.SampleRun;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.text.NumberFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYTextAnnotation;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.NumberTickUnitSource;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.LookupPaintScale;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.renderer.xy.XYBlockRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.PaintScaleLegend;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jfree.data.xy.DefaultXYZDataset;
import org.jfree.data.xy.XYDataset;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/** The project's charts, in one style. */
public final class Charts {

    private static final int BINS = 60;
    private static final Color GRID = new Color(0xDDDDDD);
    /** Those of Okabe and Ito (2008), which people with any kind of colour vision can distinguish, and two greys. */
    private static final Color[] COLOURS = {
        new Color(0x0072B2), new Color(0xD55E00), new Color(0x009E73), new Color(0xE69F00), new Color(0xCC79A7),
        new Color(0x56B4E9), new Color(0x000000), new Color(0xF0E442), new Color(0x888888), new Color(0x444444)
    };

    /** With the colours, so that lines differ in black and white too. */
    private static final float[][] DASHES = {null, {7, 4}, {2, 3}, {9, 3, 2, 3}};

    private static final Color[] DARK_COLOURS = {
        Color.BLACK, new Color(0x8B0000), new Color(0x00008B), new Color(0x005000), new Color(0x6A0DAD)
    };

    private static final int BANDS = 12;
    private static final double NATS_A_BAND = 0.5;

    /** The size of a label on a landscape, as a share of the chart's. */
    private static final double LABEL_WIDTH = 0.025;

    private static final double LABEL_HEIGHT = 0.06;

    /** One a band: from dark blue to white, in equal steps, so that lightness alone orders them. */
    private static final Color[] BAND_COLOURS = IntStream.range(0, BANDS)
            .mapToObj(band -> (float) band / (BANDS - 1))
            .map(share -> new Color(0.03f + 0.97f * share, 0.19f + 0.81f * share, 0.42f + 0.58f * share))
            .toArray(Color[]::new);

    private Charts() {}

    /**
     * Draws columns of a training history over its epochs, or of another table over its first column.
     *
     * @param table a table with a first column of numbers
     * @param valueLabel the name of the values, with their unit
     * @param columns the names of the columns to draw
     * @return the chart
     */
    public static JFreeChart history(Table table, String valueLabel, String... columns) {
        XYSeriesCollection data = new XYSeriesCollection();
        for (String column : columns) {
            data.addSeries(series(column, table, column));
        }
        JFreeChart chart =
                ChartFactory.createXYLineChart(table.name(), table.column(0).name(), valueLabel, data);
        ((NumberAxis) chart.getXYPlot().getRangeAxis()).setAutoRangeIncludesZero(false);
        styled(chart, lines(data, 2f, table.rowCount() < 50));
        if (table.column(0) instanceof IntColumn) {
            chart.getXYPlot().getDomainAxis().setStandardTickUnits(new NumberTickUnitSource(true, numbers()));
        }
        return chart;
    }

    /**
     * Draws the same column of several tables over the first column of each.
     *
     * @param title the chart's title
     * @param column the column's name, which labels the values
     * @param tables the tables by name, at least one, each with a first column of numbers
     * @return the chart
     */
    public static JFreeChart compare(String title, String column, Map<String, Table> tables) {
        XYSeriesCollection data = new XYSeriesCollection();
        String domain = "";
        for (Map.Entry<String, Table> entry : tables.entrySet()) {
            data.addSeries(series(entry.getKey(), entry.getValue(), column));
            domain = entry.getValue().column(0).name();
        }
        return styled(ChartFactory.createXYLineChart(title, domain, column, data), lines(data, 2f, true));
    }

    /** A column over the first one. */
    private static XYSeries series(String name, Table table, String column) {
        XYSeries series = new XYSeries(name);
        for (int row = 0; row < table.rowCount(); row++) {
            series.add(
                    table.numberColumn(0).getDouble(row),
                    table.doubleColumn(column).get(row));
        }
        return series;
    }

    /**
     * Draws the energies of the first chains of a run, draw by draw.
     *
     * @param run the draws
     * @param chains the number of its chains to show, at most as many as it has
     * @return the chart
     */
    public static JFreeChart energyTraces(SampleRun run, int chains) {
        XYSeriesCollection data = new XYSeriesCollection();
        int all = (int) run.energies().getShape().get(1);
        float[] energies = run.energies().toFloatArray();
        for (int chain = 0; chain < chains; chain++) {
            XYSeries series = new XYSeries("chain " + (chain + 1));
            for (int draw = 0; draw < energies.length / all; draw++) {
                series.add(draw + 1, energies[draw * all + chain]);
            }
            data.addSeries(series);
        }
        JFreeChart chart = ChartFactory.createXYLineChart("energies of chains", "draw", "energy in nats", data);
        ((NumberAxis) chart.getXYPlot().getRangeAxis()).setAutoRangeIncludesZero(false);
        return styled(chart, lines(data, 1f, false));
    }

    /**
     * Draws what matters most in a training history: the losses of the autoencoder, or of the energy network the energy gap above the
     * acceptance, in a panel each, or the loss beside that of the reference measure.
     *
     * @param history a table of a phase of training
     * @return the chart
     */
    public static JFreeChart ofTraining(Table history) {
        List<String> columns = history.columnNames();
        if (columns.contains(ContrastiveDivergence.ENERGY_GAP)) {
            return panels(
                    history,
                    Map.entry(ContrastiveDivergence.ENERGY_GAP, "energy gap in nats"),
                    Map.entry(ContrastiveDivergence.ACCEPTANCE, "share accepted"));
        }
        return columns.contains(EnergyLoss.REFERENCE_LOSS)
                ? history(history, EnergyLoss.LOSS, EnergyLoss.LOSS, EnergyLoss.REFERENCE_LOSS)
                : history(history, "nats an image", AutoencoderTrainer.TRAIN_LOSS, AutoencoderTrainer.TEST_LOSS);
    }

    /** Draws columns above one another over the first column, each on a scale of its own. */
    @SafeVarargs
    private static JFreeChart panels(Table table, Map.Entry<String, String>... labelsByColumn) {
        CombinedDomainXYPlot combined = new CombinedDomainXYPlot();
        combined.setGap(14);
        for (Map.Entry<String, String> panel : labelsByColumn) {
            XYPlot plot = history(table, panel.getValue(), panel.getKey()).getXYPlot();
            combined.setDomainAxis(plot.getDomainAxis());
            // The panels must begin where the common axis does.
            plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
            combined.add(plot);
        }
        JFreeChart chart = new JFreeChart(table.name(), JFreeChart.DEFAULT_TITLE_FONT, combined, false);
        return onWhite(chart);
    }

    /**
     * Draws the distribution of groups of values as the outlines of their histograms, over common bins that hold all but
     * the farthest 1 % of each group.
     *
     * @param title the chart's title
     * @param valueLabel the name of the values, with their unit
     * @param groups finite values by the group's name, at least 1 each
     * @return the chart
     */
    public static JFreeChart histograms(String title, String valueLabel, Map<String, float[]> groups) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (float[] values : groups.values()) {
            float[] sorted = values.clone();
            Arrays.sort(sorted);
            low = Math.min(low, sorted[sorted.length / 200]);
            high = Math.max(high, sorted[sorted.length - 1 - sorted.length / 200]);
        }
        double width = Math.max((high - low) / BINS, 1e-9);
        XYSeriesCollection data = new XYSeriesCollection();
        for (Map.Entry<String, float[]> group : groups.entrySet()) {
            int[] counts = new int[BINS + 1];
            for (float value : group.getValue()) {
                int bin = (int) Math.floor((value - low) / width);
                if (bin >= 0 && bin <= BINS) {
                    counts[bin]++;
                }
            }
            XYSeries series = new XYSeries(group.getKey());
            for (int bin = 0; bin <= BINS; bin++) {
                series.add(low + (bin + 0.5) * width, counts[bin] / (width * group.getValue().length));
            }
            data.addSeries(series);
        }
        return styled(ChartFactory.createXYLineChart(title, valueLabel, "density", data), lines(data, 2f, false));
    }

    /**
     * Draws ratios as bars on a logarithmic scale, so that half and double are equally long, to either side of 1.
     *
     * @param title the chart's title
     * @param valueLabel the name of the ratios
     * @param ratios positive, by name
     * @return the chart
     */
    public static JFreeChart ratios(String title, String valueLabel, Map<String, Double> ratios) {
        DefaultCategoryDataset data = new DefaultCategoryDataset();
        ratios.forEach((name, ratio) -> data.addValue(ratio, valueLabel, name));
        JFreeChart chart = ChartFactory.createBarChart(
                title, "", valueLabel, data, PlotOrientation.HORIZONTAL, false, false, false);
        CategoryPlot plot = chart.getCategoryPlot();
        LogAxis axis = new LogAxis(valueLabel);
        axis.setBase(2);
        axis.setNumberFormatOverride(numbers());
        plot.setRangeAxis(axis);
        plot.getDomainAxis().setMaximumCategoryLabelWidthRatio(0.5f);
        BarRenderer renderer = (BarRenderer) plot.getRenderer();
        renderer.setBase(1);
        renderer.setBarPainter(new StandardBarPainter());
        renderer.setShadowVisible(false);
        renderer.setSeriesPaint(0, COLOURS[0]);
        plot.addRangeMarker(new ValueMarker(1, Color.BLACK, new BasicStroke(1.5f)));
        chart.setBackgroundPaint(Color.WHITE);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setRangeGridlinePaint(GRID);
        plot.setOutlineVisible(false);
        return chart;
    }

    /**
     * Draws lines between positive numbers, both axes logarithmic.
     *
     * @param domainLabel the name of the numbers from left to right
     * @param valueLabel the name of the numbers from below to above
     * @param lines the points of each line, {@code [n][2]}, by its name
     * @return the chart, without a title
     */
    public static JFreeChart logarithmic(String domainLabel, String valueLabel, Map<String, double[][]> lines) {
        XYSeriesCollection data = new XYSeriesCollection();
        lines.forEach((name, points) -> {
            XYSeries series = new XYSeries(name);
            for (double[] point : points) {
                series.add(point[0], point[1]);
            }
            data.addSeries(series);
        });
        JFreeChart chart = ChartFactory.createXYLineChart(null, domainLabel, valueLabel, data);
        XYPlot plot = chart.getXYPlot();
        plot.setDomainAxis(logarithmic(domainLabel));
        plot.setRangeAxis(logarithmic(valueLabel));
        return styled(chart, lines(data, 2f, true));
    }

    private static LogAxis logarithmic(String label) {
        LogAxis axis = new LogAxis(label);
        axis.setNumberFormatOverride(numbers());
        // A label at each power of ten.
        axis.setTickUnit(new NumberTickUnit(1));
        return axis;
    }

    /**
     * Draws latents as points, a colour a class.
     *
     * @param plane the plane
     * @param latents {@code [n, d]}
     * @param labels the label of each, from 0 on, as unsigned bytes
     * @return the chart
     */
    public static JFreeChart latents(PrincipalPlane plane, NDArray latents, byte[] labels) {
        JFreeChart chart = ChartFactory.createScatterPlot(
                "latents of the images",
                "first direction of the class means",
                "second direction",
                classes(project(plane, latents), labels));
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(false, true);
        for (int label = 0; label < classes(labels); label++) {
            renderer.setSeriesPaint(label, COLOURS[label % COLOURS.length]);
            renderer.setSeriesShape(label, new Ellipse2D.Double(-1.2, -1.2, 2.4, 2.4));
        }
        return styled(chart, renderer);
    }

    /**
     * Draws the ways of chains over the latents of data.
     *
     * @param plane the plane
     * @param latents the latents of the data, {@code [n, d]}
     * @param labels the label of each, from 0 on, as unsigned bytes
     * @param ways positions of the chains, {@code [draws, chains, d]}
     * @return the chart; each chain starts at a ring
     */
    public static JFreeChart chains(PrincipalPlane plane, NDArray latents, byte[] labels, NDArray ways) {
        JFreeChart chart = latents(plane, latents, labels);
        chart.setTitle("chains on their way");
        XYPlot plot = chart.getXYPlot();
        XYLineAndShapeRenderer points = (XYLineAndShapeRenderer) plot.getRenderer();
        for (int label = 0; label < classes(labels); label++) {
            points.setSeriesPaint(label, translucent(COLOURS[label % COLOURS.length]));
        }
        XYSeriesCollection lines = new XYSeriesCollection();
        XYSeriesCollection starts = new XYSeriesCollection(new XYSeries("start"));
        long chains = ways.getShape().get(1);
        for (long chain = 0; chain < chains; chain++) {
            XYSeries series = new XYSeries("chain " + (chain + 1), false);
            try (NDArray way = ways.get(new NDIndex(":, {}", chain))) {
                double[][] path = project(plane, way);
                for (double[] point : path) {
                    series.add(point[0], point[1]);
                }
                starts.getSeries(0).add(path[0][0], path[0][1]);
            }
            lines.addSeries(series);
        }
        XYLineAndShapeRenderer line = new XYLineAndShapeRenderer(true, false);
        line.setDefaultSeriesVisibleInLegend(false);
        for (int chain = 0; chain < chains; chain++) {
            line.setSeriesPaint(chain, DARK_COLOURS[chain % DARK_COLOURS.length]);
            line.setSeriesStroke(chain, new BasicStroke(1.4f));
        }
        XYLineAndShapeRenderer ring = new XYLineAndShapeRenderer(false, true);
        ring.setSeriesPaint(0, Color.BLACK);
        ring.setSeriesShape(0, new Ellipse2D.Double(-5, -5, 10, 10));
        ring.setSeriesShapesFilled(0, false);
        plot.setDataset(1, lines);
        plot.setRenderer(1, line);
        plot.setDataset(2, starts);
        plot.setRenderer(2, ring);
        return chart;
    }

    /**
     * Draws the free energy of a distribution on a plane, in bands of half a nat, with the classes at their means.
     *
     * @param energy the free energy
     * @param plane its plane
     * @param means the means of the classes
     * @return the chart, whose scale begins at the lowest energy
     */
    public static JFreeChart landscape(FreeEnergy energy, PrincipalPlane plane, ClassMeans means) {
        float lowest = Float.POSITIVE_INFINITY;
        for (float value : energy.values()) {
            lowest = Math.min(lowest, value);
        }
        int side = energy.side();
        double spacing = 2 * energy.halfWidth() / (side - 1);
        double[][] points = new double[3][side * side];
        for (int i = 0; i < side * side; i++) {
            points[0][i] = i % side * spacing - energy.halfWidth();
            points[1][i] = i / side * spacing - energy.halfWidth();
            points[2][i] = energy.values()[i] - lowest;
        }
        DefaultXYZDataset data = new DefaultXYZDataset();
        data.addSeries("free energy", points);
        LookupPaintScale scale = bands();
        XYBlockRenderer blocks = new XYBlockRenderer();
        blocks.setBlockWidth(spacing);
        blocks.setBlockHeight(spacing);
        blocks.setPaintScale(scale);
        NumberAxis[] axes = {new NumberAxis("first direction of the class means"), new NumberAxis("second direction")};
        XYPlot plot = new XYPlot(data, axes[0], axes[1], blocks);
        for (NumberAxis axis : axes) {
            axis.setRange(-energy.halfWidth(), energy.halfWidth());
            axis.setStandardTickUnits(new NumberTickUnitSource(false, numbers()));
        }
        plot.setOutlineVisible(false);
        label(plot, energy, plane, means);
        NumberAxis nats = new NumberAxis("free energy above the lowest, nats");
        nats.setStandardTickUnits(new NumberTickUnitSource(true, numbers()));
        PaintScaleLegend legend = new PaintScaleLegend(scale, nats);
        legend.setPosition(RectangleEdge.RIGHT);
        legend.setAxisLocation(AxisLocation.BOTTOM_OR_RIGHT);
        legend.setMargin(10, 10, 40, 4);
        JFreeChart chart = new JFreeChart("energy landscape", JFreeChart.DEFAULT_TITLE_FONT, plot, false);
        chart.addSubtitle(legend);
        return onWhite(chart);
    }

    private static LookupPaintScale bands() {
        LookupPaintScale scale = new LookupPaintScale(0, BANDS * NATS_A_BAND, BAND_COLOURS[BANDS - 1]);
        for (int band = 0; band < BANDS; band++) {
            scale.add(band * NATS_A_BAND, BAND_COLOURS[band]);
        }
        return scale;
    }

    /** Writes the classes at their means. */
    private static void label(XYPlot plot, FreeEnergy energy, PrincipalPlane plane, ClassMeans means) {
        try (NDManager manager = NDManager.newBaseManager();
                NDArray each = means.in(manager)) {
            double[][] places = project(plane, each);
            moveApart(places, 2 * energy.halfWidth());
            for (int i = 0; i < places.length; i++) {
                XYTextAnnotation name =
                        new XYTextAnnotation(String.valueOf(means.classes().get(i)), places[i][0], places[i][1]);
                name.setFont(NumberAxis.DEFAULT_AXIS_LABEL_FONT.deriveFont(Font.BOLD, 18f));
                name.setBackgroundPaint(new Color(255, 255, 255, 200));
                plot.addAnnotation(name);
            }
        }
    }

    /** Moves labels to the right of those before them that they would cover. */
    private static void moveApart(double[][] places, double width) {
        for (int i = 1; i < places.length; i++) {
            for (int before = 0; before < i; before++) {
                boolean isLevel = Math.abs(places[i][1] - places[before][1]) < LABEL_HEIGHT * width;
                if (isLevel && Math.abs(places[i][0] - places[before][0]) < LABEL_WIDTH * width) {
                    places[i][0] = places[before][0] + LABEL_WIDTH * width;
                }
            }
        }
    }

    /** Returns the number format of the charts, which is English as their texts are, whatever the locale. */
    private static NumberFormat numbers() {
        NumberFormat numbers = NumberFormat.getNumberInstance(Locale.ROOT);
        numbers.setMaximumFractionDigits(6);
        return numbers;
    }

    /** Returns the number of classes, one more than the greatest label. */
    private static int classes(byte[] labels) {
        int classes = 0;
        for (byte label : labels) {
            classes = Math.max(classes, Byte.toUnsignedInt(label) + 1);
        }
        return classes;
    }

    /** Returns the coordinates on the plane, {@code [n][2]}. */
    private static double[][] project(PrincipalPlane plane, NDArray latents) {
        try (NDArray projected = plane.project(latents)) {
            float[] values = projected.toFloatArray();
            double[][] points = new double[values.length / 2][];
            Arrays.setAll(points, i -> new double[] {values[2 * i], values[2 * i + 1]});
            return points;
        }
    }

    private static XYSeriesCollection classes(double[][] points, byte[] labels) {
        XYSeriesCollection data = new XYSeriesCollection();
        for (int label = 0; label < classes(labels); label++) {
            XYSeries series = new XYSeries(String.valueOf(label), false);
            for (int i = 0; i < points.length; i++) {
                if ((labels[i] & 0xff) == label) {
                    series.add(points[i][0], points[i][1]);
                }
            }
            data.addSeries(series);
        }
        return data;
    }

    private static Color translucent(Color colour) {
        return new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 90);
    }

    private static XYLineAndShapeRenderer lines(XYDataset data, float width, boolean marks) {
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, marks);
        for (int series = 0; series < data.getSeriesCount(); series++) {
            renderer.setSeriesPaint(series, COLOURS[series % COLOURS.length]);
            renderer.setSeriesStroke(series, stroke(width, DASHES[series % DASHES.length]));
            renderer.setSeriesShape(series, new Ellipse2D.Double(-2.5, -2.5, 5, 5));
        }
        return renderer;
    }

    private static BasicStroke stroke(float width, float[] dash) {
        return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dash, 0);
    }

    private static JFreeChart styled(JFreeChart chart, XYLineAndShapeRenderer renderer) {
        XYPlot plot = chart.getXYPlot();
        plot.setRenderer(renderer);
        chart.getLegend().setFrame(BlockBorder.NONE);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setOutlineVisible(false);
        plot.setDomainGridlinePaint(GRID);
        plot.setRangeGridlinePaint(GRID);
        plot.getDomainAxis().setStandardTickUnits(new NumberTickUnitSource(false, numbers()));
        plot.getRangeAxis().setStandardTickUnits(new NumberTickUnitSource(false, numbers()));
        return onWhite(chart);
    }

    private static JFreeChart onWhite(JFreeChart chart) {
        chart.setBackgroundPaint(Color.WHITE);
        chart.setPadding(new RectangleInsets(4, 4, 4, 12));
        return chart;
    }
}
