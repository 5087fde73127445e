package io.github.mnistebm.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Writes drawn images one part after the other, so that any number of them takes the same memory. The file comes under
 * its name when {@link #finish} is called; closed before, nothing is left of it.
 */
public interface ImageWriter extends AutoCloseable {

    /**
     * Opens a writer for a file, by its ending.
     *
     * @param file ends in {@code .npz} (arrays {@code images} and {@code means}) or in {@code .idx} (the images; the means
     *     go into a second file that ends in {@code .means.idx})
     * @param count the number of images that will be written
     * @return the writer
     * @throws IllegalArgumentException if the name ends otherwise, or the format cannot hold as many images
     * @throws IOException if the file cannot be written
     */
    static ImageWriter open(Path file, long count) throws IOException {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".npz")) {
            return new NpzImageWriter(file, count);
        }
        if (name.endsWith(".idx")) {
            return new IdxImageWriter(file, count);
        }
        throw new IllegalArgumentException(file + ": expected a name that ends in .npz or .idx");
    }

    /**
     * Writes the next images.
     *
     * @param images 0 and 1, row-major, {@value DigitImages#PIXELS} an image
     * @param means the probability of each pixel to be white; as many
     * @throws IOException if they cannot be written
     */
    void write(byte[] images, float[] means) throws IOException;

    /**
     * Puts the file in place.
     *
     * @throws IOException if it cannot be written
     * @throws IllegalStateException if other than the announced number of images was written
     */
    void finish() throws IOException;

    @Override
    void close() throws IOException;
}
