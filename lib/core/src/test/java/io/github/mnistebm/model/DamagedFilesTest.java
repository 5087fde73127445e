package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.mnistebm.autoencoder.DecoderArchitecture;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.data.MnistFile;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.io.IdxFile;
import io.github.mnistebm.training.TrainingHistory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged files: each is refused by an {@link IOException} that names it, or gives the same results as before. Any
 * other exception, a crash, or more memory than the heap holds fails the test.
 */
class DamagedFilesTest {

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

    /** Reads a damaged file and returns the result. */
    @FunctionalInterface
    private interface Reader {
        Object read() throws IOException;
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

    /** Damages a file many times; the half of the changes that are in its values begins behind the header. */
    private void damage(Path file, int mutants, Reader reader) throws IOException {
        byte[] original = Files.readAllBytes(file);
        Object expected = reader.read();
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < mutants; i++) {
            boolean text = file.toString().endsWith(".json") && random.nextBoolean();
            Files.write(file, text ? mutantText(original, random) : mutant(original, random));
            try {
                assertThat(reader.read()).as("mutant %d", i).isEqualTo(expected);
            } catch (IOException e) {
                refused++;
                assertThat(e.getMessage())
                        .as("mutant %d", i)
                        .containsAnyOf(file.getFileName().toString(), "weights.safetensors")
                        .doesNotContain("(null)", ": null: ")
                        .doesNotEndWith(": null");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("mutant " + i + " of " + file.getFileName(), e);
            }
        }
        Files.write(file, original);
        assertThat(refused).isGreaterThan(mutants / 2);
    }

    private Path model() throws IOException {
        Path saved = folder.resolve("model");
        TrainingConfig config = TinyModel.builder(1)
                .set(Setting.DECODER, DecoderArchitecture.PERCEPTRON)
                .set(Setting.REFERENCE_COMPONENTS, 3)
                .build();
        try (DigitModel model = TinyModel.trained(config)) {
            model.save(saved);
        }
        return saved;
    }

    /** Returns energies and reconstruction errors, which depend on all weights. */
    private static Object scores(Path saved) throws IOException {
        byte[] pixels = new byte[10 * DigitImages.PIXELS];
        Random random = new Random(2);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) random.nextInt(2);
        }
        try (DigitModel model = DigitModel.load(saved, Device.cpu());
                NDArray images = model.manager()
                        .create(ByteBuffer.wrap(pixels), new Shape(10, DigitImages.PIXELS), DataType.UINT8)) {
            return Arrays.stream(model.score(images).totals()).boxed().toList();
        }
    }

    private void damageAll(int mutants) throws IOException {
        Path saved = model();
        damage(saved.resolve("weights.safetensors"), mutants, () -> scores(saved));
        damage(saved.resolve("model.json"), mutants, () -> scores(saved));
        damageCheckpoints(mutants);
        damageClassifier(mutants);
        damageLabels(mutants);
    }

    private void damageCheckpoints(int mutants) throws IOException {
        TrainingConfig config = TinyModel.config(1);
        try (Checkpoints checkpoints = Checkpoints.of(folder.resolve("checked"));
                NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            checkpoints.begin(config);
            TrainingHistory history = TrainingHistory.of("energy", "loss");
            for (int epoch = 1; epoch <= 2; epoch++) {
                history.add(epoch);
                checkpoints.write(
                        config, "name", Map.of(), List.of(history), Map.of("epoch", manager.create((float) epoch)));
            }
            for (String name : List.of("state.safetensors", "checkpoint.json", "SHA256SUMS")) {
                Path damaged = checkpoints.folder().resolve("1-energy-0002").resolve(name);
                damage(damaged, mutants, () -> {
                    List<String> warnings = new ArrayList<>();
                    try (Checkpoint found = checkpoints.latest(Device.cpu(), warnings::add)) {
                        float epoch = found.arrays().get("epoch").getFloat();
                        if (!warnings.isEmpty()) {
                            assertThat(epoch).isEqualTo(1);
                            throw new IOException(name + warnings);
                        }
                        return epoch;
                    }
                });
            }
        }
    }

    private void damageClassifier(int mutants) throws IOException {
        Path file = folder.resolve("classifier.safetensors");
        Files.copy(DataFolder.classifier(), file);
        damage(file, mutants, () -> {
            try (DigitClassifier classifier = DigitClassifier.load(file, Device.cpu());
                    NDManager manager = NDManager.newBaseManager(Device.cpu());
                    NDArray images = manager.ones(new Shape(2, DigitImages.PIXELS));
                    NDArray probabilities = classifier.probabilities(images)) {
                return probabilities.toFloatArray();
            }
        });
    }

    private void damageLabels(int mutants) throws IOException {
        Path file = folder.resolve(MnistFile.TEST_LABELS.fileName());
        Files.copy(DataFolder.mnist().resolve(MnistFile.TEST_LABELS.fileName()), file);
        damage(file, mutants, () -> {
            IdxFile labels = IdxFile.read(file, "labels");
            MnistFile.TEST_LABELS.verify(file);
            return labels;
        });
    }

    @Test
    void areRefusedByNameOrGiveEqualResults() throws IOException {
        damageAll(40);
    }

    @Test
    @Tag("slow")
    void twoThousandOfEachAreRefusedByNameOrGiveEqualResults() throws IOException {
        damageAll(2000);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void oneValueThatIsNotFiniteIsRefusedByTheNameOfItsTensor(float value) throws IOException {
        Path saved = model();
        withoutChecksums(saved);
        Path weights = saved.resolve("weights.safetensors");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(weights)).order(ByteOrder.LITTLE_ENDIAN);
        String header = new String(bytes.array(), 8, (int) bytes.getLong(0), StandardCharsets.UTF_8);
        JsonObject tensors = JsonParser.parseString(header).getAsJsonObject();
        for (String tensor : tensors.keySet()) {
            byte[] copy = bytes.array().clone();
            long end = tensors.getAsJsonObject(tensor)
                    .getAsJsonArray("data_offsets")
                    .get(1)
                    .getAsLong();
            int last = (int) (8 + bytes.getLong(0) + end - Float.BYTES);
            ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putFloat(last, value);
            Files.write(weights, copy);
            assertThatIOException()
                    .isThrownBy(() -> DigitModel.load(saved, Device.cpu()))
                    .withMessage("weights.safetensors: " + tensor + ": has values that are not finite numbers");
        }
    }

    /** Removes the checksums, as in models of earlier versions. */
    private static void withoutChecksums(Path saved) throws IOException {
        Path card = saved.resolve("model.json");
        JsonObject json = JsonParser.parseString(Files.readString(card)).getAsJsonObject();
        json.remove("weightsSha256");
        json.remove("cardSha256");
        Files.writeString(card, json.toString());
    }

    @Test
    void aModelWithoutChecksumsIsReadAsBefore() throws IOException {
        Path saved = model();
        Object expected = scores(saved);
        withoutChecksums(saved);
        assertThat(scores(saved)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.json", "weights.safetensors"})
    void aPipeOrADeviceInPlaceOfAFileIsRefused(String name) throws IOException {
        Path saved = model();
        Files.delete(saved.resolve(name));
        Files.createSymbolicLink(saved.resolve(name), Path.of("/dev/zero"));
        assertThatIOException()
                .isThrownBy(() -> DigitModel.load(saved, Device.cpu()))
                .withMessageEndingWith(name + ": expected a file, found a pipe, a device or the like");
    }

    @Test
    void aCardOfManyLayersIsRefused() throws IOException {
        Path saved = model();
        withoutChecksums(saved);
        Path card = saved.resolve("model.json");
        String layers = "16" + ",16".repeat(300_000);
        Files.writeString(
                card,
                Files.readString(card)
                        .replaceFirst("\"energyHiddenUnits\":\\[[0-9,]*", "\"energyHiddenUnits\":[" + layers));
        assertThatIOException()
                .isThrownBy(() -> DigitModel.load(saved, Device.cpu()))
                .withMessageContainingAll(
                        "model.json", "energy hidden units: expected at most 1000 layers, found 300001");
    }
}
