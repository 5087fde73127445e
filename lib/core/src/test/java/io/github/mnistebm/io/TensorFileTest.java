package io.github.mnistebm.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.InEveryLocale;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFileTest {

    private final RandomSource random = RandomSource.of(1);

    @TempDir
    Path folder;

    private Path file(String header, int body) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + body).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(text.length).put(text);
        return Files.write(folder.resolve("tensors"), bytes.array());
    }

    private static void assertFails(Path file, String message) {
        assertThatThrownBy(() -> TensorFile.read(file, Map.of("a", new Shape(2))))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("tensors: " + message);
    }

    @InEveryLocale
    void isReadAsItWasWritten() throws IOException {
        Path file = folder.resolve("tensors");
        try (NDManager manager = NDManager.newBaseManager()) {
            Map<String, NDArray> written = new LinkedHashMap<>();
            written.put("a", random.normal(manager, new Shape(3)));
            written.put("b", random.normal(manager, new Shape(2, 5)));
            TensorFile.write(file, written);
            Map<String, NDArray> read = TensorFile.read(file, Map.of("a", new Shape(3), "b", new Shape(2, 5)))
                    .arrays(manager);
            assertThat(read).isEqualTo(written);
        }
    }

    @Test
    void saysWhichTensorIsMissing() throws IOException {
        assertFails(file("{\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8), "a is missing");
    }

    @Test
    void saysWhichTensorIsOfAnotherShape() throws IOException {
        assertFails(
                file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}", 8),
                "a: expected single precision and shape (2), found {");
    }

    @Test
    void saysWhichTensorIsOfAnotherPrecision() throws IOException {
        assertFails(
                file("{\"a\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8),
                "a: expected single precision and shape (2), found {");
    }

    @Test
    void saysWhichTensorLiesOutsideTheFile() throws IOException {
        assertFails(
                file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 8),
                "a: lies outside the file");
    }

    @Test
    void rejectsAHeaderThatIsNoJson() throws IOException {
        assertFails(file("[1, 2", 8), "not a readable safetensors file");
    }
}
