package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.energy.objective.Objective;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import io.github.mnistebm.training.TrainingState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class ModelTrainingTest {

    @Test
    void theSameSeedGivesTheSameModelAndTheSameSamples() {
        List<float[]> weights = new ArrayList<>();
        List<byte[]> images = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            try (DigitModel model = TinyModel.trained(3);
                    DigitSampler.Drawing drawing = DigitSampler.of(model).draw(10, 5)) {
                weights.add(model.network().parameters().toFloatArray());
                images.add(drawing.images().toByteArray());
            }
        }
        assertThat(weights.get(0)).isEqualTo(weights.get(1));
        assertThat(images.get(0)).isEqualTo(images.get(1));
    }

    @Test
    void anotherSeedGivesAnotherModel() {
        try (DigitModel first = TinyModel.trained(3);
                DigitModel second = TinyModel.trained(4)) {
            assertThat(first.network().parameters().toFloatArray())
                    .isNotEqualTo(second.network().parameters().toFloatArray());
        }
    }

    @Test
    void stochasticBinarizationTrainsAnotherModel() {
        TrainingConfig.Builder options = Preset.QUICK
                .builder()
                .set(Setting.TRAIN_IMAGES, 500)
                .set(Setting.AUTOENCODER_HIDDEN_UNITS, 16)
                .set(Setting.AUTOENCODER_EPOCHS, 1)
                .set(Setting.ENERGY_HIDDEN_UNITS, 4)
                .set(Setting.ENERGY_EPOCHS, 1);
        try (DigitModel drawn = TinyModel.trained(options.set(Setting.BINARIZATION, Binarization.STOCHASTIC)
                        .build());
                DigitModel cut = TinyModel.trained(options.set(Setting.BINARIZATION, Binarization.THRESHOLD)
                        .build())) {
            assertThat(firstWeights(drawn)).isNotEqualTo(firstWeights(cut));
            assertThat(drawn.card().metrics().get("autoencoder test loss")).isLessThan(784 * Math.log(2));
        }
    }

    private static float[] firstWeights(DigitModel model) {
        return model.latentSpace()
                .autoencoder()
                .namedParameters()
                .get("encoder.0.weight")
                .toFloatArray();
    }

    @Test
    void latentsOfTheTrainingImagesAreWhite() throws IOException {
        TrainingConfig config = TinyModel.config(1);
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages train = all.first(config.trainImages());
                ModelTraining training = new ModelTraining(config, train, train)) {
            TrainingHistory history = training.trainAutoencoder(TrainingListener.NONE);
            // Better than a coin for each pixel.
            assertThat(history.last(AutoencoderTrainer.TEST_LOSS)).isLessThan(784 * Math.log(2));
            try (NDArray binary = train.thresholded();
                    NDArray latents = training.latentSpace().encode(binary);
                    NDArray doubles = latents.toType(DataType.FLOAT64, true);
                    NDArray covariance = doubles.transpose()
                            .matMul(doubles)
                            .div(latents.getShape().get(0) - 1)) {
                double[] found = covariance.toDoubleArray();
                for (int i = 0; i < found.length; i++) {
                    assertThat(Math.abs(found[i] - (i % 5 == 0 ? 1 : 0))).isLessThan(1e-3);
                }
            }
        }
    }

    @Test
    void theEnergyIsNotTrainedBeforeTheAutoencoder() throws IOException {
        try (DigitImages test = DigitImages.test(DataFolder.mnist(), Device.cpu());
                ModelTraining training = new ModelTraining(TinyModel.config(1), test, test)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> training.trainEnergy(TrainingListener.NONE))
                    .withMessage("the autoencoder is not trained: call trainAutoencoder first");
        }
    }

    /** Stops a training after a batch of an epoch. */
    private static TrainingListener stopIn(int epochToStop, int batchToStop) {
        return new TrainingListener() {
            @Override
            public void batchDone(String phase, int epoch, int ofEpochs, int batch, int batches) {
                if (epoch == epochToStop && batch == batchToStop) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }

    @Test
    void pretrainingCanBeStoppedAndTheEnergyGoesOnFromItsLastCompleteEpoch() throws IOException {
        TrainingConfig config = TinyModel.config(1);
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages train = all.first(config.trainImages());
                ModelTraining training = new ModelTraining(config, train, train)) {
            training.trainAutoencoder(TrainingListener.NONE);
            TrainingHistory pretraining = training.pretrainEnergy(stopIn(2, 1));
            assertThat(pretraining.interrupted()).isTrue();
            assertThat(pretraining.epochs()).isEqualTo(1);
            assertThat(training.isEnergyTrained()).isTrue();
            List<String> phases = new ArrayList<>();
            TrainingHistory energy = training.trainEnergy(new TrainingListener() {
                @Override
                public void epochDone(TrainingHistory history) {
                    phases.add(history.table().name());
                }
            });
            assertThat(energy.interrupted()).isFalse();
            assertThat(phases).as("pretraining does not begin anew").containsExactly("energy", "energy");
            assertThatIllegalStateException()
                    .isThrownBy(() -> training.pretrainEnergy(TrainingListener.NONE))
                    .withMessageContaining("which has already begun");
        }
    }

    @Test
    void pretrainingThatWasStoppedBeforeItsFirstEpochBeginsAnew() throws IOException {
        TrainingConfig config = TinyModel.config(1);
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages train = all.first(config.trainImages());
                ModelTraining training = new ModelTraining(config, train, train)) {
            training.trainAutoencoder(TrainingListener.NONE);
            TrainingHistory pretraining = training.pretrainEnergy(stopIn(1, 1));
            assertThat(pretraining.epochs()).isZero();
            assertThat(training.isEnergyTrained()).isFalse();
            training.trainEnergy(TrainingListener.NONE);
            try (DigitModel model = training.model()) {
                assertThat(model.card().metrics())
                        .containsEntry("pretraining epochs", 3.0)
                        .containsEntry("energy epochs", 2.0);
            }
        }
    }

    @Test
    void anObjectiveWithoutChainsHasNoPretraining() {
        TrainingConfig config = TinyModel.builder(1)
                .set(Setting.OBJECTIVE, Objective.SCORE_MATCHING)
                .build();
        try (DigitModel model = TinyModel.trained(config)) {
            assertThat(model.histories()).extracting(Table::name).containsExactly("autoencoder", "energy");
        }
    }

    @Test
    void anInterruptedAutoencoderKeepsItsLastCompleteEpoch() throws IOException {
        TrainingConfig config =
                TinyModel.builder(1).set(Setting.AUTOENCODER_EPOCHS, 3).build();
        List<float[]> epochs = new ArrayList<>();
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages train = all.first(config.trainImages());
                ModelTraining training = new ModelTraining(config, train, train)) {
            TrainingHistory history = training.trainAutoencoder(new TrainingListener() {
                @Override
                public void stateReached(TrainingState state) {
                    epochs.add(state.arrays().get("parameters").toFloatArray());
                }

                @Override
                public void batchDone(String phase, int epoch, int ofEpochs, int batch, int batches) {
                    if (epoch == 3 && batch == 1) {
                        Thread.currentThread().interrupt();
                    }
                }
            });
            assertThat(history.interrupted()).isTrue();
            assertThat(history.epochs()).isEqualTo(2);
            assertThat(training.isAutoencoderTrained()).isTrue();
            assertThat(epochs).hasSize(2);
            NDList kept = new NDList();
            training.latentSpace()
                    .autoencoder()
                    .namedParameters()
                    .values()
                    .forEach(parameter -> kept.add(parameter.flatten()));
            try (NDArray vector = NDArrays.concat(kept)) {
                assertThat(vector.toFloatArray()).isEqualTo(epochs.get(1));
            }
            kept.close();
        }
    }
}
