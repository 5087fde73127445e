package io.github.mnistebm.notebook;

import java.awt.image.BufferedImage;
import org.jfree.chart.JFreeChart;

/** Charts at the size that a notebook shows them in. */
public final class Pictures {

    private static final int WIDTH = 760;
    private static final int HEIGHT = 420;

    private Pictures() {}

    /**
     * Draws a chart.
     *
     * @param chart the chart
     * @return a picture, which every Java kernel can show
     */
    public static BufferedImage of(JFreeChart chart) {
        return chart.createBufferedImage(WIDTH, HEIGHT);
    }
}
