package io.github.mnistebm.data;

import io.github.mnistebm.io.StagedFile;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Images and means as NumPy arrays in a zip file, {@code images} of type {@code uint8} and {@code means} of type {@code
 * float32}, both {@code [n, 28, 28]}. DJL's own writer wants all arrays in memory at once; this one keeps them on disk.
 */
final class NpzImageWriter extends StagedImageWriter {

    /** The format asks that the header and the ten bytes before it fill a multiple of this. */
    private static final int ALIGNMENT = 64;

    private final Path file;

    NpzImageWriter(Path file, long count) throws IOException {
        super(
                inside(file, "images"),
                header("|u1", count),
                inside(file, "means"),
                header("<f4", count),
                ByteOrder.LITTLE_ENDIAN,
                count);
        this.file = file.toAbsolutePath();
    }

    private static Path inside(Path file, String array) {
        return file.resolveSibling(file.getFileName() + "." + array);
    }

    /** The header of an {@code .npy} file of format 1.0. */
    private static byte[] header(String type, long count) {
        String description = String.format(
                Locale.ROOT,
                "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d, %d), }",
                type,
                count,
                DigitImages.SIDE,
                DigitImages.SIDE);
        int padding = Math.floorMod(-(10 + description.length() + 1), ALIGNMENT);
        String padded = description + " ".repeat(padding) + "\n";
        String preamble = "\u0093NUMPY\u0001\0" + (char) (padded.length() & 0xff) + (char) (padded.length() >> 8);
        return (preamble + padded).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Writes an entry as NumPy does, without the time, so that the same images give the same file. */
    private static ZipEntry entry(String name) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        return entry;
    }

    @Override
    void finish(StagedFile images, StagedFile means) throws IOException {
        StagedFile.write(file, out -> {
            ZipOutputStream zip = new ZipOutputStream(out);
            zip.setLevel(Deflater.BEST_SPEED);
            zip.putNextEntry(entry("images.npy"));
            images.copyTo(zip);
            zip.putNextEntry(entry("means.npy"));
            means.copyTo(zip);
            zip.finish();
        });
    }
}
