package io.github.mnistebm.plot;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.data.DigitImages;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.Arrays;

/** Images of digits side by side, light on dark. */
public final class ImageGrid {

    /** The most images of a grid. */
    public static final int MAX_IMAGES = 10_000;

    private static final int GAP = 2;
    private static final int CAPTION_HEIGHT = 24;
    private static final int BACKGROUND = 0x303640;

    private ImageGrid() {}

    /**
     * Lays images out in a grid that is about square.
     *
     * @param images values 0 to 1 of any data type, {@code [n, 784]}
     * @return the grid, row by row
     * @throws IllegalArgumentException if there is no image, or more than {@value #MAX_IMAGES}
     */
    public static BufferedImage of(NDArray images) {
        long n = images.getShape().get(0);
        return of(images, n <= 10 ? (int) n : (int) Math.ceil(Math.sqrt(n)));
    }

    /**
     * Lays images out in a grid.
     *
     * @param images values 0 to 1 of any data type, {@code [n, 784]}
     * @param columns images a row; at least 1
     * @return the grid, row by row; each image enlarged while the grid stays small
     * @throws IllegalArgumentException if there is no image, or more than {@value #MAX_IMAGES}, or no column
     */
    public static BufferedImage of(NDArray images, int columns) {
        long count = images.getShape().get(0);
        if (count < 1 || count > MAX_IMAGES) {
            throw new IllegalArgumentException("image grid: expected 1 to " + MAX_IMAGES + " images, found " + count);
        }
        if (columns < 1) {
            throw new IllegalArgumentException("image grid: expected at least 1 column, found " + columns);
        }
        int n = (int) count;
        int scale = Math.max(columns, (n + columns - 1) / columns) <= 20 ? 2 : 1;
        int cell = DigitImages.SIDE * scale + GAP;
        int rows = (n + columns - 1) / columns;
        int width = columns * cell + GAP;
        int height = rows * cell + GAP;
        // Pixels in an array: to get ready to draw shapes takes Java 15 ms.
        int[] pixels = new int[width * height];
        Arrays.fill(pixels, BACKGROUND);
        float[] values = toFloats(images);
        for (int i = 0; i < n; i++) {
            draw(values, i, pixels, (GAP + i / columns * cell) * width + GAP + i % columns * cell, width, scale);
        }
        BufferedImage grid = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        grid.getRaster().setDataElements(0, 0, width, height, pixels);
        return grid;
    }

    private static float[] toFloats(NDArray images) {
        try (NDArray floats = images.toType(DataType.FLOAT32, true)) {
            return floats.toFloatArray();
        }
    }

    private static void draw(float[] values, int index, int[] pixels, int start, int width, int scale) {
        int side = DigitImages.SIDE * scale;
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                float value = values[index * DigitImages.PIXELS + y / scale * DigitImages.SIDE + x / scale];
                int grey = Math.round(255 * Math.min(1, Math.max(0, value)));
                pixels[start + y * width + x] = grey << 16 | grey << 8 | grey;
            }
        }
    }

    /**
     * Puts two grids side by side under captions.
     *
     * @param leftCaption above the left grid
     * @param left the left grid
     * @param rightCaption above the right grid
     * @param right the right grid
     * @return one picture
     */
    public static BufferedImage sideBySide(
            String leftCaption, BufferedImage left, String rightCaption, BufferedImage right) {
        int rightStart = left.getWidth() + 4 * GAP;
        int height = Math.max(left.getHeight(), right.getHeight()) + CAPTION_HEIGHT;
        BufferedImage picture = new BufferedImage(rightStart + right.getWidth(), height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, picture.getWidth(), height);
        graphics.setColor(Color.BLACK);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        put(graphics, leftCaption, left, 0);
        put(graphics, rightCaption, right, rightStart);
        graphics.dispose();
        return picture;
    }

    private static void put(Graphics2D graphics, String caption, BufferedImage grid, int left) {
        FontMetrics metrics = graphics.getFontMetrics();
        int inset = Math.max(0, (grid.getWidth() - metrics.stringWidth(caption)) / 2);
        graphics.drawString(caption, left + inset, CAPTION_HEIGHT - metrics.getDescent() - 3);
        graphics.drawImage(grid, left, CAPTION_HEIGHT, null);
    }
}
