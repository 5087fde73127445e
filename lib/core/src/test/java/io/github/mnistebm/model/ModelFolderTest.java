package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.InEveryLocale;
import io.github.mnistebm.data.DataSet;
import io.github.mnistebm.data.MnistFile;
import io.github.mnistebm.energy.EnergyTrainer;
import io.github.mnistebm.energy.objective.ContrastiveDivergence;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest extends WithTinyModel {

    private final RandomSource random = RandomSource.of(1);

    private static final SamplerConfig SHORT =
            SamplerConfig.builder().burnIn(20).steps(20).build();

    @TempDir
    Path parent;

    private Path folder;

    @BeforeEach
    void save() throws IOException {
        folder = parent.resolve("model");
        model.save(folder);
    }

    @Test
    void aLoadedModelDrawsWhatTheSavedOneDrew() throws IOException {
        try (DigitModel loaded = DigitModel.load(folder, Device.cpu());
                SampleRun expected = model.sample(20, SHORT, 7);
                SampleRun found = loaded.sample(20, SHORT, 7)) {
            assertThat(found.last().toFloatArray()).isEqualTo(expected.last().toFloatArray());
            try (NDArray a = loaded.decode(found.last());
                    NDArray b = model.decode(expected.last())) {
                assertThat(a.getShape()).isEqualTo(new Shape(20, 784));
                assertThat(a.toFloatArray()).isEqualTo(b.toFloatArray());
            }
        }
    }

    @InEveryLocale
    void theCardKeepsConfigurationMetricsAndChecksums() throws IOException {
        try (DigitModel loaded = DigitModel.load(folder, Device.cpu())) {
            assertThat(loaded.card()).isEqualTo(model.card());
            assertThat(loaded.card().configuration()).isEqualTo(TinyModel.config(1));
            assertThat(loaded.card().metrics()).containsKey("autoencoder test loss");
            assertThat(loaded.card().dataChecksums())
                    .containsOnlyKeys(MnistFile.TRAIN_IMAGES.fileName(), MnistFile.TRAIN_LABELS.fileName());
        }
    }

    @Test
    void aMixtureAsReferenceMeasureComesBack() throws IOException {
        TrainingConfig config =
                TinyModel.builder(1).set(Setting.REFERENCE_COMPONENTS, 3).build();
        try (DigitModel mixed = TinyModel.trained(config)) {
            mixed.save(folder);
            try (DigitModel loaded = DigitModel.load(folder, Device.cpu());
                    NDArray states = mixed.reference().sample(mixed.manager(), 100, random);
                    NDArray expected = mixed.energy().energy(states);
                    NDArray found = loaded.energy().energy(states)) {
                assertThat(found.toFloatArray()).isEqualTo(expected.toFloatArray());
            }
        }
    }

    @InEveryLocale
    void theHistoriesComeBack() throws IOException {
        try (DigitModel loaded = DigitModel.load(folder, Device.cpu())) {
            assertThat(loaded.histories())
                    .extracting(table -> table.name() + " " + table.rowCount())
                    .containsExactly("autoencoder 2", "pretraining 3", "energy 2");
            assertThat(gaps(loaded)).isEqualTo(gaps(model));
        }
    }

    private static double[] gaps(DigitModel of) {
        return of.histories()
                .get(2)
                .doubleColumn(ContrastiveDivergence.ENERGY_GAP)
                .asDoubleArray();
    }

    @Test
    void anEvaluationIsRecordedInTheCard() throws IOException {
        ModelFolder.recordEvaluation(folder, Map.of("share", 0.5));
        try (DigitModel loaded = DigitModel.load(folder, Device.cpu())) {
            assertThat(loaded.card().evaluation()).containsEntry("share", 0.5);
            assertThat(loaded.card().configuration()).isEqualTo(model.card().configuration());
        }
    }

    @Test
    void aCardThatNamesNoObjectiveIsOfContrastiveDivergence() throws IOException {
        edit("\"objective\": \"CONTRASTIVE_DIVERGENCE\",", "");
        assertThat(ModelFolder.readCard(folder).configuration())
                .isEqualTo(model.card().configuration());
    }

    @Test
    void aCardThatNamesNoSamplerIsOfMala() throws IOException {
        edit("\"sampler\": \"MALA\",", "");
        assertThat(ModelFolder.readCard(folder).configuration())
                .isEqualTo(model.card().configuration());
    }

    /** A path of one leapfrog step is a step of Langevin dynamics. */
    @Test
    void theStepSizeOfAModelIsThatOfLangevinDynamicsWhateverTrainedIt() throws IOException {
        edit("\"sampler\": \"MALA\",", "\"sampler\": \"HMC\",");
        double trained = model.card().metric(EnergyTrainer.PHASE, ContrastiveDivergence.STEP_SIZE);
        try (DigitModel loaded = DigitModel.load(folder, Device.cpu())) {
            assertThat(model.stepSize()).isEqualTo(trained);
            assertThat(loaded.stepSize()).isEqualTo(trained * trained / 2);
        }
    }

    @Test
    void aCardThatNamesNoDataSetIsOfMnistIfItsChecksumsAre() throws IOException {
        edit("\"dataSet\": \"MNIST\",", "");
        ModelCard card = ModelFolder.readCard(folder);
        assertThat(card.dataSet()).isEqualTo("MNIST");
        assertThat(card.isOfDigits()).isTrue();
        assertThat(card.dataFolder()).isEqualTo(DataFolder.mnist());
    }

    @Test
    void aCardKnowsTheImagesOfItsTraining() throws IOException {
        edit(MnistFile.TRAIN_LABELS.sha256(), "0".repeat(64));
        edit("\"dataSet\": \"MNIST\"", "\"dataSet\": \"noisy labels\"");
        ModelCard card = ModelFolder.readCard(folder);
        assertThat(card.isOfDigits()).isFalse();
        assertThat(card.dataFolder()).isEqualTo(DataFolder.path().resolve("noisy labels"));
        DataSet mnist = new DataSet("MNIST", List.of("0"), model.card().dataChecksums());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> card.requireTrainedOn(mnist))
                .withMessage("data: expected noisy labels, on which the model was trained, found MNIST");
        DataSet same = new DataSet("noisy labels", List.of("0"), model.card().dataChecksums());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> card.requireTrainedOn(same))
                .withMessageEndingWith("found noisy labels with other checksums");
        card.requireTrainedOn(new DataSet("arrays", List.of("0"), Map.of()));
        card.requireTrainedOn(new DataSet("own", List.of("0"), card.dataChecksums()));
    }

    @Test
    void theClassifierBesideAModelGoesWithIt() throws IOException {
        Files.writeString(folder.resolve("classifier.safetensors"), "of the first");
        try (DigitModel second = TinyModel.trained(2)) {
            second.save(folder);
        }
        assertThat(folder.resolve("classifier.safetensors")).doesNotExist();
        assertThat(parent.resolve("model.previous").resolve("classifier.safetensors"))
                .hasContent("of the first");
    }

    @Test
    void savingKeepsThePreviousModelBesideItAndOtherFilesInIt() throws IOException {
        Files.writeString(folder.resolve("notes.txt"), "mine");
        try (DigitModel second = TinyModel.trained(2);
                DigitModel third = TinyModel.trained(3)) {
            second.save(folder);
            third.save(folder);
        }
        assertThat(ModelFolder.readCard(folder).configuration().seed()).isEqualTo(3);
        assertThat(ModelFolder.readCard(parent.resolve("model.previous"))
                        .configuration()
                        .seed())
                .isEqualTo(2);
        assertThat(folder.resolve("notes.txt")).hasContent("mine");
        assertThat(names(folder))
                .containsExactlyInAnyOrder(
                        "model.json",
                        "weights.safetensors",
                        "autoencoder.csv",
                        "pretraining.csv",
                        "energy.csv",
                        "notes.txt");
        assertThat(names(parent)).containsExactlyInAnyOrder("model", "model.previous");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> content = Files.list(folder)) {
            return content.map(path -> path.getFileName().toString()).toList();
        }
    }

    @Test
    void aLaterResultOfTheSameTrainingDoesNotDisplaceThePreviousModel() throws IOException {
        try (DigitModel second = TinyModel.trained(2)) {
            second.save(folder);
            second.save(folder);
        }
        assertThat(ModelFolder.readCard(parent.resolve("model.previous"))
                        .configuration()
                        .seed())
                .isEqualTo(1);
    }

    @Test
    void savingDoesNotDisplaceOtherFiles() throws IOException {
        Path other = Files.createDirectory(parent.resolve("other"));
        Files.writeString(other.resolve("thesis.txt"), "years of work");
        assertThatThrownBy(() -> model.save(other))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith(
                        "other: expected a model's folder or a new name, found a folder of other files (thesis.txt). Move it"
                                + " away, or name another folder");
        assertThat(other.resolve("thesis.txt")).exists();
    }

    @Test
    void aMissingFolderIsNamed() {
        assertLoadFails(parent.resolve("none"), "none: no model there (model.json is missing)");
    }

    @Test
    void truncatedWeightsAreNamed() throws IOException {
        byte[] bytes = Files.readAllBytes(folder.resolve("weights.safetensors"));
        Files.write(folder.resolve("weights.safetensors"), Arrays.copyOf(bytes, bytes.length / 2));
        assertLoadFails(folder, "weights.safetensors: expected ", "(truncated?)");
    }

    @Test
    void damagedWeightsAreNamed() throws IOException {
        byte[] bytes = Files.readAllBytes(folder.resolve("weights.safetensors"));
        Arrays.fill(bytes, 8, 200, (byte) '?');
        Files.write(folder.resolve("weights.safetensors"), bytes);
        assertLoadFails(folder, "weights.safetensors: not a readable safetensors file");
    }

    @Test
    void anotherFormatVersionIsNamed() throws IOException {
        edit("\"formatVersion\": 1", "\"formatVersion\": 2");
        assertLoadFails(folder, "model.json: formatVersion: expected 1, found 2");
    }

    @Test
    void aCardThatDoesNotFitTheWeightsIsNamed() throws IOException {
        edit("\"latentDimension\": 4", "\"latentDimension\": 5");
        assertLoadFails(folder, "weights.safetensors: ");
    }

    @Test
    void aSenselessCardIsNamed() throws IOException {
        edit("\"latentDimension\": 4", "\"latentDimension\": -4");
        assertLoadFails(folder, "model.json: latent dimension: must be at least 1, found -4");
    }

    @Test
    void aCardThatIsNoJsonIsNamed() throws IOException {
        Files.writeString(folder.resolve("model.json"), "{");
        assertLoadFails(folder, "model.json: not a readable model card");
    }

    private void edit(String old, String replacement) throws IOException {
        Path card = folder.resolve("model.json");
        String text = Files.readString(card);
        assertThat(text).contains(old);
        // A user who edits a card removes its checksum.
        Files.writeString(
                card, text.replace(old, replacement).replaceFirst(",\\s*\"cardSha256\": \"[0-9a-f]{64}\"", ""));
    }

    private static void assertLoadFails(Path folder, String... messages) {
        assertThatThrownBy(() -> DigitModel.load(folder, Device.cpu()))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(messages);
    }
}
