package io.github.mnistebm.io;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A picture from a file, upright and in eight bits a channel.
 *
 * @param width the number of columns
 * @param height the number of rows
 * @param argb the opacity, red, green and blue of each pixel, row by row
 */
public record PictureFile(int width, int height, int[] argb) {

    private static final int OPAQUE = 128;
    private static final int MAX_BYTES = 64 << 20;
    private static final int MAX_SIDE = 4096;
    private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;

    /** The fields of a PNG chunk besides its data: length, type, checksum. */
    private static final int CHUNK_FIELDS = 3 * Integer.BYTES;

    /**
     * Reads a file.
     *
     * @param file a PNG, JPEG, GIF, BMP or TIFF file
     * @return the picture
     * @throws IOException if the file is missing, not a picture, damaged, too large, or of an unknown kind; the message names the file
     *     and the fault
     */
    public static PictureFile read(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + ": expected a picture's file, found a folder or a device");
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(
                    file + ": expected a picture of at most 64 MiB, found " + Files.size(file) + " bytes");
        }
        byte[] bytes = Files.readAllBytes(file);
        try {
            requireWholePng(ByteBuffer.wrap(bytes));
            return decoded(bytes);
        } catch (IOException e) {
            throw new IOException(file + ": " + reason(e), e);
        } catch (RuntimeException e) {
            throw new IOException(file + ": a damaged picture (" + reason(e) + ")", e);
        }
    }

    private static String reason(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** Checks the checksums, since Java's reader ignores them and accepts changed pixels. */
    private static void requireWholePng(ByteBuffer bytes) throws IOException {
        if (bytes.remaining() < Long.BYTES || bytes.getLong() != PNG_SIGNATURE) {
            return;
        }
        String chunk = "";
        while (!chunk.equals("IEND")) {
            if (bytes.remaining() < CHUNK_FIELDS) {
                throw new IOException("a damaged picture (truncated after " + bytes.limit() + " bytes)");
            }
            int length = bytes.getInt();
            if (length < 0 || length > bytes.remaining() - 2 * Integer.BYTES) {
                throw new IOException("a damaged picture (truncated after " + bytes.limit() + " bytes)");
            }
            ByteBuffer summed = bytes.slice(bytes.position(), Integer.BYTES + length);
            byte[] type = new byte[Integer.BYTES];
            bytes.get(type).position(bytes.position() + length);
            chunk = new String(type, StandardCharsets.ISO_8859_1);
            CRC32 sum = new CRC32();
            sum.update(summed);
            if ((int) sum.getValue() != bytes.getInt()) {
                throw new IOException("a damaged picture (the checksum of its part " + chunk + " is wrong)");
            }
        }
    }

    private static PictureFile decoded(byte[] bytes) throws IOException {
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new IOException("expected a picture (PNG, JPEG, GIF, BMP or TIFF), found something else");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in);
                return decoded(reader).upright(ExifOrientation.of(bytes));
            } finally {
                reader.dispose();
            }
        }
    }

    private static PictureFile decoded(ImageReader reader) throws IOException {
        int count = reader.getNumImages(true);
        if (count != 1) {
            throw new IOException("expected one picture, found " + count + ", such as those of an animation");
        }
        // The check comes before the pixels are decoded, so that a forged size allocates nothing.
        if (reader.getWidth(0) > MAX_SIDE || reader.getHeight(0) > MAX_SIDE) {
            throw new IOException("expected at most " + MAX_SIDE + " pixels a side, found " + reader.getWidth(0) + " × "
                    + reader.getHeight(0));
        }
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
        BufferedImage image;
        try {
            image = reader.read(0);
        } catch (IOException e) {
            throw new IOException("a damaged picture (" + reason(e) + ")", e);
        }
        // The reader fills the missing part of a JPEG file with grey.
        if (!warnings.isEmpty()) {
            throw new IOException("a damaged picture (" + warnings.get(0) + ")");
        }
        return of(image);
    }

    private static PictureFile of(BufferedImage image) throws IOException {
        int width = image.getWidth();
        int height = image.getHeight();
        boolean grey = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY
                && !(image.getColorModel() instanceof IndexColorModel);
        int[] argb = grey ? grey(image.getRaster()) : image.getRGB(0, 0, width, height, null, 0, width);
        return new PictureFile(width, height, argb);
    }

    /** Returns the grey values of the file unchanged. Java takes them for linear in light, and would turn 128 into 188. */
    private static int[] grey(WritableRaster raster) throws IOException {
        int width = raster.getWidth();
        int[] greys = eightBits(raster, 0);
        int[] opacities = new int[greys.length];
        Arrays.fill(opacities, 255);
        if (raster.getNumBands() > 1) {
            opacities = eightBits(raster, 1);
        }
        int[] argb = new int[width * raster.getHeight()];
        for (int i = 0; i < argb.length; i++) {
            argb[i] = opacities[i] << 24 | greys[i] * 0x010101;
        }
        return argb;
    }

    private static int[] eightBits(WritableRaster raster, int band) throws IOException {
        int bits = raster.getSampleModel().getSampleSize(band);
        if (bits > Short.SIZE) {
            throw new IOException("expected grey values of at most 16 bits, found " + bits);
        }
        int most = (1 << bits) - 1;
        int[] samples = raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), band, (int[]) null);
        for (int i = 0; i < samples.length; i++) {
            samples[i] = Math.round(255f * samples[i] / most);
        }
        return samples;
    }

    /** Returns the picture turned and mirrored as the orientation requires (Exif 2.32, section 4.6.4). */
    private PictureFile upright(int orientation) {
        if (orientation == 1) {
            return this;
        }
        boolean turned = orientation >= 5;
        int columns = turned ? height : width;
        int rows = turned ? width : height;
        int[] pixels = new int[argb.length];
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < columns; x++) {
                int right = width - 1;
                int bottom = height - 1;
                pixels[y * columns + x] = switch (orientation) {
                    case 2 -> at(right - x, y);
                    case 3 -> at(right - x, bottom - y);
                    case 4 -> at(x, bottom - y);
                    case 5 -> at(y, x);
                    case 6 -> at(y, bottom - x);
                    case 7 -> at(right - y, bottom - x);
                    default -> at(right - y, x);
                };
            }
        }
        return new PictureFile(columns, rows, pixels);
    }

    /**
     * Returns whether a pixel is more opaque than transparent.
     *
     * @param pixel the index of the pixel
     * @return true from an opacity of one half on
     */
    public boolean isOpaque(int pixel) {
        return argb[pixel] >>> 24 >= OPAQUE;
    }

    /**
     * Returns whether some pixel is not quite opaque.
     *
     * @return true if one is
     */
    public boolean isTransparent() {
        return IntStream.of(argb).anyMatch(colour -> colour >>> 24 != 255);
    }

    /**
     * Returns the lightness of each pixel on a black background.
     *
     * @return unsigned bytes, 255 for opaque white, row by row
     */
    public byte[] grey() {
        byte[] grey = new byte[argb.length];
        for (int i = 0; i < grey.length; i++) {
            grey[i] = (byte) Math.round((argb[i] >>> 24) * lightness(argb[i]) / 255);
        }
        return grey;
    }

    /**
     * Returns the lightness of a colour (Recommendation ITU-R BT.601).
     *
     * @param colour red, green and blue, eight bits each
     * @return 0 to 255
     */
    public static double lightness(int colour) {
        return 0.299 * (colour >> 16 & 0xff) + 0.587 * (colour >> 8 & 0xff) + 0.114 * (colour & 0xff);
    }

    private int at(int x, int y) {
        return argb[y * width + x];
    }
}
