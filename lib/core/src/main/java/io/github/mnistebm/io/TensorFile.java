package io.github.mnistebm.io;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.annotations.SerializedName;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named tensors in a safetensors file, which Python opens with {@code safetensors.numpy.load_file}: an 8-byte length, a
 * JSON header, the values. Read without the engine, which is started meanwhile.
 */
public final class TensorFile {

    private static final long MAX_HEADER = 1 << 20;
    private static final String TYPE = "F32";
    private static final String METADATA = "__metadata__";
    private static final String CHECKSUM = "sha256";
    private static final int EXPONENT = 0x7f800000;
    private static final Gson GSON = new Gson();

    private final Map<String, Shape> shapes;
    private final Map<String, ByteBuffer> values;

    private TensorFile(Map<String, Shape> shapes, Map<String, ByteBuffer> values) {
        this.shapes = shapes;
        this.values = values;
    }

    /** An entry of the header, which describes a tensor. */
    private record Entry(
            String dtype,
            long[] shape,
            @SerializedName("data_offsets") long[] offsets) {

        boolean isOf(Shape expected) {
            return TYPE.equals(dtype)
                    && Arrays.equals(shape, expected.getShape())
                    && offsets != null
                    && offsets.length == 2
                    && offsets[1] - offsets[0] == expected.size() * Float.BYTES;
        }
    }

    /**
     * Writes tensors.
     *
     * @param file the file to write
     * @param tensors the tensors by name
     * @throws IOException if it cannot be written
     */
    public static void write(Path file, Map<String, NDArray> tensors) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            encode(out, tensors);
        }
    }

    private static void encode(OutputStream out, Map<String, NDArray> tensors) throws IOException {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDList list = new NDList();
            tensors.forEach((name, tensor) -> {
                NDArray copy = tensor.stopGradient().duplicate();
                copy.setName(name);
                list.add(copy);
            });
            list.encode(out, NDList.Encoding.SAFETENSORS);
        }
    }

    /**
     * Writes tensors with a checksum of their values in the header. Reading checks it.
     *
     * @param file the file to write
     * @param tensors the tensors by name
     * @throws IOException if it cannot be written; a file that was there before is then still there
     */
    public static void writeChecked(Path file, Map<String, NDArray> tensors) throws IOException {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        encode(plain, tensors);
        ByteBuffer bytes = ByteBuffer.wrap(plain.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        byte[] text = new byte[(int) bytes.getLong()];
        bytes.get(text);
        JsonObject checksum = new JsonObject();
        checksum.addProperty(CHECKSUM, Sha256.of(bytes.slice()));
        JsonObject header = new JsonObject();
        header.add(METADATA, checksum);
        JsonParser.parseString(new String(text, StandardCharsets.UTF_8))
                .getAsJsonObject()
                .entrySet()
                .forEach(entry -> header.add(entry.getKey(), entry.getValue()));
        String line = GSON.toJson(header);
        byte[] padded = (line + " ".repeat(Math.floorMod(-line.length(), Long.BYTES))).getBytes(StandardCharsets.UTF_8);
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        StagedFile.write(file, out -> {
            out.write(length.putLong(padded.length).array());
            out.write(padded);
            out.write(bytes.array(), bytes.position(), bytes.remaining());
        });
    }

    /**
     * Reads tensors of known names and shapes.
     *
     * @param file the file
     * @param shapes the expected shape of each tensor, by name
     * @return their values
     * @throws IOException if the file is missing or damaged, lacks a tensor, or has one of another shape or with a value that is not
     *     finite
     */
    public static TensorFile read(Path file, Map<String, Shape> shapes) throws IOException {
        return read(file, shapes, null);
    }

    /**
     * Reads tensors of known names and shapes from a file of known checksum.
     *
     * @param file the file
     * @param shapes the expected shape of each tensor, by name
     * @param sha256 64 hexadecimal digits; null if unknown
     * @return their values
     * @throws IOException if the file is missing or damaged, lacks a tensor, or has one of another shape or with a value that is not
     *     finite
     */
    public static TensorFile read(Path file, Map<String, Shape> shapes, String sha256) throws IOException {
        String name = String.valueOf(file.getFileName());
        try {
            RegularFiles.require(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": no such file", e);
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            requireLength(channel.size(), name, shapes);
            long headerLength = read(channel, name, 0, Long.BYTES).getLong();
            long start = Long.BYTES + headerLength;
            if (headerLength < 2 || headerLength > MAX_HEADER || start > channel.size()) {
                throw new IOException(name + ": not a safetensors file (a header of "
                        + Long.toUnsignedString(headerLength) + " bytes)");
            }
            JsonObject header = header(read(channel, name, Long.BYTES, (int) headerLength), name);
            Map<String, ByteBuffer> values = new LinkedHashMap<>();
            List<Entry> entries = new ArrayList<>();
            for (Map.Entry<String, Shape> expected : shapes.entrySet()) {
                String tensor = expected.getKey();
                Entry entry = entry(header, tensor, name);
                if (entry == null || !entry.isOf(expected.getValue())) {
                    throw new IOException(name + ": " + tensor + ": expected single precision and shape "
                            + expected.getValue() + ", found " + header.get(tensor));
                }
                long from = entry.offsets()[0];
                long to = entry.offsets()[1];
                if (from < 0 || to > channel.size() - start) {
                    throw new IOException(name + ": " + tensor + ": lies outside the file");
                }
                ByteBuffer floats = read(channel, name, start + from, (int) (to - from));
                requireFinite(floats, name + ": " + tensor);
                values.put(tensor, floats);
                entries.add(entry);
            }
            requireDisjoint(entries, name);
            if (sha256 != null) {
                requireChecksum(name, sha256, Sha256.of(file));
            } else if (header.get(METADATA) instanceof JsonObject metadata && metadata.has(CHECKSUM)) {
                ByteBuffer all = read(channel, name, start, Math.toIntExact(channel.size() - start));
                requireChecksum(name, metadata.get(CHECKSUM).toString().replace("\"", ""), Sha256.of(all));
            }
            return new TensorFile(shapes, values);
        }
    }

    private static void requireChecksum(String name, String expected, String found) throws IOException {
        if (!found.equals(expected)) {
            throw new IOException(name + ": damaged: expected sha256 " + expected + ", found " + found);
        }
    }

    /** Checks that no value belongs to two tensors. */
    private static void requireDisjoint(List<Entry> entries, String name) throws IOException {
        entries.sort(Comparator.comparingLong(entry -> entry.offsets()[0]));
        for (int i = 1; i < entries.size(); i++) {
            if (entries.get(i).offsets()[0] < entries.get(i - 1).offsets()[1]) {
                throw new IOException(name + ": not a readable safetensors file (tensors overlap)");
            }
        }
    }

    /** Checks that all values are finite. Compares bits, which takes a tenth of the time of comparing floats. */
    private static void requireFinite(ByteBuffer floats, String what) throws IOException {
        int[] bits = new int[floats.remaining() / Float.BYTES];
        floats.asIntBuffer().get(bits);
        int special = 0;
        for (int each : bits) {
            special |= (each & EXPONENT) == EXPONENT ? 1 : 0;
        }
        if (special != 0) {
            throw new IOException(what + ": has values that are not finite numbers");
        }
    }

    /** Comes before anything is allocated by what a header says. */
    private static void requireLength(long length, String name, Map<String, Shape> shapes) throws IOException {
        long expected = Long.BYTES;
        for (Shape shape : shapes.values()) {
            expected += shape.size() * Float.BYTES;
        }
        if (length < expected || length > expected + MAX_HEADER) {
            throw new IOException(name + ": expected " + expected + " bytes of tensors and a header, the file holds "
                    + length + (length < expected ? " (truncated?)" : ""));
        }
    }

    private static ByteBuffer read(SeekableByteChannel channel, String name, long position, int length)
            throws IOException {
        return NativeReader.read(channel, name, position, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static JsonObject header(ByteBuffer text, String name) throws IOException {
        try {
            return JsonParser.parseString(StandardCharsets.UTF_8.decode(text).toString())
                    .getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new IOException(name + ": not a readable safetensors file (" + e.getMessage() + ")", e);
        }
    }

    private static Entry entry(JsonObject header, String tensor, String name) throws IOException {
        JsonElement found = header.get(tensor);
        if (found == null || found.isJsonNull()) {
            throw new IOException(name + ": " + tensor + " is missing");
        }
        try {
            return GSON.fromJson(found, Entry.class);
        } catch (JsonParseException | IllegalArgumentException e) {
            // Gson throws an IllegalArgumentException for a null among numbers.
            throw new IOException(name + ": " + tensor + ": expected a tensor, found " + found, e);
        }
    }

    /**
     * Makes arrays of the tensors.
     *
     * @param manager the owner of the arrays, which live as long as it does, also inside an {@code NDScope}
     * @return by name, in the order in which they were asked for
     */
    public Map<String, NDArray> arrays(NDManager manager) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> arrays.put(name, manager.create(values.get(name), shape, DataType.FLOAT32)));
        arrays.values().forEach(NDScope::unregister);
        return arrays;
    }
}
