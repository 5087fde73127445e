package io.github.mnistebm.evaluation.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HeldOutSplitTest {

    /** Images of labels 0, 1, 2, 0, 1, 2…, each with its own number in the first pixel. */
    private static DigitImages numbered(int first, int count) {
        byte[] grey = new byte[count * DigitImages.PIXELS];
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            grey[i * DigitImages.PIXELS] = (byte) (first + i);
            labels[i] = (byte) (i % 3);
        }
        return DigitImages.of(grey, labels, Device.cpu());
    }

    private static int[] numbers(DigitImages images) {
        int[] pixels = images.grey().toUint8Array();
        return IntStream.range(0, images.size())
                .map(i -> pixels[i * DigitImages.PIXELS])
                .toArray();
    }

    private static HeldOutSplit.Parts parts(HeldOutSplit split, int label, long seed) {
        try (DigitImages train = numbered(0, 60);
                DigitImages test = numbered(60, 30)) {
            return split.of(train, test, label, RandomSource.of(seed));
        }
    }

    @Test
    void theTestSplitTrainsOnTheNormalTrainingImagesAndTestsOnAllTestImages() {
        try (HeldOutSplit.Parts parts = parts(HeldOutSplit.TEST, 1, 1)) {
            assertThat(numbers(parts.train()))
                    .containsExactly(
                            IntStream.range(0, 60).filter(i -> i % 3 != 1).toArray());
            assertThat(numbers(parts.test()))
                    .containsExactly(IntStream.range(60, 90).toArray());
            assertThat(parts.shareOfAnomalies()).isCloseTo(1.0 / 3, within(1e-12));
        }
    }

    @Test
    void thePapersSplitTestsOnAFifthOfTheNormalImagesAndEveryAnomalyOfBothParts() {
        try (HeldOutSplit.Parts parts = parts(HeldOutSplit.PAPERS, 1, 1)) {
            // 60 normal images, 30 anomalies.
            assertThat(parts.train().size()).isEqualTo(48);
            assertThat(parts.train().labels()).doesNotContain(1);
            assertThat(parts.test().size()).isEqualTo(12 + 30);
            assertThat(parts.shareOfAnomalies()).isCloseTo(30.0 / 42, within(1e-12));
            Set<Integer> all = new HashSet<>();
            Arrays.stream(numbers(parts.train())).forEach(all::add);
            Arrays.stream(numbers(parts.test())).forEach(all::add);
            assertThat(all).hasSize(90);
        }
    }

    @Test
    void theSeedChoosesTheNormalImagesOfThePapersSplit() {
        try (HeldOutSplit.Parts first = parts(HeldOutSplit.PAPERS, 2, 1);
                HeldOutSplit.Parts same = parts(HeldOutSplit.PAPERS, 2, 1);
                HeldOutSplit.Parts other = parts(HeldOutSplit.PAPERS, 2, 2)) {
            assertThat(numbers(same.train())).isEqualTo(numbers(first.train()));
            assertThat(numbers(other.train())).isNotEqualTo(numbers(first.train()));
            // Each part of the data set is in each part of the split.
            assertThat(Arrays.stream(numbers(first.train())))
                    .anyMatch(i -> i < 60)
                    .anyMatch(i -> i >= 60);
        }
    }

    @Test
    void scoresAreDividedByTheLabelsOfTheTestImages() {
        try (HeldOutSplit.Parts parts = parts(HeldOutSplit.PAPERS, 0, 3)) {
            double[] scores =
                    Arrays.stream(numbers(parts.test())).asDoubleStream().toArray();
            assertThat(Arrays.stream(parts.usual(scores)).boxed()).hasSize(12).allMatch(number -> number % 3 != 0);
            assertThat(Arrays.stream(parts.anomalies(scores)).boxed())
                    .hasSize(30)
                    .allMatch(number -> number % 3 == 0);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parts.usual(new double[41]))
                    .withMessage("scores: expected one for each of 42 test images, found 41");
        }
    }

    @Test
    void ofMnistAThirdOfThePapersTestImagesAreAnomaliesAndATenthOfTheTestSet() throws IOException {
        try (DigitImages train = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages test = DigitImages.test(DataFolder.mnist(), Device.cpu());
                HeldOutSplit.Parts papers = HeldOutSplit.PAPERS.of(train, test, 1, RandomSource.of(1));
                HeldOutSplit.Parts ours = HeldOutSplit.TEST.of(train, test, 1, RandomSource.of(1))) {
            // 7,877 ones among 70,000 images, 1,135 among the 10,000 test images.
            assertThat(papers.train().size()).isEqualTo(49_698);
            assertThat(papers.test().size()).isEqualTo(12_425 + 7_877);
            assertThat(papers.shareOfAnomalies()).isCloseTo(0.388, within(5e-4));
            assertThat(ours.train().size()).isEqualTo(60_000 - 6_742);
            assertThat(ours.shareOfAnomalies()).isCloseTo(0.1135, within(1e-12));
        }
    }

    @Test
    void aLabelThatNoClassHasIsRefused() {
        for (HeldOutSplit split : HeldOutSplit.values()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> parts(split, 3, 1))
                    .withMessage("label: expected 0 to 2, found 3");
        }
    }
}
