package io.github.mnistebm.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * A digit from a picture file, such as a drawing program's.
 *
 * @param pixels 0 and 1, row by row
 * @param known 1 where a pixel is opaque, 0 where it is transparent and so unknown
 */
public record DigitPicture(byte[] pixels, byte[] known) {

    private static final int OPAQUE = 128;

    /**
     * Reads a picture of 28 × 28 pixels. White is what is lighter than {@value Binarization#LAST_BLACK} of 255; unknown is what is more
     * transparent than opaque.
     *
     * @param file a PNG, GIF or BMP file
     * @return the digit
     * @throws IOException if the file cannot be read, is no picture, or one of another size
     */
    public static DigitPicture read(Path file) throws IOException {
        BufferedImage picture = decoded(file);
        byte[] pixels = new byte[DigitImages.PIXELS];
        byte[] known = new byte[DigitImages.PIXELS];
        for (int i = 0; i < pixels.length; i++) {
            int argb = picture.getRGB(i % DigitImages.SIDE, i / DigitImages.SIDE);
            int sum = (argb >> 16 & 0xff) + (argb >> 8 & 0xff) + (argb & 0xff);
            known[i] = (byte) (argb >>> 24 >= OPAQUE ? 1 : 0);
            pixels[i] = (byte) (known[i] == 1 && sum > 3 * Binarization.LAST_BLACK ? 1 : 0);
        }
        return new DigitPicture(pixels, known);
    }

    private static BufferedImage decoded(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new NoSuchFileException(file.toString());
        }
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new IOException(file + ": expected a picture (PNG, GIF or BMP), found something else");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in);
                // Before the pixels are decoded: a forged size allocates nothing.
                if (reader.getWidth(0) != DigitImages.SIDE || reader.getHeight(0) != DigitImages.SIDE) {
                    throw new IOException(file + ": expected 28 × 28 pixels, found " + reader.getWidth(0) + " × "
                            + reader.getHeight(0));
                }
                return reader.read(0);
            } catch (RuntimeException e) {
                throw new IOException(file + ": a damaged picture (" + e.getMessage() + ")", e);
            } finally {
                reader.dispose();
            }
        }
    }
}
