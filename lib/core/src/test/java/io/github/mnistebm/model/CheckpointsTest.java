package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import io.github.mnistebm.InEveryLocale;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.autoencoder.PosteriorVariance;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.energy.EnergyTrainer;
import io.github.mnistebm.energy.objective.EnergyLoss;
import io.github.mnistebm.energy.objective.NoiseContrastiveEstimation;
import io.github.mnistebm.energy.objective.Objective;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointsTest {

    @TempDir
    private Path folder;

    private static TrainingConfig config() {
        return TinyModel.builder(1)
                .set(Setting.AUTOENCODER_EPOCHS, 3)
                .set(Setting.ENERGY_EPOCHS, 3)
                .build();
    }

    /** Stops a training at the end of an epoch. */
    private static TrainingListener stopAt(String phase, int epoch) {
        return new TrainingListener() {
            @Override
            public void epochDone(TrainingHistory history) {
                if (history.table().name().equals(phase) && history.epochs() == epoch) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }

    private Checkpoints stopped(TrainingConfig config, String phase, int epoch) throws IOException {
        Checkpoints checkpoints = Checkpoints.of(folder.resolve("model"));
        checkpoints.begin(config);
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages train = all.first(config.trainImages());
                DigitImages test = all.first(500);
                ModelTraining training = new ModelTraining(config, train, test)) {
            training.keepCheckpoints(checkpoints);
            TrainingListener listener = stopAt(phase, epoch);
            if (!training.trainAutoencoder(listener).interrupted()) {
                training.trainEnergy(listener);
            }
            Thread.interrupted();
        }
        return checkpoints;
    }

    @Test
    void aTrainingDoesNotGoOnWithOtherImages() throws IOException {
        TrainingConfig config = TinyModel.config(1);
        try (Checkpoints checkpoints = stopped(config, "autoencoder", 1);
                Checkpoint checkpoint = checkpoints.latest(Device.cpu(), warning -> {});
                DigitImages other = DigitImages.train(DataFolder.fashion(), Device.cpu());
                DigitImages train = other.first(config.trainImages())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ModelTraining.resume(checkpoint, train, train))
                    .withMessage(
                            "data: expected the images that the training began with, found others (fashion-mnist)");
        }
    }

    private static DigitModel resumed(Checkpoints checkpoints, List<String> warnings) throws IOException {
        try (Checkpoint checkpoint = checkpoints.latest(Device.cpu(), warnings::add);
                DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages train = all.first(checkpoint.configuration().trainImages());
                DigitImages test = all.first(500);
                ModelTraining training = ModelTraining.resume(checkpoint, train, test)) {
            training.trainAutoencoder(TrainingListener.NONE);
            training.trainEnergy(TrainingListener.NONE);
            return training.model();
        }
    }

    private static void assertSame(DigitModel found, DigitModel expected) {
        assertThat(found.network().parameters().toFloatArray())
                .isEqualTo(expected.network().parameters().toFloatArray());
        assertThat(found.latentSpace()
                        .autoencoder()
                        .namedParameters()
                        .get("decoder.0.weight")
                        .toFloatArray())
                .isEqualTo(expected.latentSpace()
                        .autoencoder()
                        .namedParameters()
                        .get("decoder.0.weight")
                        .toFloatArray());
        assertThat(found.card().metrics())
                .containsEntry("pretraining loss", expected.card().metrics().get("pretraining loss"))
                .containsEntry("energy epochs", expected.card().metrics().get("energy epochs"))
                .containsEntry("energy step size", expected.card().metrics().get("energy step size"));
    }

    @ParameterizedTest
    @CsvSource({"autoencoder, 1", "autoencoder, 3", "pretraining, 1", "pretraining, 3", "energy, 1", "energy, 2"})
    void aTrainingThatGoesOnEndsWithTheModelOfOneThatWasNeverStopped(String phase, int epoch) throws IOException {
        List<String> warnings = new ArrayList<>();
        try (DigitModel expected = TinyModel.trained(config());
                DigitModel found = resumed(stopped(config(), phase, epoch), warnings)) {
            assertSame(found, expected);
        }
        assertThat(warnings).isEmpty();
    }

    @Test
    void soDoesOneWhoseChainsMoveByTensorOperationsAndWhoseImagesAreDrawnAnew() throws IOException {
        TrainingConfig config = TinyModel.builder(1)
                .set(Setting.ENERGY_HIDDEN_UNITS, 256)
                .set(Setting.ENERGY_LAYERS, 2)
                .set(Setting.BINARIZATION, Binarization.STOCHASTIC)
                .build();
        try (DigitModel expected = TinyModel.trained(config);
                DigitModel found = resumed(stopped(config, EnergyTrainer.PHASE, 1), new ArrayList<>())) {
            assertSame(found, expected);
        }
    }

    /** Its loss is another one in the last epoch, and its latents are drawn anew at each epoch of the energy. */
    @ParameterizedTest
    @ValueSource(strings = {AutoencoderTrainer.PHASE, EnergyTrainer.PRETRAINING, EnergyTrainer.PHASE})
    void soDoesAVariationalOne(String phase) throws IOException {
        TrainingConfig config = TinyModel.builder(1)
                .set(Setting.POSTERIOR_VARIANCE, PosteriorVariance.LEARNED)
                .set(Setting.IWAE_EPOCHS, 1)
                .build();
        try (DigitModel expected = TinyModel.trained(config);
                DigitModel found = resumed(stopped(config, phase, 1), new ArrayList<>())) {
            assertSame(found, expected);
        }
    }

    /** Whether it stops before the first epoch with a mixture, or after it, or after the autoencoder's training. */
    @ParameterizedTest
    @CsvSource({"autoencoder, 1", "autoencoder, 2", "autoencoder, 3", "energy, 1"})
    void soDoesOneWhosePriorIsAMixture(String phase, int epoch) throws IOException {
        TrainingConfig config = TinyModel.builder(1)
                .set(Setting.POSTERIOR_VARIANCE, PosteriorVariance.LEARNED)
                .set(Setting.AUTOENCODER_EPOCHS, 3)
                .set(Setting.MIXTURE_EPOCHS, 2)
                .set(Setting.REFERENCE_COMPONENTS, 5)
                .build();
        try (DigitModel expected = TinyModel.trained(config);
                DigitModel found = resumed(stopped(config, phase, epoch), new ArrayList<>())) {
            assertSame(found, expected);
            expected.reference().namedParameters().forEach((name, array) -> assertThat(
                            found.reference().namedParameters().get(name).toFloatArray())
                    .as(name)
                    .isEqualTo(array.toFloatArray()));
        }
    }

    @Test
    void soDoesOneByAnotherObjectiveWhichTheModelsCardKeeps() throws IOException {
        TrainingConfig config = TinyModel.builder(1)
                .set(Setting.OBJECTIVE, Objective.NOISE_CONTRASTIVE)
                .set(Setting.NOISE_DRAWS, 3)
                .build();
        try (DigitModel expected = TinyModel.trained(config);
                DigitModel found = resumed(stopped(config, EnergyTrainer.PHASE, 1), new ArrayList<>())) {
            assertThat(found.network().parameters().toFloatArray())
                    .isEqualTo(expected.network().parameters().toFloatArray());
            found.save(folder.resolve("model"));
            try (DigitModel loaded = DigitModel.load(folder.resolve("model"), Device.cpu())) {
                assertThat(loaded.card().configuration()).isEqualTo(config);
                assertThat(loaded.histories().get(1).columnNames())
                        .containsExactly(
                                "epoch",
                                EnergyLoss.LOSS,
                                EnergyLoss.REFERENCE_LOSS,
                                NoiseContrastiveEstimation.LOG_NORMALIZER,
                                TrainingHistory.SECONDS);
                assertThat(loaded.stepSize()).as("without chains in training").isPositive();
            }
        }
    }

    @Test
    void aPretrainingThatIsCalledTwiceDoesNotOutrankTheEnergy() throws IOException {
        TrainingConfig config = config();
        try (Checkpoints checkpoints = Checkpoints.of(folder.resolve("model"));
                DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages train = all.first(config.trainImages());
                ModelTraining training = new ModelTraining(config, train, train)) {
            checkpoints.begin(config);
            training.keepCheckpoints(checkpoints);
            training.trainAutoencoder(TrainingListener.NONE);
            assertThat(training.pretrainEnergy(stopAt(EnergyTrainer.PRETRAINING, 1))
                            .interrupted())
                    .isTrue();
            training.pretrainEnergy(TrainingListener.NONE);
            training.trainEnergy(stopAt(EnergyTrainer.PHASE, 1));
            try (Checkpoint checkpoint = checkpoints.latest(Device.cpu(), warning -> {})) {
                assertThat(checkpoint.history(EnergyTrainer.PHASE).epochs()).isEqualTo(1);
                assertThat(checkpoint.history(EnergyTrainer.PRETRAINING).epochs())
                        .isEqualTo(3);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"state.safetensors", "checkpoint.json", "SHA256SUMS"})
    void ofADamagedCheckpointTheOneBeforeIsTakenAndSaysSo(String file) throws IOException {
        Checkpoints checkpoints = stopped(config(), EnergyTrainer.PHASE, 2);
        Path damaged = checkpoints.folder().resolve("3-energy-0002").resolve(file);
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[bytes.length / 2] ^= 1;
        Files.write(damaged, bytes);
        List<String> warnings = new ArrayList<>();
        try (DigitModel expected = TinyModel.trained(config());
                DigitModel found = resumed(checkpoints, warnings)) {
            assertSame(found, expected);
        }
        assertThat(warnings)
                .singleElement()
                .asString()
                .endsWith(
                        "3-energy-0002: damaged (its files are not those that SHA256SUMS names): going back to the one"
                                + " before");
    }

    @InEveryLocale
    void theLastTwoAreKept() throws IOException {
        Checkpoints checkpoints = stopped(config(), AutoencoderTrainer.PHASE, 3);
        try (Stream<Path> content = Files.list(checkpoints.folder())) {
            assertThat(content.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("1-autoencoder-0002", "1-autoencoder-0003", "lock");
        }
    }

    @Test
    void anotherTrainingMovesThemOutOfTheWay() throws IOException {
        Checkpoints checkpoints = stopped(config(), AutoencoderTrainer.PHASE, 1);
        assertThat(checkpoints.begin(config()).orElseThrow().resolve("1-autoencoder-0001"))
                .exists();
        checkpoints.close();
        assertThat(checkpoints.folder()).doesNotExist();
    }

    @Test
    void aFullDiskIsReportedBeforeTheTraining() throws IOException {
        Checkpoints checkpoints = Checkpoints.of(folder.resolve("model"));
        assertThatIOException()
                .isThrownBy(() -> checkpoints.requireRoom(1L << 60))
                .withMessageContaining("model.checkpoints: expected 1099511627776 MiB of free space for the training");
    }

    @Test
    void aPlaceThatCannotBeWrittenIsToldOfBeforeTheTraining() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatIOException()
                .isThrownBy(() -> Checkpoints.of(file.resolve("model")).begin(config()))
                .withMessageContaining(file.toString());
    }

    @Test
    void withoutACheckpointThereIsNothingToGoOnFrom() throws IOException {
        Checkpoints checkpoints = Checkpoints.of(folder.resolve("model"));
        assertThatIOException()
                .isThrownBy(() -> checkpoints.latest(Device.cpu(), warning -> {}))
                .withMessage(folder.resolve("model.checkpoints") + ": no checkpoint to go on from");
    }
}
