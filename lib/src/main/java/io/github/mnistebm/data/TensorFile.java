package io.github.mnistebm.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Named tensors in a safetensors file, which Python opens with {@code safetensors.numpy.load_file}: an 8-byte length, a
 * JSON header, the values.
 */
public final class TensorFile {

    private static final long MAX_HEADER = 1 << 20;

    private TensorFile() {}

    /**
     * Writes tensors.
     *
     * @param file where to
     * @param tensors by name
     * @throws IOException if it cannot be written
     */
    public static void write(Path file, Map<String, NDArray> tensors) throws IOException {
        try (NDScope scope = new NDScope();
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
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
     * Reads tensors of known names and shapes.
     *
     * @param manager the owner of the tensors
     * @param file the file
     * @param shapes the expected shape of each tensor, by name
     * @return the tensors, in the order of {@code shapes}
     * @throws IOException if the file is missing or damaged, or lacks a tensor, or has one of another shape
     */
    public static Map<String, NDArray> read(NDManager manager, Path file, Map<String, Shape> shapes)
            throws IOException {
        String name = String.valueOf(file.getFileName());
        byte[] bytes = bytes(file, name, shapes);
        NDList list;
        try {
            list = NDList.decode(manager, bytes);
        } catch (RuntimeException e) {
            throw new IOException(name + ": not a readable safetensors file (" + e.getMessage() + ")", e);
        }
        Map<String, NDArray> byName = new LinkedHashMap<>();
        list.forEach(tensor -> byName.put(tensor.getName(), tensor));
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, Shape> expected : shapes.entrySet()) {
            NDArray tensor = byName.remove(expected.getKey());
            if (tensor == null) {
                throw new IOException(name + ": " + expected.getKey() + " is missing");
            }
            if (!tensor.getShape().equals(expected.getValue())) {
                throw new IOException(name + ": " + expected.getKey() + ": expected shape " + expected.getValue()
                        + ", found " + tensor.getShape());
            }
            tensors.put(expected.getKey(), tensor);
        }
        byName.values().forEach(NDArray::close);
        return tensors;
    }

    private static byte[] bytes(Path file, String name, Map<String, Shape> shapes) throws IOException {
        long expected = 8;
        for (Shape shape : shapes.values()) {
            expected += shape.size() * Float.BYTES;
        }
        try {
            long length = Files.size(file);
            // Both checks come before anything is allocated by what a header says.
            if (length < expected || length > expected + MAX_HEADER) {
                throw new IOException(
                        name + ": expected " + expected + " bytes of tensors and a header, the file holds " + length
                                + (length < expected ? " (truncated?)" : ""));
            }
            byte[] bytes = Files.readAllBytes(file);
            long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (header < 2 || header > Math.min(MAX_HEADER, bytes.length - 8L)) {
                throw new IOException(
                        name + ": not a safetensors file (a header of " + Long.toUnsignedString(header) + " bytes)");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": no such file", e);
        }
    }
}
