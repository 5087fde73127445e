package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.autoencoder.DecoderArchitecture;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.energy.EnergyTrainer;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.TrainingDivergedException;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tech.tablesaw.api.Table;

/** Trainings with learning rates that they cannot bear, and how they go on. */
class DivergenceTest {

    private static final String AUTOENCODER = AutoencoderTrainer.PHASE;
    private static final String PRETRAINING = EnergyTrainer.PRETRAINING;
    private static final String ENERGY = EnergyTrainer.PHASE;

    @TempDir
    private Path folder;

    private DigitImages train;
    private DigitImages test;
    private Checkpoints checkpoints;

    @BeforeEach
    void open() throws IOException {
        checkpoints = Checkpoints.of(folder.resolve("model"));
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu())) {
            train = all.first(1000);
            test = all.first(200);
        }
    }

    @AfterEach
    void close() throws IOException {
        train.close();
        test.close();
        checkpoints.close();
    }

    private static TrainingConfig.Builder builder() {
        return TinyModel.builder(1)
                .set(Setting.TRAIN_IMAGES, 1000)
                .set(Setting.DECODER, DecoderArchitecture.PERCEPTRON)
                .set(Setting.AUTOENCODER_EPOCHS, 3)
                .set(Setting.ENERGY_EPOCHS, 4);
    }

    /** Trains until it diverges. */
    private TrainingDivergedException diverging(ModelTraining training) {
        training.keepCheckpoints(checkpoints);
        return catchDivergence(() -> training.train(TrainingListener.NONE));
    }

    private static TrainingDivergedException catchDivergence(ThrowingCallable run) {
        return catchThrowableOfType(TrainingDivergedException.class, run);
    }

    private DigitModel resumed(Map<String, Double> rates) throws IOException {
        try (Checkpoint checkpoint = checkpoints.latest(Device.cpu(), warning -> {});
                ModelTraining training = ModelTraining.resume(checkpoint, rates, train, test)) {
            training.keepCheckpoints(checkpoints);
            return training.train(TrainingListener.NONE);
        }
    }

    private static void assertSane(DigitModel model) {
        model.network().namedParameters().forEach((name, array) -> assertThat(Tensors.isFinite(array))
                .as(name)
                .isTrue());
        Map<String, Double> metrics = model.card().metrics();
        // A divergence has a gap of thousands of nats.
        assertThat(metrics.get("energy energy gap")).isCloseTo(0, within(2.0));
        assertThat(metrics.get("energy acceptance")).isGreaterThan(0.1);
        // A coin for each pixel has this loss.
        assertThat(metrics.get("autoencoder test loss")).isLessThan(784 * Math.log(2));
        try (DigitSampler.Drawing drawing = DigitSampler.of(model).draw(50, 1)) {
            assertThat(drawing.summary().warning()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 100, 1000, 1e10})
    void anEnergyThatDivergesInItsFirstEpochGoesOnFromTheAutoencoder(double rate) throws IOException {
        TrainingConfig config = builder()
                .set(Setting.PRETRAINING_EPOCHS, 0)
                .set(Setting.ENERGY_LEARNING_RATE, rate)
                .set(Setting.ENERGY_HIDDEN_UNITS, 64)
                .build();
        checkpoints.begin(config);
        try (ModelTraining training = new ModelTraining(config, train, test)) {
            TrainingDivergedException e = diverging(training);
            assertThat(e)
                    .hasMessageStartingWith("energy: epoch 1 has diverged: ")
                    .hasMessageContaining("No earlier epoch of this phase");
            assertThat(e.history().epochs()).isZero();
            assertThat(training.isAutoencoderTrained()).isTrue();
            assertThat(training.isEnergyTrained()).isFalse();
        }
        try (DigitModel model = resumed(Map.of(ENERGY, 2e-3))) {
            assertSane(model);
            assertThat(model.card().configuration().energy().learningRate()).isEqualTo(2e-3);
            assertThat(model.card().configuration().earlierRates())
                    .as("no epoch was trained with the other")
                    .isEmpty();
            assertThat(model.card().metrics()).containsEntry("energy epochs", 4.0);
        }
    }

    @Test
    void anEnergyThatDivergesAfterItsPretrainingGoesOnFromThat() throws IOException {
        TrainingConfig config =
                builder().set(Setting.ENERGY_LEARNING_RATE, 1000.0).build();
        checkpoints.begin(config);
        try (ModelTraining training = new ModelTraining(config, train, test)) {
            assertThat(diverging(training))
                    .hasMessageStartingWith("energy: epoch 1 has diverged: ")
                    .hasMessageContaining("Try a smaller learning rate (--ebm-lr) than 1000.0");
            assertThat(training.isEnergyTrained()).isTrue();
            try (DigitModel pretrained = training.model()) {
                assertThat(Tensors.isFinite(pretrained.network().parameters())).isTrue();
                assertThat(pretrained.histories()).extracting(Table::name).containsExactly(AUTOENCODER, PRETRAINING);
            }
        }
        try (DigitModel model = resumed(Map.of(ENERGY, 2e-3))) {
            assertSane(model);
            assertThat(model.card().metrics()).containsEntry("pretraining epochs", 3.0);
        }
    }

    @Test
    void aPretrainingThatDivergesNamesItsOwnRate() {
        TrainingConfig config =
                builder().set(Setting.PRETRAINING_LEARNING_RATE, 1000.0).build();
        try (ModelTraining training = new ModelTraining(config, train, test)) {
            assertThat(catchDivergence(() -> training.train(TrainingListener.NONE)))
                    .hasMessageStartingWith("pretraining: epoch ")
                    .hasMessageContaining("Try a smaller learning rate (--pretraining-lr) than 1000.0");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ENERGY, PRETRAINING, AUTOENCODER})
    void aResumedPhaseThatDivergesGoesOnFromTheSameEpochWithAnotherRate(String phase) throws IOException {
        TrainingConfig config = builder().build();
        stopAfter(config, phase, 2);
        assertThat(catchDivergence(() -> resumed(Map.of(phase, 1000.0)).close()))
                .hasMessageStartingWith(phase + ": epoch 3 has diverged: ")
                .hasMessageContaining("Back to epoch 2");
        try (Checkpoint checkpoint = checkpoints.latest(Device.cpu(), warning -> {})) {
            assertThat(checkpoint.configuration()).isEqualTo(config);
            assertThat(checkpoint.history(phase).epochs()).isEqualTo(2);
            assertThat(checkpoint.state(phase).notFinite()).isEmpty();
        }
        try (DigitModel model = resumed(Map.of(phase, 5e-4))) {
            assertSane(model);
            TrainingConfig known = model.card().configuration();
            double earlier = rate(config, phase);
            assertThat(rate(known, phase)).isEqualTo(5e-4);
            assertThat(known.earlierRates())
                    .as("no epoch was trained with 1000")
                    .containsExactly(new EarlierRate(phase, 2, earlier));
            model.save(folder.resolve("model"));
            assertThat(ModelFolder.readCard(folder.resolve("model")).configuration())
                    .isEqualTo(known);
        }
    }

    private static double rate(TrainingConfig config, String phase) {
        return switch (phase) {
            case AUTOENCODER -> config.autoencoder().learningRate();
            case PRETRAINING -> config.pretrainingLearningRate();
            default -> config.energy().learningRate();
        };
    }

    /** Trains so far, and keeps the checkpoints. */
    private void stopAfter(TrainingConfig config, String phase, int epoch) throws IOException {
        checkpoints.begin(config);
        try (ModelTraining training = new ModelTraining(config, train, test)) {
            training.keepCheckpoints(checkpoints);
            TrainingListener stopper = new TrainingListener() {
                @Override
                public void epochDone(TrainingHistory history) {
                    if (history.table().name().equals(phase) && history.epochs() == epoch) {
                        Thread.currentThread().interrupt();
                    }
                }
            };
            assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> training.train(stopper));
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAutoencoderOfAnyArchitectureThatCannotBearItsRateDivergesByName(DecoderArchitecture decoder) {
        for (double rate : new double[] {0.2, 5, 50, 1e10}) {
            TrainingConfig config = builder()
                    .set(Setting.DECODER, decoder)
                    .set(Setting.AUTOENCODER_LEARNING_RATE, rate)
                    .build();
            try (ModelTraining training = new ModelTraining(config, train, test)) {
                Throwable e = catchDivergence(() -> training.trainAutoencoder(TrainingListener.NONE));
                assertThat(e)
                        .as("rate %s", rate)
                        .hasMessageStartingWith("autoencoder: epoch ")
                        .hasMessageContaining("Try a smaller learning rate (--auto-lr) than " + rate);
            }
        }
    }

    @Test
    void theRateOfAPhaseThatIsCompleteCannotChange() throws IOException {
        TrainingConfig config = builder().build();
        stopAfter(config, ENERGY, 1);
        try (Checkpoint checkpoint = checkpoints.latest(Device.cpu(), warning -> {})) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> checkpoint.configuration(Map.of(AUTOENCODER, 1e-3)))
                    .withMessage(
                            "autoencoder learning rate: all 3 epochs of this phase are trained, none is left to change");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> checkpoint.configuration(Map.of(ENERGY, Double.NaN)))
                    .withMessageContaining("must be positive and finite, found NaN");
            assertThat(checkpoint.configuration(Map.of())).isEqualTo(config);
        }
    }

    @Test
    void anInterruptionWhileTheReferenceIsFittedIsOneOfTheAutoencodersTraining() throws IOException {
        TrainingConfig config = builder().build();
        checkpoints.begin(config);
        try (ModelTraining training = new ModelTraining(config, train, test)) {
            training.keepCheckpoints(checkpoints);
            TrainingHistory history = training.trainAutoencoder(new TrainingListener() {
                @Override
                public void batchDone(String phase, int epoch, int epochs, int batch, int batches) {
                    if (phase.equals("reference measure")) {
                        Thread.currentThread().interrupt();
                    }
                }
            });
            assertThat(history.interrupted()).isTrue();
            assertThat(history.epochs()).isEqualTo(3);
            assertThat(Thread.interrupted()).isFalse();
        }
        try (DigitModel model = resumed(Map.of());
                DigitModel uninterrupted = trained(config);
                NDArray found = model.network().parameters();
                NDArray expected = uninterrupted.network().parameters()) {
            assertThat(found.toFloatArray()).isEqualTo(expected.toFloatArray());
        }
    }

    private DigitModel trained(TrainingConfig config) {
        try (ModelTraining training = new ModelTraining(config, train, test)) {
            return training.train(TrainingListener.NONE);
        }
    }
}
