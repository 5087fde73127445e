package io.github.mnistebm.evaluation.restoration;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class RestorationQualityTest {

    @Test
    void theNearestNeighbourIsThatByTheKnownPixels() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray train = bytes(manager, new int[][] {{1, 1, 0, 0}, {0, 1, 1, 1}, {0, 0, 1, 0}});
            NDArray images = bytes(manager, new int[][] {{1, 1, 1, 1}, {0, 0, 0, 1}});
            NDArray known = bytes(manager, new int[][] {{1, 1, 0, 0}, {1, 1, 1, 0}});
            assertThat(RestorationQuality.nearestNeighbours(images, known, train))
                    .isEqualTo(bytes(manager, new int[][] {{1, 1, 0, 0}, {0, 0, 1, 0}}));
        }
    }

    private static NDArray bytes(NDManager manager, int[][] values) {
        return manager.create(values).toType(DataType.UINT8, true);
    }

    @Test
    void measuresErrorsOfKnownAndHiddenPixelsApart() throws IOException {
        try (DigitClassifier classifier = DigitClassifier.load(DataFolder.classifier(), Device.cpu());
                DigitImages test = DigitImages.test(DataFolder.mnist(), Device.cpu());
                DigitImages some = test.first(100);
                NDArray digits = some.thresholded();
                NDArray known = digits.zerosLike();
                NDArray opposite = digits.logicalNot().toType(DataType.UINT8, false)) {
            known.set(new NDIndex(":, :392"), 1);
            RestorationQuality wrong = RestorationQuality.of(opposite, digits, known, some.labels(), classifier);
            assertThat(wrong.knownError()).isEqualTo(1);
            assertThat(wrong.hiddenError()).isEqualTo(1);
            RestorationQuality right = RestorationQuality.of(digits, digits, known, some.labels(), classifier);
            assertThat(right.knownError()).isZero();
            assertThat(right.hiddenError()).isZero();
            // The classifier has the known half of the digits in both, and all of them here.
            assertThat(right.accuracy()).isGreaterThan(0.95).isGreaterThan(wrong.accuracy());
        }
    }
}
