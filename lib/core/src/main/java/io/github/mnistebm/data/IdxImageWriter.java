package io.github.mnistebm.data;

import io.github.mnistebm.io.StagedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Images as IDX unsigned bytes {@code [n, 28, 28]}, and beside them the means as IDX 32-bit floats. */
final class IdxImageWriter extends StagedImageWriter {

    private static final int UNSIGNED_BYTE = 0x08;
    private static final int FLOAT = 0x0D;

    IdxImageWriter(Path file, long count) throws IOException {
        super(
                file,
                header(file, UNSIGNED_BYTE, count),
                means(file),
                header(file, FLOAT, count),
                ByteOrder.BIG_ENDIAN,
                count);
    }

    private static Path means(Path file) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.length() - ".idx".length()) + ".means.idx");
    }

    private static byte[] header(Path file, int type, long count) {
        if (count > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(file + ": an IDX file holds at most " + Integer.MAX_VALUE
                    + " images, found " + count + ". Use a name that ends in .npz");
        }
        return ByteBuffer.allocate(16)
                .putInt(type << 8 | 3)
                .putInt((int) count)
                .putInt(DigitImages.SIDE)
                .putInt(DigitImages.SIDE)
                .array();
    }

    @Override
    void finish(StagedFile images, StagedFile means) throws IOException {
        means.moveIntoPlace();
        images.moveIntoPlace();
    }
}
