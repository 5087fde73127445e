package io.github.mnistebm.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFileTest {

    @TempDir
    Path folder;

    private Path file(int magic, int[] shape, int body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(4).putInt(magic).array());
        for (int dimension : shape) {
            out.writeBytes(ByteBuffer.allocate(4).putInt(dimension).array());
        }
        for (int i = 0; i < body; i++) {
            out.write(i);
        }
        return Files.write(folder.resolve("train-images-idx3-ubyte"), out.toByteArray());
    }

    @Test
    void readsShapeAndValues() throws IOException {
        IdxFile idx = IdxFile.read(file(0x803, new int[] {2, 2, 3}, 12), "images");
        assertThat(idx.shape()).containsExactly(2, 2, 3);
        assertThat(idx.values()).isEqualTo(ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
    }

    @Test
    void saysHowManyItemsATruncatedFileHolds() throws IOException {
        assertFails(
                file(0x803, new int[] {5, 2, 2}, 14),
                "train-images-idx3-ubyte: expected 5 images, the file holds 3 (truncated?)."
                        + " Delete it and run ./environment/run setup");
    }

    @Test
    void rejectsAFileThatIsTooLong() throws IOException {
        assertFails(file(0x803, new int[] {1, 2, 2}, 9), "expected 1 images, the file holds 2 and more");
    }

    @Test
    void rejectsACompressedFile() throws IOException {
        assertFails(file(0x1f8b0800, new int[] {}, 100), "found 0x1f8b0800. Is it still compressed?");
    }

    @Test
    void rejectsAForgedHeaderWithoutAllocatingWhatItAnnounces() throws IOException {
        assertFails(
                file(0x803, new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE}, 4),
                "expected 2147483647 images, the file holds 0 (truncated?)");
    }

    @Test
    void rejectsANegativeDimension() throws IOException {
        assertFails(file(0x801, new int[] {-1}, 4), "dimension 0 must be positive, found 4294967295");
    }

    @Test
    void namesAMissingFileAndTheRemedy() {
        assertFails(folder.resolve("none"), "none: no such file. Run ./environment/run setup");
    }

    private static void assertFails(Path file, String message) {
        assertThatThrownBy(() -> IdxFile.read(file, "images"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }
}
