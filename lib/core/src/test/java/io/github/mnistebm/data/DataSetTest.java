package io.github.mnistebm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataSetTest {

    private static final int PIXELS = DigitImages.PIXELS;

    @TempDir
    Path folder;

    private byte[] pixels;

    @BeforeEach
    void readDigits() throws IOException {
        pixels = ImageFolders.digits(48);
    }

    private static byte[] labels(int count, int... values) {
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) values[i % values.length];
        }
        return labels;
    }

    private static byte[] one(byte[] pixels, int image) {
        return Arrays.copyOfRange(pixels, image * PIXELS, (image + 1) * PIXELS);
    }

    private void assertFails(String message) {
        assertThatThrownBy(() -> DigitImages.train(folder, Device.cpu()).close())
                .isInstanceOf(IOException.class)
                .hasMessage(message);
    }

    // --- IDX files --------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void idxFilesGiveTheirImagesAndAClassForEachTrainingLabel(boolean gzip) throws IOException {
        ImageFolders.idx(folder, "train", gzip, pixels, labels(48, 7, 200, 9));
        ImageFolders.idx(folder, gzip ? "t10k" : "test", gzip, one(pixels, 3), labels(1, 200));
        try (DigitImages train = DigitImages.train(folder, Device.cpu());
                DigitImages test = DigitImages.test(folder, Device.cpu())) {
            assertThat(train.grey().toByteArray()).isEqualTo(pixels);
            assertThat(train.labels()).startsWith(0, 2, 1, 0);
            assertThat(train.dataSet().classes()).containsExactly("7", "9", "200");
            assertThat(train.dataSet().name()).isEqualTo(folder.getFileName().toString());
            assertThat(train.dataSet().isMnist()).isFalse();
            assertThat(test.grey().toByteArray()).isEqualTo(one(pixels, 3));
            assertThat(test.className(0)).isEqualTo("200");
            assertThat(test.dataSet().classes()).isEqualTo(train.dataSet().classes());
        }
    }

    @Test
    void theChecksumsAreTheSameWhetherFilesAreCompressedOrNot() throws IOException {
        Path plain = Files.createDirectory(folder.resolve("plain"));
        Path gzipped = Files.createDirectory(folder.resolve("gzipped"));
        ImageFolders.idx(plain, "train", false, pixels, labels(48, 0, 1));
        ImageFolders.idx(gzipped, "train", true, pixels, labels(48, 0, 1));
        try (DigitImages first = DigitImages.train(plain, Device.cpu());
                DigitImages second = DigitImages.train(gzipped, Device.cpu())) {
            assertThat(first.dataSet().checksums())
                    .containsOnlyKeys("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
                    .isEqualTo(second.dataSet().checksums());
        }
    }

    @Test
    void fashionMnistHasItsImages() throws IOException {
        try (DigitImages train = DigitImages.train(DataFolder.fashion(), Device.cpu());
                DigitImages test = DigitImages.test(DataFolder.fashion(), Device.cpu())) {
            assertThat(train.counts().intColumn("images").asList()).hasSize(10).containsOnly(6000);
            assertThat(test.counts().intColumn("images").asList()).hasSize(10).containsOnly(1000);
            assertThat(train.dataSet().name()).isEqualTo("fashion-mnist");
        }
    }

    @Test
    void namesImagesOfAnotherSize() throws IOException {
        ImageFolders.write(
                folder.resolve("train-images-idx3-ubyte"), false, new int[] {3, 16, 49}, new byte[3 * PIXELS]);
        assertFails("train-images-idx3-ubyte: expected images of shape [n, 28, 28], found [3, 16, 49]");
    }

    @Test
    void namesLabelsOfAnotherNumberThanImages() throws IOException {
        ImageFolders.idx(folder, "train", false, pixels, labels(48, 0, 1));
        ImageFolders.write(folder.resolve("train-labels-idx1-ubyte"), false, new int[] {47}, labels(47, 0, 1));
        assertFails("train-labels-idx1-ubyte: expected 48 labels, as there are images, found 47");
    }

    @Test
    void namesATestLabelThatNoTrainingImageHas() throws IOException {
        ImageFolders.idx(folder, "train", false, pixels, labels(48, 2, 5));
        ImageFolders.idx(folder, "t10k", true, pixels, labels(48, 2, 4));
        assertThatThrownBy(() -> DigitImages.test(folder, Device.cpu()))
                .isInstanceOf(IOException.class)
                .hasMessage("t10k-labels-idx1-ubyte.gz: label 1: expected one of the training labels, 2 to 5, found 4");
    }

    @Test
    void namesAMissingFileAmongOthers() throws IOException {
        ImageFolders.idx(folder, "train", true, pixels, labels(48, 0, 1));
        Files.delete(folder.resolve("train-labels-idx1-ubyte.gz"));
        assertFails(folder.resolve("train-labels-idx1-ubyte") + ": no such file");
    }

    // --- MNIST -------------------------------------------------------------------------------------------------------

    @Test
    void mnistIsRecognizedWhereverItLies() throws IOException {
        for (MnistFile file : List.of(MnistFile.TRAIN_LABELS, MnistFile.TEST_IMAGES, MnistFile.TEST_LABELS)) {
            Files.copy(DataFolder.mnist().resolve(file.fileName()), folder.resolve(file.fileName()));
        }
        try (DigitImages test = DigitImages.test(folder, Device.cpu())) {
            assertThat(test.dataSet().name()).isEqualTo(DataSet.MNIST);
        }
    }

    @Test
    void aFolderCalledMnistIsNotMnist() throws IOException {
        Path called = Files.createDirectory(folder.resolve("MNIST"));
        ImageFolders.idx(called, "train", false, pixels, labels(48, 0, 1));
        try (DigitImages train = DigitImages.train(called, Device.cpu())) {
            assertThat(train.dataSet().isMnist()).isFalse();
            assertThat(train.dataSet().name()).isEqualTo("another MNIST");
        }
    }

    @Test
    void onlyContradictingChecksumsMakeSetsDiffer() {
        DataSet set = new DataSet("own", List.of("0"), Map.of("a", "1", "b", "2"));
        assertThat(set.differsFrom(Map.of("a", "1", "c", "3"))).isFalse();
        assertThat(set.differsFrom(Map.of())).isFalse();
        assertThat(set.differsFrom(Map.of("a", "1", "b", "3"))).isTrue();
    }

    // --- pictures ----------------------------------------------------------------------------------------------------

    @Test
    void picturesInFoldersOfTrainAndTestKeepTheirGreyValues() throws IOException {
        ImageFolders.pictures(folder.resolve("train"), List.of("cat", "10", "9"), pixels);
        ImageFolders.pictures(folder.resolve("test"), List.of("cat", "10", "9"), Arrays.copyOf(pixels, 3 * PIXELS));
        try (DigitImages train = DigitImages.train(folder, Device.cpu());
                DigitImages test = DigitImages.test(folder, Device.cpu())) {
            assertThat(train.dataSet().classes()).containsExactly("9", "10", "cat");
            assertThat(train.counts().intColumn("images").asList()).containsExactly(16, 16, 16);
            assertThat(test.size()).isEqualTo(3);
            for (int i = 0; i < 3; i++) {
                int image = List.of("cat", "10", "9").indexOf(test.className(i));
                assertThat(one(test.grey().toByteArray(), i)).isEqualTo(one(pixels, image));
            }
        }
    }

    @Test
    void everySixthPictureOfAClassTests() throws IOException {
        ImageFolders.pictures(folder, List.of("a", "b"), pixels);
        try (DigitImages train = DigitImages.train(folder, Device.cpu());
                DigitImages test = DigitImages.test(folder, Device.cpu());
                DigitImages again = DigitImages.test(folder, Device.cpu())) {
            assertThat(train.counts().intColumn("images").asList()).containsExactly(20, 20);
            assertThat(test.counts().intColumn("images").asList()).containsExactly(4, 4);
            byte[] grey = test.grey().toByteArray();
            List<byte[]> sixths = IntStream.of(10, 22, 34, 46, 11, 23, 35, 47)
                    .mapToObj(image -> one(pixels, image))
                    .toList();
            assertThat(IntStream.range(0, 8).mapToObj(i -> one(grey, i))).containsExactlyInAnyOrderElementsOf(sixths);
            assertThat(again.grey().toByteArray()).isEqualTo(grey);
            assertThat(again.dataSet()).isEqualTo(test.dataSet());
        }
    }

    @Test
    void theFirstPicturesAreOfAllClasses() throws IOException {
        ImageFolders.pictures(folder, List.of("a", "b"), pixels);
        try (DigitImages train = DigitImages.train(folder, Device.cpu());
                DigitImages first = train.first(12)) {
            assertThat(first.counts().intColumn("images").min()).isPositive();
        }
    }

    @Test
    void namesAPictureOfAnotherSize() throws IOException {
        ImageFolders.pictures(folder, List.of("a"), pixels);
        ImageFolders.picture(folder.resolve("a").resolve("3.png"), 27, new byte[27 * 27]);
        assertFails(folder.resolve("a").resolve("3.png") + ": expected 28 × 28 pixels, found 27 × 27");
    }

    @Test
    void namesADamagedPicture() throws IOException {
        ImageFolders.pictures(folder, List.of("a"), pixels);
        Path file = folder.resolve("a").resolve("3.png");
        byte[] bytes = Files.readAllBytes(file);
        bytes[60] ^= 1;
        Files.write(file, bytes);
        assertFails(file + ": a damaged picture (the checksum of its part IDAT is wrong)");
    }

    @Test
    void namesAFileThatIsNotAPicture() throws IOException {
        ImageFolders.pictures(folder, List.of("a"), pixels);
        Path file = Files.writeString(folder.resolve("a").resolve("notes.txt"), "text");
        assertFails(file + ": expected PNG files only in a class's folder");
    }

    @Test
    void namesAnEmptyClass() throws IOException {
        ImageFolders.pictures(folder.resolve("train"), List.of("a"), pixels);
        ImageFolders.pictures(folder.resolve("test"), List.of("a"), pixels);
        Path empty = Files.createDirectory(folder.resolve("train").resolve("b"));
        Files.createDirectory(folder.resolve("test").resolve("b"));
        assertFails(empty + ": expected at least 1 PNG files, found 0");
    }

    @Test
    void namesAClassTooSmallToBeSplit() throws IOException {
        ImageFolders.pictures(folder, List.of("a"), Arrays.copyOf(pixels, 5 * PIXELS));
        assertFails(folder.resolve("a") + ": expected at least 6 PNG files, of which every sixth tests, found 5");
    }

    @Test
    void namesClassesThatTrainAndTestDoNotShare() throws IOException {
        ImageFolders.pictures(folder.resolve("train"), List.of("a", "b"), pixels);
        ImageFolders.pictures(folder.resolve("test"), List.of("a"), pixels);
        assertFails(folder + ": expected the same classes in train and test, found [a, b] in train and [a] in test");
    }

    @Test
    void namesAFolderWithoutImages() throws IOException {
        Files.writeString(folder.resolve("notes.txt"), "text");
        assertFails(
                folder + ": expected IDX files (train-images-idx3-ubyte and so on) or a folder of PNG files for each"
                        + " class, found notes.txt");
    }

    @Test
    void namesAFolderThatIsMissing() {
        assertThatThrownBy(() -> DigitImages.train(folder.resolve("none"), Device.cpu()))
                .isInstanceOf(IOException.class)
                .hasMessage(folder.resolve("none") + ": expected a folder of images, found nothing there");
    }
}
