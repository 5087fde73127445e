package io.github.mnistebm.notebook;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import org.jfree.chart.JFreeChart;

/** Charts at the size that a notebook shows them in, with twice the pixels, for screens that have them. */
public final class Pictures {

    static final int WIDTH = 760;
    private static final int HEIGHT = 420;
    private static final int DENSITY = 2;

    private Pictures() {}

    /** A picture that a notebook shows at half its width in pixels. */
    static final class Dense extends BufferedImage {
        Dense(int width, int height) {
            super(width, height, TYPE_INT_RGB);
        }
    }

    /**
     * Draws a chart.
     *
     * @param chart the chart
     * @return a picture, which every Java kernel can show
     */
    public static BufferedImage of(JFreeChart chart) {
        Dense picture = new Dense(DENSITY * WIDTH, DENSITY * HEIGHT);
        Graphics2D graphics = picture.createGraphics();
        graphics.scale(DENSITY, DENSITY);
        chart.draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
        graphics.dispose();
        return picture;
    }
}
