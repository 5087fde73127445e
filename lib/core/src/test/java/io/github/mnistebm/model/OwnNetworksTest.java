package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.energy.BlockEnergy;
import io.github.mnistebm.energy.EnergyFactory;
import io.github.mnistebm.energy.EnergyTrainer;
import io.github.mnistebm.energy.ResidualPerceptron;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of blocks that a user of the library defines, from training to draws. */
class OwnNetworksTest {

    private static final EnergyFactory RESIDUAL = EnergyFactory.of(() -> ResidualPerceptron.create(16, 2));

    private static final Networks ENERGY = Networks.BUILT_IN.withEnergy(RESIDUAL);

    private static final TrainingConfig CONFIG = TinyModel.builder(1)
            .set(Setting.AUTOENCODER_EPOCHS, 10)
            .set(Setting.AUTOENCODER_LEARNING_RATE, 3e-3)
            .set(Setting.ENERGY_EPOCHS, 10)
            .build();

    private static final SamplerConfig SHORT =
            SamplerConfig.builder().burnIn(10).steps(10).build();

    private static DigitImages images;
    private static DigitImages test;

    @TempDir
    Path folder;

    @BeforeAll
    static void readImages() throws IOException {
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu())) {
            images = all.first(2000);
            test = all.first(500);
        }
    }

    @AfterAll
    static void closeImages() {
        images.close();
        test.close();
    }

    private static Block encoder() {
        return new SequentialBlock()
                .add(Linear.builder().setUnits(32).build())
                .add(LayerNorm.builder().axis(1).build())
                .add(Activation::tanh)
                .add(Linear.builder().setUnits(4).build());
    }

    private static Block decoder() {
        return new SequentialBlock()
                .add(Linear.builder().setUnits(32).build())
                .add(Activation::tanh)
                .add(Linear.builder().setUnits(784).build());
    }

    private static DigitModel trained(Networks networks) {
        try (ModelTraining training = new ModelTraining(CONFIG, images, test, networks)) {
            return training.train(TrainingListener.NONE);
        }
    }

    private static float[] draws(DigitModel model) {
        try (SampleRun run = model.sample(8, SHORT, 3);
                NDArray digits = model.decode(run.last())) {
            return digits.toFloatArray();
        }
    }

    @Test
    void aModelOfAnotherEnergyTrainsSavesLoadsAndDrawsTheSame() throws IOException {
        float[] expected;
        try (DigitModel model = trained(ENERGY)) {
            assertThat(model.energy().tilt()).isInstanceOf(BlockEnergy.class);
            // Training begins at a network drawn at random and ends where data and negatives have about the same
            // energy.
            assertThat(model.card().metrics().get("energy energy gap")).isBetween(-1.0, 1.0);
            expected = draws(model);
            model.save(folder);
        }
        BlockCard recorded = ModelFolder.readCard(folder).blocks().get("energy");
        assertThat(recorded.description()).contains("SequentialBlock");
        assertThat(recorded.parameters()).containsEntry("energy.01Linear_weight", List.of(16L, 4L));
        try (DigitModel loaded = DigitModel.load(folder, Device.cpu(), ENERGY)) {
            assertThat(draws(loaded)).isEqualTo(expected);
        }

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> DigitModel.load(folder, Device.cpu()))
                .withMessage(
                        folder + ": energy: it is not the library's own but SequentialBlock of 1185 parameters, and a"
                                + " folder holds no code. Load the model in Java, by DigitModel.load(folder, device,"
                                + " Networks.BUILT_IN.withEnergy(…)) with what made it");
        Networks other = Networks.BUILT_IN.withEnergy(EnergyFactory.of(() -> ResidualPerceptron.create(8, 2)));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> DigitModel.load(folder, Device.cpu(), other))
                .withMessage(folder + ": energy: energy.01Linear_weight: expected shape [16, 4], found [8, 4]. Give the"
                        + " architecture that the model was trained with");
    }

    @Test
    void aModelOfAnotherEncoderAndDecoderTrainsSavesLoadsAndDrawsTheSame() throws IOException {
        Networks networks =
                Networks.BUILT_IN.withEncoder(OwnNetworksTest::encoder).withDecoder(OwnNetworksTest::decoder);
        float[] expected;
        double[] scores;
        try (DigitModel model = trained(networks);
                NDArray digits = test.thresholded()) {
            // Without any training it is 784 log 2 = 543 nats.
            assertThat(model.card().metrics().get("autoencoder test loss")).isLessThan(250);
            expected = draws(model);
            scores = model.score(digits).reconstructionErrors();
            model.save(folder);
        }
        assertThat(ModelFolder.readCard(folder).blocks()).containsOnlyKeys("encoder", "decoder");
        try (DigitModel loaded = DigitModel.load(folder, Device.cpu(), networks);
                NDArray digits = test.thresholded()) {
            assertThat(draws(loaded)).isEqualTo(expected);
            assertThat(loaded.score(digits).reconstructionErrors()).isEqualTo(scores);
        }
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> DigitModel.load(folder, Device.cpu(), networks.withEnergy(RESIDUAL)))
                .withMessage(folder + ": energy: it is the library's own. Load the model without Networks.withEnergy");
    }

    @Test
    void aTrainingOfAnotherEnergyGoesOnFromItsCheckpoint() throws IOException {
        float[] expected;
        try (DigitModel model = trained(ENERGY)) {
            expected = model.network().parameters().toFloatArray();
        }
        TrainingListener stopper = new TrainingListener() {
            @Override
            public void epochDone(TrainingHistory history) {
                if (history.table().name().equals(EnergyTrainer.PHASE)) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        try (Checkpoints checkpoints = Checkpoints.of(folder.resolve("model"))) {
            checkpoints.begin(CONFIG);
            try (ModelTraining training = new ModelTraining(CONFIG, images, test, ENERGY)) {
                training.keepCheckpoints(checkpoints);
                training.trainAutoencoder(stopper);
                assertThat(training.trainEnergy(stopper).epochs()).isEqualTo(1);
            }
            try (Checkpoint last = checkpoints.latest(Device.cpu(), warning -> {})) {
                try (ModelTraining resumed = ModelTraining.resume(last, Map.of(), images, test, ENERGY);
                        DigitModel model = resumed.train(TrainingListener.NONE)) {
                    assertThat(model.network().parameters().toFloatArray()).isEqualTo(expected);
                }
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> ModelTraining.resume(last, images, test))
                        .withMessageStartingWith("training state: average: expected shape ");
            }
        }
    }

    @Test
    void anEncoderOfAnotherDimensionIsRefused() {
        Networks wide =
                Networks.BUILT_IN.withEncoder(() -> Linear.builder().setUnits(5).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ModelTraining(CONFIG, images, test, wide))
                .withMessage("encoder: expected an output of shape (2, 4) for two rows, found (2, 5)");
    }
}
