package io.github.mnistebm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DigitImagesTest {

    private static final List<String> TEN_DIGITS = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

    private final RandomSource random = RandomSource.of(1);

    private static DigitImages images(int... greys) {
        byte[] values = new byte[greys.length * DigitImages.PIXELS];
        for (int i = 0; i < greys.length; i++) {
            Arrays.fill(values, i * DigitImages.PIXELS, (i + 1) * DigitImages.PIXELS, (byte) greys[i]);
        }
        return DigitImages.of(values, new byte[greys.length], Device.cpu());
    }

    @Test
    void mnistHasItsImagesOfEachDigit() throws IOException {
        try (DigitImages test = DigitImages.test(DataFolder.mnist(), Device.cpu())) {
            assertThat(test.counts().intColumn("images").asObjectArray())
                    .containsExactly(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009);
            assertThat(test.grey().getShape()).isEqualTo(new Shape(10_000, 784));
        }
    }

    @Test
    void theChecksumsAreThoseOfTheFilesThatWereRead() throws IOException {
        Map<String, String> expected = Map.of(
                MnistFile.TEST_IMAGES.fileName(), MnistFile.TEST_IMAGES.sha256(),
                MnistFile.TEST_LABELS.fileName(), MnistFile.TEST_LABELS.sha256());
        try (DigitImages test = DigitImages.test(DataFolder.mnist(), Device.cpu());
                DigitImages first = test.first(10);
                DigitImages some = first.without(7)) {
            assertThat(test.dataSet()).isEqualTo(new DataSet("MNIST", TEN_DIGITS, expected));
            assertThat(some.dataSet()).isEqualTo(test.dataSet());
        }
    }

    @Test
    void imagesGivenAsArraysHaveNoChecksums() {
        try (DigitImages images = images(1, 2);
                DigitImages first = images.first(1)) {
            assertThat(images.dataSet()).isEqualTo(new DataSet("arrays", List.of("0"), Map.of()));
            assertThat(first.dataSet()).isEqualTo(images.dataSet());
        }
    }

    @Test
    void thresholdMakesWhiteWhatExceeds127() {
        try (DigitImages images = images(0, 127, 128, 255);
                NDArray binary = images.thresholded();
                NDArray sums = binary.toType(DataType.FLOAT32, true).sum(new int[] {1})) {
            assertThat(binary.getDataType()).isEqualTo(DataType.UINT8);
            assertThat(sums.toFloatArray()).containsExactly(0, 0, 784, 784);
        }
    }

    @Test
    void stochasticBinarizationIsWhiteWithTheProbabilityOfTheGreyValue() {
        try (DigitImages images = images(0, 51, 255);
                NDArray binary = images.binarized(Binarization.STOCHASTIC, random);
                NDArray means = binary.toType(DataType.FLOAT32, true).mean(new int[] {1})) {
            float[] shares = means.toFloatArray();
            assertThat(shares[0]).isZero();
            assertThat((double) shares[1]).isCloseTo(0.2, within(4.5 * Math.sqrt(0.2 * 0.8 / 784)));
            assertThat(shares[2]).isEqualTo(1);
        }
    }

    @Test
    void stochasticBinarizationDrawsAnewEachTime() {
        try (DigitImages images = images(128);
                NDArray first = images.binarized(Binarization.STOCHASTIC, random);
                NDArray second = images.binarized(Binarization.STOCHASTIC, random)) {
            assertThat(first.toByteArray()).isNotEqualTo(second.toByteArray());
        }
    }

    @Test
    void theFirstImagesAreACopyOfTheirOwn() {
        DigitImages images = images(10, 20, 30);
        try (DigitImages first = images.first(2)) {
            images.close();
            assertThat(first.size()).isEqualTo(2);
            assertThat(first.grey().toUint8Array()[DigitImages.PIXELS]).isEqualTo(20);
        }
    }

    @Test
    void thereAreAsManyClassesAsTheGreatestLabelSays() {
        try (DigitImages images = DigitImages.of(new byte[3 * 784], new byte[] {0, (byte) 200, 0}, Device.cpu())) {
            assertThat(images.dataSet().classes()).hasSize(201);
            assertThat(images.className(1)).isEqualTo("200");
            assertThat(images.counts().rowCount()).isEqualTo(201);
            assertThat(images.counts().intColumn("images").get(200)).isEqualTo(1);
        }
    }

    @Test
    void rejectsALabelToLeaveOutThatNoClassHas() {
        try (DigitImages images = images(1, 2)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> images.without(1))
                    .withMessage("label: expected 0 to 0, found 1");
        }
    }

    @Test
    void withoutADigitTheOthersStayInTheirOrder() {
        byte[] grey = new byte[3 * DigitImages.PIXELS];
        for (int i = 0; i < 3; i++) {
            grey[i * DigitImages.PIXELS] = (byte) (10 * i);
        }
        try (DigitImages images = DigitImages.of(grey, new byte[] {4, 1, 7}, Device.cpu());
                DigitImages others = images.without(1)) {
            assertThat(others.labels()).containsExactly(4, 7);
            assertThat(others.grey().toByteArray()[DigitImages.PIXELS]).isEqualTo((byte) 20);
        }
    }

    @Test
    void someImagesComeInTheOrderOfTheirIndices() {
        byte[] grey = new byte[3 * DigitImages.PIXELS];
        grey[2 * DigitImages.PIXELS] = 30;
        try (DigitImages images = DigitImages.of(grey, new byte[] {4, 1, 7}, Device.cpu());
                DigitImages some = images.select(2, 0, 2)) {
            assertThat(some.labels()).containsExactly(7, 4, 7);
            assertThat(firstPixels(some)).containsExactly(30, 0, 30);
        }
    }

    @Test
    void rejectsAnImageThatIsNotThere() {
        try (DigitImages images = images(10, 20)) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> images.select(0, 2));
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> images.select(-1));
        }
    }

    @Test
    void theOtherPartFollowsThese() {
        try (DigitImages images = images(10, 20);
                DigitImages others = images(30);
                DigitImages all = images.and(others)) {
            assertThat(all.size()).isEqualTo(3);
            assertThat(firstPixels(all)).containsExactly(10, 20, 30);
        }
    }

    @Test
    void bothPartsOfMnistAreMnist() throws IOException {
        try (DigitImages train = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages test = DigitImages.test(DataFolder.mnist(), Device.cpu());
                DigitImages all = train.and(test)) {
            assertThat(all.size()).isEqualTo(70_000);
            assertThat(all.dataSet().isMnist()).isTrue();
            assertThat(all.dataSet().checksums())
                    .containsAllEntriesOf(train.dataSet().checksums())
                    .containsAllEntriesOf(test.dataSet().checksums());
            assertThat(all.labels()[60_000]).isEqualTo(test.labels()[0]);
        }
    }

    @Test
    void rejectsAPartWithOtherClasses() {
        try (DigitImages images = images(10);
                DigitImages others = DigitImages.of(new byte[784], new byte[] {1}, Device.cpu())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> images.and(others))
                    .withMessage("images: expected the classes [0], found [0, 1]");
        }
    }

    private static int[] firstPixels(DigitImages images) {
        int[] values = images.grey().toUint8Array();
        return IntStream.range(0, images.size())
                .map(i -> values[i * DigitImages.PIXELS])
                .toArray();
    }
}
