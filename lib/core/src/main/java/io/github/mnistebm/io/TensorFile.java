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
     * Writes tensors with a checksum of their values and of other metadata in the header. Reading checks it.
     *
     * @param file the file to write
     * @param tensors the tensors by name
     * @param metadata texts by name, other than {@code sha256}
     * @throws IOException if it cannot be written; a file that was there before is then still there
     */
    public static void writeChecked(Path file, Map<String, NDArray> tensors, Map<String, String> metadata)
            throws IOException {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        encode(plain, tensors);
        ByteBuffer bytes = ByteBuffer.wrap(plain.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        byte[] text = new byte[(int) bytes.getLong()];
        bytes.get(text);
        JsonObject described = new JsonObject();
        metadata.forEach(described::addProperty);
        described.addProperty(CHECKSUM, sum(described, bytes.slice()));
        JsonObject header = new JsonObject();
        header.add(METADATA, described);
        JsonParser.parseString(new String(text, StandardCharsets.UTF_8))
                .getAsJsonObject()
                .entrySet()
                .forEach(entry -> header.add(entry.getKey(), entry.getValue()));
        byte[] line = GSON.toJson(header).getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(line, line.length + Math.floorMod(-line.length, Long.BYTES));
        Arrays.fill(padded, line.length, padded.length, (byte) ' ');
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        StagedFile.write(file, out -> {
            out.write(length.putLong(padded.length).array());
            out.write(padded);
            out.write(bytes.array(), bytes.position(), bytes.remaining());
        });
    }

    /** Computes the checksum of the values, and of the metadata if there are any besides the checksum. */
    private static String sum(JsonObject metadata, ByteBuffer values) {
        JsonObject others = metadata.deepCopy();
        others.remove(CHECKSUM);
        String text = others.size() == 0 ? "" : GSON.toJson(others);
        return Sha256.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), values);
    }

    /**
     * Reads the metadata of a file, which {@link #read} checks.
     *
     * @param file the file
     * @return texts by name; empty if the file has none
     * @throws IOException if the file is missing or its header cannot be read
     */
    public static Map<String, String> metadata(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        requireFile(file);
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            Map<String, String> metadata = new LinkedHashMap<>();
            if (header(channel, name).get(METADATA) instanceof JsonObject described) {
                described.entrySet().forEach(entry -> {
                    if (entry.getValue().isJsonPrimitive()) {
                        metadata.put(entry.getKey(), entry.getValue().getAsString());
                    }
                });
            }
            return metadata;
        }
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
        requireFile(file);
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            requireLength(channel.size(), name, shapes);
            JsonObject header = header(channel, name);
            long start = channel.position();
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
                requireChecksum(name, metadata.get(CHECKSUM).toString().replace("\"", ""), sum(metadata, all));
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

    private static void requireFile(Path file) throws IOException {
        try {
            RegularFiles.require(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": no such file", e);
        }
    }

    /** Reads the header, after which the values begin at the channel's position. */
    private static JsonObject header(SeekableByteChannel channel, String name) throws IOException {
        if (channel.size() < Long.BYTES) {
            throw new IOException(name + ": not a safetensors file (" + channel.size() + " bytes)");
        }
        long length = read(channel, name, 0, Long.BYTES).getLong();
        if (length < 2 || length > MAX_HEADER || Long.BYTES + length > channel.size()) {
            throw new IOException(
                    name + ": not a safetensors file (a header of " + Long.toUnsignedString(length) + " bytes)");
        }
        ByteBuffer text = read(channel, name, Long.BYTES, (int) length);
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
     * Creates arrays of the tensors.
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
