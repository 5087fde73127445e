package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.condition.Calibration;
import io.github.mnistebm.condition.Condition;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.io.TensorFile;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConditionTrainingTest {

    private static final Condition CONDITION =
            Condition.digit(1).and(Condition.slant().below(10));
    private static final String FILE = "conditions.safetensors";

    private static DigitModel model;

    @TempDir
    private Path folder;

    @BeforeAll
    static void train() throws IOException {
        model = TinyModel.trained(1);
        addConditions(model);
    }

    private static void addConditions(DigitModel to) throws IOException {
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages train = all.first(2000)) {
            new ConditionTraining(to).train(train, TrainingListener.NONE);
        }
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static float[] energies(DigitModel of) {
        try (NDArray states = RandomSource.of(3).normal(of.manager(), new Shape(20, 4))) {
            return of.given(CONDITION).energy(states).toFloatArray();
        }
    }

    /** Four latents of a model of two epochs leave half of the digits unread, and the networks know it. */
    @Test
    void isCalibratedOnTestImages() throws IOException {
        try (DigitImages all = DigitImages.test(DataFolder.mnist(), Device.cpu());
                DigitImages test = all.first(2000)) {
            Calibration calibration = new ConditionTraining(model).calibration(test);
            assertThat(calibration.accuracy()).isGreaterThan(0.3);
            assertThat(calibration.expectedCalibrationError()).isLessThan(0.07);
            assertThat(calibration.coverageError()).isLessThan(0.15);
        }
    }

    @Test
    void theEnergyOfAConditionAddsToThatOfTheModel() {
        try (NDArray states = RandomSource.of(3).normal(model.manager(), new Shape(20, 4))) {
            float[] sum = model.given(CONDITION).energy(states).toFloatArray();
            float[] own = model.energy().energy(states).toFloatArray();
            float[] digit = model.given(Condition.digit(1)).energy(states).toFloatArray();
            for (int i = 0; i < sum.length; i++) {
                assertThat(digit[i]).isGreaterThanOrEqualTo(own[i]);
                assertThat(sum[i]).isGreaterThanOrEqualTo(digit[i]);
            }
            assertThat(model.given(CONDITION).onHost()).isPresent();
        }
    }

    @Test
    void aFolderKeepsTheNetworks() throws IOException {
        model.save(folder);
        try (DigitModel loaded = DigitModel.load(folder, Device.cpu())) {
            assertThat(energies(loaded)).isEqualTo(energies(model));
        }
        assertThat(TensorFile.metadata(folder.resolve(FILE)).keySet())
                .as("in an order that is the same for each run of a program")
                .containsExactly("weightsSha256", "classes", "sha256");
    }

    @Test
    void aModelWithoutThemTellsHowToAddThem() throws IOException {
        model.save(folder);
        Files.delete(folder.resolve(FILE));
        try (DigitModel loaded = DigitModel.load(folder, Device.cpu())) {
            assertThat(loaded.conditions()).isEmpty();
            assertThatThrownBy(() -> loaded.given(CONDITION))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "conditions: the model was trained without networks for digits and measures. Add them to"
                                    + " its folder: ./environment/run train --conditions-only DIR");
            byte[] weights = Files.readAllBytes(folder.resolve("weights.safetensors"));
            byte[] card = Files.readAllBytes(folder.resolve("model.json"));
            addConditions(loaded);
            ModelFolder.saveConditions(loaded, folder);
            assertThat(Files.readAllBytes(folder.resolve("weights.safetensors")))
                    .isEqualTo(weights);
            assertThat(Files.readAllBytes(folder.resolve("model.json"))).isEqualTo(card);
            ModelFolder.saveConditions(loaded, folder);
            try (DigitModel again = DigitModel.load(folder, Device.cpu())) {
                assertThat(energies(again)).isEqualTo(energies(loaded));
            }
        }
    }

    @Test
    void networksOfOtherWeightsAreNotUsed() throws IOException {
        Path other = folder.resolve("other");
        try (DigitModel another = TinyModel.trained(2)) {
            another.save(other);
        }
        model.save(folder.resolve("one"));
        Files.copy(folder.resolve("one").resolve(FILE), other.resolve(FILE));
        try (DigitModel loaded = DigitModel.load(other, Device.cpu())) {
            assertThatThrownBy(() -> loaded.given(CONDITION))
                    .hasMessageContaining("belongs to other weights than this model's")
                    .hasMessageContaining("--conditions-only");
        }
    }

    @Test
    void aModelDrawsWithoutADamagedFile() throws IOException {
        model.save(folder);
        byte[] bytes = Files.readAllBytes(folder.resolve(FILE));
        bytes[bytes.length - 7] ^= 1;
        Files.write(folder.resolve(FILE), bytes);
        try (DigitModel loaded = DigitModel.load(folder, Device.cpu())) {
            assertThat(loaded.conditions()).isEmpty();
            assertThatThrownBy(() -> loaded.given(CONDITION)).hasMessageContaining("damaged");
        }
    }

    @Test
    void anotherFileOfTheNameStays() throws IOException {
        model.save(folder);
        Files.writeString(folder.resolve(FILE), "mine, and long enough to be something");
        assertThatThrownBy(() -> ModelFolder.saveConditions(model, folder)).isInstanceOf(IOException.class);
        assertThat(folder.resolve(FILE)).hasContent("mine, and long enough to be something");
    }

    @Test
    void needsClassesAndImages() throws IOException {
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages few = all.first(11)) {
            assertThat(ConditionTraining.isPossible(all)).isTrue();
            assertThat(ConditionTraining.isPossible(few)).isFalse();
            assertThatThrownBy(() -> new ConditionTraining(model).train(few, TrainingListener.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("conditions: expected at least 12 images of at least 2 classes, found 11 of 10");
        }
    }
}
