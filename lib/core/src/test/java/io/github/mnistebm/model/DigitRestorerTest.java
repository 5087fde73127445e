package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.sampling.SequentialMonteCarlo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DigitRestorerTest extends WithTinyModel {

    private static DigitRestorer restorer;
    private static NDArray images;
    /** The upper half is known. */
    private static NDArray known;

    @BeforeAll
    static void hideTheLowerHalf() throws IOException {
        restorer = new DigitRestorer(model, new SequentialMonteCarlo(8, 2));
        try (DigitImages test = DigitImages.test(DataFolder.mnist(), Device.cpu());
                DigitImages three = test.first(3)) {
            images = three.thresholded();
            images.attach(model.manager());
        }
        known = model.manager().zeros(images.getShape(), DataType.UINT8);
        known.set(new NDIndex(":, :392"), 1);
    }

    @Test
    void completionsKeepTheKnownPixels() {
        try (DigitRestorer.Restoration restoration = restorer.restore(images, known, 1, done -> {})) {
            NDArray completions = restoration.completions();
            assertThat(completions.getShape()).isEqualTo(new Shape(3, 8, 784));
            for (int i = 0; i < 8; i++) {
                assertThat(completions.get(new NDIndex(":, {}, :392", i)))
                        .isEqualTo(images.get(new NDIndex(":, :392")));
            }
            assertThat(restoration.mean().get(new NDIndex(":, :392")))
                    .isEqualTo(images.get(new NDIndex(":, :392")).toType(DataType.FLOAT32, true));
        }
    }

    @Test
    void onlyHiddenPixelsAreUncertain() {
        try (DigitRestorer.Restoration restoration = restorer.restore(images, known, 1, done -> {})) {
            NDArray deviation = restoration.standardDeviation();
            assertThat(deviation.get(new NDIndex(":, :392")).max().getFloat()).isZero();
            assertThat(deviation.max().getFloat()).isBetween(0.01f, 0.5f);
        }
    }

    @Test
    void anOverviewShowsWhatIsKnownCompletionsMeanAndUncertainty() {
        try (DigitRestorer.Restoration restoration = restorer.restore(images, known, 1, done -> {})) {
            NDArray overview = restoration.overview(5);
            assertThat(overview.getShape()).isEqualTo(new Shape(3 * (5 + 3), 784));
            assertThat(overview.get(8 + 6)).isEqualTo(restoration.mean().get(1));
            assertThat(overview.get(8).get(new NDIndex("392:")).toFloatArray()).containsOnly(0.3f);
        }
    }

    @Test
    void hiddenPixelsDoNotMatter() {
        try (NDArray blank = images.mul(known).toType(DataType.UINT8, true);
                DigitRestorer.Restoration first = restorer.restore(images, known, 1, done -> {});
                DigitRestorer.Restoration second = restorer.restore(blank, known, 1, done -> {})) {
            assertThat(second.decoded()).isEqualTo(first.decoded());
        }
    }

    @Test
    void anImageOfTheTestSetIsLikelierThanTheSameUpsideDown() {
        try (NDArray all = known.onesLike();
                NDArray turned = images.flip(1);
                DigitRestorer.Restoration upright = restorer.restore(images, all, 1, done -> {});
                DigitRestorer.Restoration upsideDown = restorer.restore(turned, all, 1, done -> {})) {
            assertThat(upright.logEvidence().sum().getFloat())
                    .isGreaterThan(upsideDown.logEvidence().sum().getFloat());
        }
    }

    @Test
    void tellsHowFarItIsOverAllImages() {
        // 300 images of 8 particles are more than go through at once.
        List<Double> progress = new ArrayList<>();
        try (NDArray many = images.repeat(0, 100);
                NDArray knownOfMany = known.repeat(0, 100)) {
            restorer.restore(many, knownOfMany, 1, progress::add).close();
        }
        assertThat(progress).isSorted().endsWith(1.0);
    }

    @Test
    void asksForAKnownPixelMapOfTheSameShape() {
        try (NDArray first = known.get(new NDIndex("0:1"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> restorer.restore(images, first, 1, done -> {}))
                    .withMessage("expected images and known pixels of shape (n, 784), found (3, 784) and (1, 784)");
        }
    }
}
