package io.github.mnistebm.data;

import ai.djl.Device;
import io.github.mnistebm.io.DataFolder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;

/** Data sets of the user's own, in each of the forms: their images are MNIST's first test images. */
final class ImageFolders {

    private ImageFolders() {}

    /** Writes a part of a data set as two IDX files, perhaps compressed. */
    static void idx(Path folder, String part, boolean gzip, byte[] pixels, byte[] labels) throws IOException {
        write(folder.resolve(part + "-images-idx3-ubyte"), gzip, new int[] {labels.length, 28, 28}, pixels);
        write(folder.resolve(part + "-labels-idx1-ubyte"), gzip, new int[] {labels.length}, labels);
    }

    static void write(Path file, boolean gzip, int[] shape, byte[] values) throws IOException {
        Path target = gzip ? file.resolveSibling(file.getFileName() + ".gz") : file;
        try (OutputStream plain = Files.newOutputStream(target);
                OutputStream out = gzip ? new GZIPOutputStream(plain) : plain) {
            out.write(new byte[] {0, 0, 8, (byte) shape.length});
            for (int size : shape) {
                out.write(new byte[] {(byte) (size >> 24), (byte) (size >> 16), (byte) (size >> 8), (byte) size});
            }
            out.write(values);
        }
    }

    /** Returns the grey values of MNIST's first test images. */
    static byte[] digits(int count) throws IOException {
        try (DigitImages test = DigitImages.test(DataFolder.mnist(), Device.cpu());
                DigitImages some = test.first(count)) {
            return some.grey().toByteArray();
        }
    }

    /** Writes images in turn into the folders of classes, as 0.png, 1.png and so on. */
    static void pictures(Path folder, List<String> classes, byte[] pixels) throws IOException {
        for (int i = 0; i < pixels.length / DigitImages.PIXELS; i++) {
            Path target = Files.createDirectories(folder.resolve(classes.get(i % classes.size())));
            byte[] one = Arrays.copyOfRange(pixels, i * DigitImages.PIXELS, (i + 1) * DigitImages.PIXELS);
            picture(target.resolve(i / classes.size() + ".png"), 28, one);
        }
    }

    static void picture(Path file, int side, byte[] pixels) throws IOException {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setDataElements(0, 0, side, side, pixels);
        ImageIO.write(image, "png", file.toFile());
    }
}
