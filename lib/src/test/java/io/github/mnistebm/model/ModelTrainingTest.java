package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DataFolder;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

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
    void stochasticBinarizationTrainsToo() {
        TrainingConfig config = Preset.QUICK
                .builder()
                .trainImages(500)
                .autoencoderHiddenUnits(16)
                .autoencoderEpochs(1)
                .energyHiddenUnits(4)
                .energyEpochs(1)
                .binarization(Binarization.STOCHASTIC)
                .build();
        try (DigitModel model = TinyModel.trained(config)) {
            assertThat(model.card().metrics()).containsKey("energy acceptance");
        }
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

    @Test
    void anInterruptedAutoencoderKeepsItsLastCompleteEpoch() throws IOException {
        TrainingConfig config = TinyModel.config(1);
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages train = all.first(config.trainImages());
                ModelTraining training = new ModelTraining(config, train, train)) {
            TrainingHistory history = training.trainAutoencoder(new TrainingListener() {
                @Override
                public void epochDone(TrainingHistory soFar) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(history.interrupted()).isTrue();
            assertThat(history.epochs()).isEqualTo(1);
            assertThat(training.isAutoencoderTrained()).isTrue();
        }
    }
}
