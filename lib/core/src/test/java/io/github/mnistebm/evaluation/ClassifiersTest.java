package io.github.mnistebm.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.data.DataSet;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifiersTest {

    @TempDir
    Path model;

    @Test
    void mnistHasTheOneThatComesWithTheProject() throws IOException {
        try (DigitImages train = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitClassifier found =
                        Classifiers.find(model, train.dataSet(), Device.cpu()).orElseThrow()) {
            assertThat(found.dataSet()).isEqualTo(train.dataSet());
        }
    }

    @Test
    void theOneBesideTheModelServesTheSetThatItWasTrainedOnAndNoOther() throws IOException {
        try (DigitImages all = DigitImages.train(DataFolder.fashion(), Device.cpu());
                DigitImages some = all.first(500)) {
            assertThat(Classifiers.find(model, some.dataSet(), Device.cpu())).isEmpty();
            try (DigitClassifier trained = Classifiers.train(some, some, TrainingListener.NONE)) {
                trained.save(Classifiers.file(model));
                // Better than guessing one class of ten by far.
                assertThat(trained.accuracy(some)).isGreaterThan(0.5);
            }
            try (DigitClassifier found =
                    Classifiers.find(model, some.dataSet(), Device.cpu()).orElseThrow()) {
                assertThat(found.dataSet()).isEqualTo(all.dataSet());
            }
            DataSet other = new DataSet("fashion-mnist", List.of("0", "1"), Map.of("train-images-idx3-ubyte", "0"));
            assertThat(Classifiers.find(model, other, Device.cpu())).isEmpty();
            DataSet unknown = new DataSet(DataSet.ARRAYS, List.of("0", "1"), Map.of());
            assertThat(Classifiers.find(model, unknown, Device.cpu())).isEmpty();
        }
    }

    @Test
    void thereIsALogitForEachClassOfTheData() {
        byte[] labels = new byte[40];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) (i % 2 == 0 ? 0 : 200);
        }
        byte[] grey = new byte[labels.length * DigitImages.PIXELS];
        try (DigitImages images = DigitImages.of(grey, labels, Device.cpu());
                DigitClassifier trained = DigitClassifier.train(images, images, 1, 1, TrainingListener.NONE);
                NDArray binary = images.thresholded();
                NDArray probabilities = trained.probabilities(binary)) {
            assertThat(probabilities.getShape()).isEqualTo(new Shape(40, 201));
            // All images are alike, so that all are read alike: as one of the two classes.
            assertThat(trained.accuracy(images)).isIn(0.0, 0.5);
        }
    }

    @Test
    void oneClassCannotBeClassified() {
        try (DigitImages images = DigitImages.of(new byte[DigitImages.PIXELS], new byte[1], Device.cpu())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Classifiers.train(images, images, TrainingListener.NONE))
                    .withMessage("classifier: expected images of at least 2 classes, found those of 1");
        }
    }

    @Test
    void aNameOfAClassThatWasChangedIsDamage() throws IOException {
        byte[] bytes = Files.readAllBytes(DataFolder.classifier());
        int name = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\\\"7\\\"") + 2;
        bytes[name] = '3';
        Path file = Files.write(model.resolve("classifier.safetensors"), bytes);
        assertThatThrownBy(() -> DigitClassifier.load(file, Device.cpu()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("classifier.safetensors: damaged: expected sha256 ");
    }
}
