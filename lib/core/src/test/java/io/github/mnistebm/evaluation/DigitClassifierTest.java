package io.github.mnistebm.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitClassifierTest {

    @Test
    void theBundledOneReadsAtLeast985InAThousandTestImages() throws IOException {
        try (DigitClassifier classifier = DigitClassifier.load(DataFolder.classifier(), Device.cpu());
                DigitImages test = DigitImages.test(DataFolder.mnist(), Device.cpu())) {
            assertThat(classifier.accuracy(test)).isGreaterThanOrEqualTo(0.985);
        }
    }

    @Test
    void aSavedOneReadsAlike(@TempDir Path folder) throws IOException {
        try (DigitImages all = DigitImages.test(DataFolder.mnist(), Device.cpu());
                DigitImages some = all.first(1000);
                NDArray binary = some.thresholded();
                DigitClassifier classifier = DigitClassifier.train(some, some, 1, 1, TrainingListener.NONE)) {
            classifier.save(folder.resolve("classifier.safetensors"));
            try (DigitClassifier loaded = DigitClassifier.load(folder.resolve("classifier.safetensors"), Device.cpu());
                    NDArray expected = classifier.probabilities(binary);
                    NDArray found = loaded.probabilities(binary);
                    NDArray features = loaded.features(binary)) {
                assertThat(found.toFloatArray()).isEqualTo(expected.toFloatArray());
                assertThat(features.getShape()).isEqualTo(new Shape(1000, DigitClassifier.FEATURES));
            }
        }
    }

    @Test
    void anInterruptedTrainingGivesNoClassifier() throws IOException {
        try (DigitImages all = DigitImages.test(DataFolder.mnist(), Device.cpu());
                DigitImages some = all.first(1000)) {
            TrainingListener interruptor = new TrainingListener() {
                @Override
                public void batchDone(String phase, int epoch, int epochs, int batch, int batches) {
                    if (epoch == 2 && batch == 3) {
                        Thread.currentThread().interrupt();
                    }
                }
            };
            assertThatThrownBy(() -> DigitClassifier.train(some, some, 5, 1, interruptor))
                    .isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void realDigitsAreReadWithConfidence() throws IOException {
        try (DigitClassifier classifier = DigitClassifier.load(DataFolder.classifier(), Device.cpu());
                DigitImages test = DigitImages.test(DataFolder.mnist(), Device.cpu());
                NDArray binary = test.thresholded()) {
            SampleQuality quality = SampleQuality.of(classifier, binary, binary);
            assertThat(quality.confidentShare()).isGreaterThan(0.95);
            assertThat(quality.frechetDistance()).isCloseTo(0, within(1e-5));
            assertThat(quality.classShares().get("digit 1")).isCloseTo(0.1135, within(0.01));
            assertThat(quality.neighbours().precision()).isEqualTo(1);
            assertThat(quality.neighbours().recall()).isEqualTo(1);
        }
    }

    @Test
    void aDamagedFileIsNamed(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("classifier.safetensors"), "no tensors");
        assertThatThrownBy(() -> DigitClassifier.load(file, Device.cpu()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("classifier.safetensors: ");
    }
}
