package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.github.mnistebm.autoencoder.DecoderArchitecture;
import io.github.mnistebm.data.IdxFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that something has changed: each is read, or refused by an {@link IOException} that names it. Any other exception, a crash, or
 * more memory than the heap holds fails the test.
 */
class DamagedFilesTest {

    private static final int MUTANTS = 1000;

    private static final List<Long> NUMBERS = List.of(
            0L,
            1L,
            -1L,
            255L,
            (long) Integer.MAX_VALUE,
            (long) Integer.MIN_VALUE,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            1L << 40);

    @TempDir
    private Path folder;

    /** Reads a damaged file. */
    @FunctionalInterface
    private interface Reader {
        void read() throws IOException;
    }

    private static byte[] mutant(byte[] original, Random random) {
        byte[] bytes = original.clone();
        for (int change = random.nextInt(3); change >= 0 && bytes.length > 0; change--) {
            // Headers are at the beginning: half of the changes are there.
            int range = random.nextBoolean() ? Math.min(bytes.length, 600) : bytes.length;
            int at = random.nextInt(range);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + random.nextInt(2000));
                case 4 -> {
                    ByteBuffer number = ByteBuffer.allocate(8).putLong(NUMBERS.get(random.nextInt(NUMBERS.size())));
                    int from = random.nextInt(2) * 4;
                    System.arraycopy(number.array(), from, bytes, at, Math.min(8 - from, bytes.length - at));
                }
                default -> {
                    int length = Math.min(random.nextInt(40), bytes.length - at);
                    System.arraycopy(original, random.nextInt(original.length - length + 1), bytes, at, length);
                }
            }
        }
        return bytes;
    }

    /** A digit in a text becomes many, or another sign. */
    private static byte[] mutantText(byte[] original, Random random) {
        String text = new String(original, StandardCharsets.UTF_8);
        int at = random.nextInt(text.length());
        while (!Character.isDigit(text.charAt(at))) {
            at = random.nextInt(text.length());
        }
        String number = List.of("99999999999", "-1", "1e400", "NaN", "null", "\"a\"", "[1]", "{}", "0.5", "2147483647")
                .get(random.nextInt(10));
        return (text.substring(0, at) + number + text.substring(at + 1)).getBytes(StandardCharsets.UTF_8);
    }

    private void damage(Path file, Reader reader) throws IOException {
        byte[] original = Files.readAllBytes(file);
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < MUTANTS; i++) {
            boolean text = file.toString().endsWith(".json") && random.nextBoolean();
            byte[] bytes = text ? mutantText(original, random) : mutant(original, random);
            Files.write(file, bytes);
            try {
                reader.read();
            } catch (IOException e) {
                refused++;
                assertThat(e.getMessage())
                        .as("mutant %d", i)
                        .containsAnyOf(file.getFileName().toString(), "weights.safetensors");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("mutant " + i + " of " + file.getFileName(), e);
            }
        }
        assertThat(refused).isGreaterThan(MUTANTS / 10);
    }

    private Path model() throws IOException {
        Path saved = folder.resolve("model");
        TrainingConfig config =
                TinyModel.builder(1).decoder(DecoderArchitecture.PERCEPTRON).build();
        try (DigitModel model = TinyModel.trained(config)) {
            model.save(saved);
        }
        return saved;
    }

    @Test
    void anIdxFile() throws IOException {
        Path file = folder.resolve("images-idx3-ubyte");
        Files.write(
                file,
                ByteBuffer.allocate(16 + 10 * 9)
                        .putInt(0x803)
                        .putInt(10)
                        .putInt(3)
                        .putInt(3)
                        .array());
        damage(file, () -> IdxFile.read(file, "images"));
    }

    @Test
    void aModelsWeights() throws IOException {
        Path saved = model();
        damage(saved.resolve("weights.safetensors"), () -> DigitModel.load(saved, Device.cpu())
                .close());
    }

    @Test
    void aModelsCard() throws IOException {
        Path saved = model();
        damage(saved.resolve("model.json"), () -> DigitModel.load(saved, Device.cpu())
                .close());
    }
}
