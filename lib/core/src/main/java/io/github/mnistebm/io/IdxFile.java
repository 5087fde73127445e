package io.github.mnistebm.io;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads IDX files of unsigned bytes: two zero bytes, the type code {@code 0x08}, the number of dimensions, each
 * dimension as a big-endian 32-bit integer, then the values in row-major order. A file compressed by gzip is read like the one inside.
 *
 * @param shape the dimensions, the number of items first
 * @param values the values, one byte each, to be read as unsigned; in memory that a tensor can be made of without a copy
 */
public record IdxFile(int[] shape, ByteBuffer values) {

    private static final int UNSIGNED_BYTE = 0x08;
    private static final int MAX_DIMENSIONS = 8;
    private static final int GZIP = 0x1f8b;

    /** The greatest number of bytes that one compressed byte can hold (RFC 1951: 258 bytes by two bits). */
    private static final long MAX_RATIO = 1032;

    /**
     * Reads a file. The header is believed only as far as the file's length allows, so that a forged one costs no memory.
     *
     * @param file the file, compressed by gzip or not, whatever its name
     * @param what the name of its items, for messages: {@code images}, {@code labels}
     * @return its content
     * @throws IOException if the file is missing, is not an IDX file of unsigned bytes, is damaged, or has another length than its
     *     header says
     */
    public static IdxFile read(Path file, String what) throws IOException {
        String name = String.valueOf(file.getFileName());
        try {
            RegularFiles.require(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": no such file", e);
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            long length = channel.size();
            if (length < 4) {
                throw new IOException(name + ": expected an IDX header, the file holds " + length + " bytes");
            }
            boolean compressed =
                    NativeReader.read(channel, name, 0, Short.BYTES).getChar() == GZIP;
            channel.position(0);
            if (!compressed) {
                return read(channel, length, "", name, what);
            }
            try (ReadableByteChannel inflated =
                    Channels.newChannel(new GZIPInputStream(Channels.newInputStream(channel)))) {
                return read(inflated, MAX_RATIO * length, "at most ", name, what);
            } catch (ZipException | EOFException e) {
                throw new IOException(name + ": damaged, as gzip reports: " + e.getMessage(), e);
            }
        }
    }

    /** Reads from a channel that holds so many bytes, or {@code "at most "} so many. */
    private static IdxFile read(ReadableByteChannel channel, long most, String bound, String name, String what)
            throws IOException {
        int magic = header(channel, Integer.BYTES, name).getInt();
        int dimensions = magic & 0xff;
        if (magic >>> 16 != 0
                || (magic >>> 8 & 0xff) != UNSIGNED_BYTE
                || dimensions == 0
                || dimensions > MAX_DIMENSIONS) {
            throw new IOException(name + ": expected an IDX file of unsigned bytes (magic 0x0000080n), found 0x"
                    + HexFormat.of().toHexDigits(magic));
        }
        ByteBuffer sizes = header(channel, Integer.BYTES * dimensions, name);
        int[] shape = new int[dimensions];
        for (int i = 0; i < dimensions; i++) {
            shape[i] = sizes.getInt();
            if (shape[i] <= 0) {
                throw new IOException(
                        name + ": dimension " + i + " must be positive, found " + Integer.toUnsignedString(shape[i]));
            }
        }
        try {
            long itemLength = 1;
            for (int i = 1; i < dimensions; i++) {
                itemLength = Math.multiplyExact(itemLength, (long) shape[i]);
            }
            long possible = (most - Integer.BYTES * (1L + dimensions)) / itemLength;
            if (possible < shape[0]) {
                throw truncated(name, what, shape[0], bound + possible);
            }
            ByteBuffer values = ByteBuffer.allocateDirect(Math.toIntExact(itemLength * shape[0]));
            fill(channel, values);
            if (values.hasRemaining()) {
                throw truncated(name, what, shape[0], "" + values.position() / itemLength);
            }
            if (channel.read(ByteBuffer.allocate(1)) > 0) {
                throw new IOException(
                        name + ": expected " + shape[0] + " " + what + ", the file holds more bytes than those");
            }
            return new IdxFile(shape, values.flip());
        } catch (ArithmeticException e) {
            throw new IOException(name + ": the header announces more than 2 GiB", e);
        }
    }

    private static ByteBuffer header(ReadableByteChannel channel, int length, String name) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        fill(channel, bytes);
        if (bytes.hasRemaining()) {
            throw new IOException(name + ": expected an IDX header, the file ends within it (truncated?)");
        }
        return bytes.flip();
    }

    private static void fill(ReadableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
            // Until the file ends.
        }
    }

    private static IOException truncated(String name, String what, int expected, String found) {
        return new IOException(
                name + ": expected " + expected + " " + what + ", the file holds " + found + " (truncated?)");
    }

    /**
     * Computes the checksum of the file that holds these values uncompressed.
     *
     * @return 64 hexadecimal digits
     */
    public String sha256() {
        ByteBuffer header = ByteBuffer.allocate(Integer.BYTES * (1 + shape.length));
        header.putInt(UNSIGNED_BYTE << 8 | shape.length);
        for (int size : shape) {
            header.putInt(size);
        }
        return Sha256.of(header.flip(), values);
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
