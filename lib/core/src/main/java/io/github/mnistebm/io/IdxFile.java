package io.github.mnistebm.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Reads IDX files of unsigned bytes: two zero bytes, the type code {@code 0x08}, the number of dimensions, each
 * dimension as a big-endian 32-bit integer, then the values in row-major order.
 *
 * @param shape the dimensions, the number of items first
 * @param values the values, one byte each, to be read as unsigned; in memory that a tensor can be made of without a copy
 */
public record IdxFile(int[] shape, ByteBuffer values) {

    private static final int UNSIGNED_BYTE = 0x08;
    private static final int MAX_DIMENSIONS = 8;

    /**
     * Reads a file. The header is believed only after the file's length has confirmed it, so that a forged one costs no
     * memory.
     *
     * @param file the file
     * @param what the name of its items, for messages: {@code images}, {@code labels}
     * @return its content
     * @throws IOException if the file is missing, is no IDX file of unsigned bytes, or has another length than its
     *     header says
     */
    public static IdxFile read(Path file, String what) throws IOException {
        String name = String.valueOf(file.getFileName());
        requireRegular(file);
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            long length = channel.size();
            if (length < 4) {
                throw new IOException(name + ": expected an IDX header, the file holds " + length + " bytes");
            }
            int magic = NativeReader.read(channel, name, 0, Integer.BYTES).getInt();
            int dimensions = magic & 0xff;
            if (magic >>> 16 != 0
                    || (magic >>> 8 & 0xff) != UNSIGNED_BYTE
                    || dimensions == 0
                    || dimensions > MAX_DIMENSIONS) {
                throw new IOException(name + ": expected an IDX file of unsigned bytes (magic 0x0000080n), found 0x"
                        + HexFormat.of().toHexDigits(magic) + ". Is it still compressed?");
            }
            int headerLength = Integer.BYTES + Integer.BYTES * dimensions;
            if (length < headerLength) {
                throw new IOException(name + ": expected a header of " + headerLength + " bytes, the file holds "
                        + length + " bytes (truncated?)");
            }
            ByteBuffer sizes = NativeReader.read(channel, name, Integer.BYTES, headerLength - Integer.BYTES);
            int[] shape = new int[dimensions];
            for (int i = 0; i < dimensions; i++) {
                shape[i] = sizes.getInt();
                if (shape[i] <= 0) {
                    throw new IOException(name + ": dimension " + i + " must be positive, found "
                            + Integer.toUnsignedString(shape[i]));
                }
            }
            long itemLength = product(shape, 1);
            long bodyLength = length - headerLength;
            if (bodyLength / itemLength != shape[0] || bodyLength % itemLength != 0) {
                long items = bodyLength / itemLength;
                throw new IOException(name + ": expected " + shape[0] + " " + what + ", the file holds " + items
                        + (items < shape[0] ? " (truncated?)" : " and more")
                        + ". Delete it and run ./environment/run setup");
            }
            return new IdxFile(shape, NativeReader.read(channel, name, headerLength, Math.toIntExact(bodyLength)));
        } catch (ArithmeticException e) {
            throw new IOException(name + ": the header announces more than 2 GiB", e);
        }
    }

    private static void requireRegular(Path file) throws IOException {
        try {
            RegularFiles.require(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": no such file. Run ./environment/run setup", e);
        }
    }

    private static long product(int[] shape, int from) {
        long product = 1;
        for (int i = from; i < shape.length; i++) {
            product = Math.multiplyExact(product, (long) shape[i]);
        }
        return product;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IdxFile that && Arrays.equals(shape, that.shape) && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shape) + values.hashCode();
    }

    @Override
    public String toString() {
        return "IdxFile" + Arrays.toString(shape);
    }
}
