package io.github.mnistebm.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
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
                "train-images-idx3-ubyte: expected 5 images, the file holds 3 (truncated?)");
    }

    @Test
    void rejectsAFileThatIsTooLong() throws IOException {
        assertFails(file(0x803, new int[] {1, 2, 2}, 9), "expected 1 images, the file holds more bytes than those");
    }

    private Path gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return Files.write(folder.resolve("train-images-idx3-ubyte.gz"), out.toByteArray());
    }

    @Test
    void readsACompressedFileLikeTheOneInside() throws IOException {
        Path plain = file(0x803, new int[] {20, 28, 28}, 20 * 28 * 28);
        IdxFile expected = IdxFile.read(plain, "images");
        assertThat(IdxFile.read(gzip(Files.readAllBytes(plain)), "images")).isEqualTo(expected);
        assertThat(expected.sha256()).isEqualTo(Sha256.of(plain));
    }

    @Test
    void saysThatACompressedFileIsDamaged() throws IOException {
        byte[] whole = Files.readAllBytes(gzip(Files.readAllBytes(file(0x803, new int[] {2, 9, 9}, 162))));
        Path cut = Files.write(folder.resolve("cut.gz"), Arrays.copyOf(whole, whole.length - 9));
        assertFails(cut, "cut.gz: damaged, as gzip reports: Unexpected end of ZLIB input stream");
        byte[] changed = whole.clone();
        changed[whole.length - 6] ^= 1;
        assertFails(
                Files.write(folder.resolve("changed.gz"), changed), "changed.gz: damaged, as gzip reports: Corrupt");
    }

    @Test
    void saysHowManyItemsATruncatedFileHoldsThatIsCompressed() throws IOException {
        byte[] content = Files.readAllBytes(file(0x803, new int[] {5, 2, 2}, 14));
        assertFails(gzip(content), "train-images-idx3-ubyte.gz: expected 5 images, the file holds 3 (truncated?)");
    }

    @Test
    void rejectsAForgedHeaderInACompressedFileWithoutAllocatingWhatItAnnounces() throws IOException {
        byte[] content = Files.readAllBytes(file(0x803, new int[] {Integer.MAX_VALUE, 1, 1}, 4));
        assertFails(gzip(content), "expected 2147483647 images, the file holds at most ");
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
    void namesAMissingFile() {
        assertFails(folder.resolve("none"), "none: no such file");
    }

    private static void assertFails(Path file, String message) {
        assertThatThrownBy(() -> IdxFile.read(file, "images"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }
}
