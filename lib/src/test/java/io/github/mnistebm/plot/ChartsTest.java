package io.github.mnistebm.plot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.training.TrainingHistory;
import java.util.Map;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.data.xy.XYDataset;
import org.junit.jupiter.api.Test;

class ChartsTest {

    @Test
    void theAutoencodersChartShowsItsTwoLosses() {
        TrainingHistory history = TrainingHistory.of(
                AutoencoderTrainer.PHASE,
                AutoencoderTrainer.TRAIN_LOSS,
                AutoencoderTrainer.TEST_LOSS,
                AutoencoderTrainer.SECONDS);
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

    @Test
    void ratiosStartAtOneOnALogarithmicAxis() {
        JFreeChart chart = Charts.ratios("title", "times", Map.of("a", 2.0));
        CategoryPlot plot = chart.getCategoryPlot();
        assertThat(plot.getDataset().getValue(0, 0)).isEqualTo(2.0);
        assertThat(plot.getRangeAxis()).isInstanceOf(LogAxis.class);
        assertThat(((BarRenderer) plot.getRenderer()).getBase()).isEqualTo(1);
    }
}
