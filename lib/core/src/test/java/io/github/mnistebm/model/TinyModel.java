package io.github.mnistebm.model;

import ai.djl.Device;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Models that train in a second, on the first images of MNIST. */
public final class TinyModel {

    private TinyModel() {}

    static TrainingConfig config(int seed) {
        return builder(seed).build();
    }

    static TrainingConfig.Builder builder(int seed) {
        return Preset.QUICK
                .builder()
                .set(Setting.SEED, seed)
                .set(Setting.TRAIN_IMAGES, 2000)
                .set(Setting.AUTOENCODER_HIDDEN_UNITS, 32)
                .set(Setting.LATENT_DIMENSION, 4)
                .set(Setting.AUTOENCODER_EPOCHS, 2)
                .set(Setting.ENERGY_HIDDEN_UNITS, 16)
                .set(Setting.ENERGY_EPOCHS, 2);
    }

    public static DigitModel trained(int seed) {
        return trained(config(seed));
    }

    static DigitModel trained(TrainingConfig config) {
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages train = all.first(config.trainImages());
                DigitImages test = all.first(500);
                ModelTraining training = new ModelTraining(config, train, test)) {
            training.trainAutoencoder(TrainingListener.NONE);
            training.trainEnergy(TrainingListener.NONE);
            return training.model();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
