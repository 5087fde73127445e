package io.github.mnistebm.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.InEveryLocale;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.energy.objective.ContrastiveDivergence;
import io.github.mnistebm.landscape.ClassMeans;
import io.github.mnistebm.landscape.FreeEnergy;
import io.github.mnistebm.landscape.PrincipalPlane;
import io.github.mnistebm.training.TrainingHistory;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Map;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYTextAnnotation;
import org.jfree.chart.axis.AxisState;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.axis.ValueTick;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.PaintScale;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.xy.XYBlockRenderer;
import org.jfree.chart.renderer.xy.XYItemRenderer;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.data.xy.XYDataset;
import org.jfree.data.xy.XYZDataset;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

class ChartsTest {

    @Test
    void theAutoencodersChartShowsItsTwoLosses() {
        TrainingHistory history = TrainingHistory.of(
                AutoencoderTrainer.PHASE,
                AutoencoderTrainer.TRAIN_LOSS,
                AutoencoderTrainer.TEST_LOSS,
                TrainingHistory.SECONDS);
        history.add(3, 4, 1);
        history.add(2, 3, 1);
        XYDataset data = Charts.ofTraining(history.table()).getXYPlot().getDataset();
        assertThat(data.getSeriesCount()).isEqualTo(2);
        assertThat(data.getSeriesKey(1).toString()).isEqualTo("test loss");
        assertThat(data.getXValue(1, 1)).isEqualTo(2);
        assertThat(data.getYValue(1, 1)).isEqualTo(3);
    }

    @Test
    void aHistogramIsADensity() {
        float[] values = new float[1000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / 1000f;
        }
        JFreeChart chart = Charts.histograms("title", "value", Map.of("group", values));
        XYDataset data = chart.getXYPlot().getDataset();
        double width = data.getXValue(0, 1) - data.getXValue(0, 0);
        double mass = 0;
        for (int bin = 0; bin < data.getItemCount(0); bin++) {
            mass += data.getYValue(0, bin) * width;
        }
        // All but the farthest 1 %, give or take the last bin.
        assertThat(mass).isBetween(0.98, 1.0);
    }

    /** The labels that an axis 400 pixels long draws. */
    private static List<String> labels(ValueAxis axis) {
        Graphics2D graphics = new BufferedImage(400, 400, BufferedImage.TYPE_INT_RGB).createGraphics();
        List<?> ticks = axis.refreshTicks(
                graphics, new AxisState(), new Rectangle2D.Double(0, 0, 400, 400), RectangleEdge.BOTTOM);
        graphics.dispose();
        return ticks.stream()
                .map(tick -> ((ValueTick) tick).getText())
                .filter(label -> !label.isEmpty())
                .toList();
    }

    @InEveryLocale
    void axesAreLabelledInEnglish() {
        Table table = Table.create("t", IntColumn.create("epoch", 1, 3), DoubleColumn.create("loss", 0.5, 1500.25));
        XYPlot history = Charts.history(table, "nats", "loss").getXYPlot();
        XYPlot comparison = Charts.compare("title", "loss", Map.of("t", table)).getXYPlot();
        XYPlot histograms = Charts.histograms("title", "value", Map.of("group", new float[] {0, 1}))
                .getXYPlot();
        CategoryPlot ratios =
                Charts.ratios("title", "times", Map.of("a", 2.0, "b", 0.5)).getCategoryPlot();
        assertThat(labels(history.getDomainAxis())).containsExactly("1", "2", "3");
        assertThat(labels(history.getRangeAxis())).contains("500", "1,000");
        assertThat(labels(comparison.getDomainAxis())).contains("1", "1.2");
        assertThat(labels(histograms.getDomainAxis())).contains("0.2", "1");
        assertThat(((LogAxis) ratios.getRangeAxis()).getNumberFormatOverride().format(0.5))
                .isEqualTo("0.5");
    }

    @Test
    void ratiosStartAtOneOnALogarithmicAxis() {
        JFreeChart chart = Charts.ratios("title", "times", Map.of("a", 2.0));
        CategoryPlot plot = chart.getCategoryPlot();
        assertThat(plot.getDataset().getValue(0, 0)).isEqualTo(2.0);
        assertThat(plot.getRangeAxis()).isInstanceOf(LogAxis.class);
        assertThat(((BarRenderer) plot.getRenderer()).getBase()).isEqualTo(1);
    }

    @Test
    void linesMayHaveLogarithmicAxesBoth() {
        XYPlot plot = Charts.logarithmic("size", "speed", Map.of("a", new double[][] {{1, 10}, {1000, 1e6}}))
                .getXYPlot();
        assertThat(plot.getDataset().getYValue(0, 1)).isEqualTo(1e6);
        assertThat(plot.getDomainAxis()).isInstanceOf(LogAxis.class);
        assertThat(((LogAxis) plot.getRangeAxis()).getNumberFormatOverride().format(1e6))
                .isEqualTo("1,000,000");
    }

    @Test
    void theEnergysChartHasAPanelForNatsAndOneForShares() {
        TrainingHistory history = TrainingHistory.of(
                "energy", ContrastiveDivergence.ENERGY_GAP, ContrastiveDivergence.ACCEPTANCE, TrainingHistory.SECONDS);
        history.add(-0.2, 0.5, 1);
        history.add(0.8, 0.57, 1);
        CombinedDomainXYPlot plot =
                (CombinedDomainXYPlot) Charts.ofTraining(history.table()).getPlot();
        List<?> panels = plot.getSubplots();
        assertThat(panels).hasSize(2);
        assertThat(((XYPlot) panels.get(0)).getRangeAxis().getLabel()).isEqualTo("energy gap in nats");
        assertThat(((XYPlot) panels.get(1)).getRangeAxis().getLabel()).isEqualTo("share accepted");
        assertThat(plot.getDomainAxis().getLabel()).isEqualTo("epoch");
    }

    @Test
    void linesDifferInDashesAsInColours() {
        Table table = Table.create(
                "t", IntColumn.create("epoch", 1, 2), DoubleColumn.create("a", 1, 2), DoubleColumn.create("b", 2, 1));
        XYItemRenderer lines =
                Charts.history(table, "nats", "a", "b").getXYPlot().getRenderer();
        assertThat(lines.getSeriesPaint(0)).isNotEqualTo(lines.getSeriesPaint(1));
        assertThat(((BasicStroke) lines.getSeriesStroke(0)).getDashArray()).isNull();
        assertThat(((BasicStroke) lines.getSeriesStroke(1)).getDashArray()).isNotEmpty();
    }

    @Test
    void aLandscapeHasItsLowestEnergyDarkestAndTheClassesAtTheirMeans() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray points = manager.create(new float[][] {{2, 0}, {-1, 1}, {-1, -1}});
            byte[] labels = {3, 5, 8};
            PrincipalPlane plane = PrincipalPlane.of(points, labels);
            // The lowest of four energies, 2 nats, is at the least coordinates.
            FreeEnergy energy = new FreeEnergy(3, 2, new float[] {2, 4, 3, 12});
            XYPlot plot = Charts.landscape(energy, plane, ClassMeans.of(points, labels))
                    .getXYPlot();
            XYZDataset data = (XYZDataset) plot.getDataset();
            assertThat(data.getZValue(0, 0)).isZero();
            assertThat(data.getXValue(0, 0)).isEqualTo(-3);
            assertThat(data.getYValue(0, 0)).isEqualTo(-3);
            assertThat(data.getZValue(0, 1)).isEqualTo(2);
            assertThat(data.getXValue(0, 1)).isEqualTo(3);
            PaintScale scale = ((XYBlockRenderer) plot.getRenderer()).getPaintScale();
            assertThat(brightness(scale, 0)).isLessThan(brightness(scale, 0.6)).isLessThan(brightness(scale, 10));
            assertThat(brightness(scale, 0)).isEqualTo(brightness(scale, 0.4));
            float[] places = plane.project(points).toFloatArray();
            assertThat(plot.getAnnotations())
                    .extracting(name -> ((XYTextAnnotation) name).getText(), name -> ((XYTextAnnotation) name).getX())
                    .containsExactly(tuple("3", (double) places[0]), tuple("5", (double) places[2]), tuple("8", (double)
                            places[4]));
        }
    }

    private static int brightness(PaintScale scale, double nats) {
        Color colour = (Color) scale.getPaint(nats);
        return colour.getRed() + colour.getGreen() + colour.getBlue();
    }
}
