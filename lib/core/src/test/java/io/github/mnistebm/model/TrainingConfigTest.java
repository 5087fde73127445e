package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.github.mnistebm.energy.objective.EnergyTrainingConfig;
import io.github.mnistebm.energy.objective.Objective;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingConfigTest {

    private static TrainingConfig.Builder builder() {
        return Preset.DEFAULT.builder();
    }

    private static void assertRefused(TrainingConfig.Builder builder, int images, String message) {
        TrainingConfig config = builder.build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.requireTrainable(images))
                .withMessageStartingWith(message);
    }

    @ParameterizedTest
    @EnumSource
    void everyPresetCanBeTrained(Preset preset) {
        assertThatNoException().isThrownBy(() -> {
            TrainingConfig config = preset.builder().build();
            config.requireTrainable(config.trainImages());
        });
    }

    @Test
    void oneImageHasNoCovariance() {
        assertRefused(
                builder().set(Setting.LATENT_DIMENSION, 1).set(Setting.REFERENCE_COMPONENTS, 0),
                1,
                "--train-images: expected at least 2 images, found 1");
    }

    @Test
    void aCovarianceNeedsMoreImagesThanDimensions() {
        assertRefused(
                builder().set(Setting.REFERENCE_COMPONENTS, 0),
                28,
                "--encoded-dim: expected fewer dimensions than training images (--train-images), of which there are 28, found 28");
        builder().set(Setting.REFERENCE_COMPONENTS, 0).build().requireTrainable(29);
    }

    @Test
    void aMixtureNeedsAnImageForEachComponent() {
        assertRefused(
                builder(),
                99,
                "--reference-components: expected at most as many as training images (--train-images), of which there are 99,"
                        + " found 100");
        builder().build().requireTrainable(100);
    }

    @Test
    void latentsAreNotMoreThanPixels() {
        assertRefused(
                builder().set(Setting.LATENT_DIMENSION, 785),
                60_000,
                "--encoded-dim: expected at most 784, the pixels of an image");
    }

    @ParameterizedTest
    @ValueSource(ints = {100_000_000, Integer.MAX_VALUE})
    void aTrainingThatExceedsTheMemoryIsRefusedWithAnEstimate(int units) {
        assertRefused(
                builder().set(Setting.AUTOENCODER_HIDDEN_UNITS, units),
                60_000,
                "--auto-hidden-dim, --ebm-hidden-dim: the parameters");
        assertRefused(
                builder().set(Setting.ENERGY_HIDDEN_UNITS, units),
                60_000,
                "--auto-hidden-dim, --ebm-hidden-dim: the parameters");
        assertRefused(
                builder().set(Setting.SAMPLES_PER_DATAPOINT, units),
                60_000,
                "--mcmc-samples-per-datapoint: the chains");
        assertRefused(builder().set(Setting.IMPORTANCE_DRAWS, units), 60_000, "--importance-draws: the draws");
        TrainingConfig config = builder()
                .set(Setting.ENERGY_BATCH_SIZE, 60_000)
                .set(Setting.IMPORTANCE_DRAWS, 35_000)
                .build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.requireTrainable(60_000))
                .withMessageMatching("the training needs about \\d+\\.\\d GiB of memory, of which this machine has .*");
    }

    @Test
    void aBatchLargerThanTheImagesIsAllOfThem() {
        builder()
                .set(Setting.REFERENCE_COMPONENTS, 0)
                .set(Setting.AUTOENCODER_BATCH_SIZE, Integer.MAX_VALUE)
                .set(Setting.ENERGY_BATCH_SIZE, Integer.MAX_VALUE)
                .build()
                .requireTrainable(100);
    }

    @Test
    void aRateThatWasNotUsedYetLeavesNoTrace() {
        TrainingConfig changed = builder().build().withLearningRate("energy", 0, 1e-4);
        assertThat(changed)
                .isEqualTo(builder().set(Setting.ENERGY_LEARNING_RATE, 1e-4).build());
    }

    @Test
    void earlierRatesAreKeptInOrder() {
        TrainingConfig config = builder().set(Setting.ENERGY_LEARNING_RATE, 1.0).build();
        TrainingConfig changed = config.withLearningRate("energy", 2, 0.1).withLearningRate("energy", 5, 0.01);
        assertThat(changed.energy().learningRate()).isEqualTo(0.01);
        assertThat(changed.earlierRates())
                .containsExactly(new EarlierRate("energy", 2, 1), new EarlierRate("energy", 5, 0.1));
    }

    @Test
    void pretrainingIsForContrastiveDivergenceOnAMixture() {
        EnergyTrainingConfig first = builder()
                .set(Setting.PRETRAINING_EPOCHS, 5)
                .set(Setting.PRETRAINING_LEARNING_RATE, 4e-3)
                .build()
                .pretraining()
                .orElseThrow();
        assertThat(first.objective()).isEqualTo(Objective.NOISE_CONTRASTIVE);
        assertThat(first.epochs()).isEqualTo(5);
        assertThat(first.learningRate()).isEqualTo(4e-3);
        assertThat(builder().set(Setting.PRETRAINING_EPOCHS, 0).build().pretraining())
                .isEmpty();
        assertThat(builder().set(Setting.REFERENCE_COMPONENTS, 0).build().pretraining())
                .isEmpty();
        assertThat(builder()
                        .set(Setting.OBJECTIVE, Objective.ENERGY_DISCREPANCY)
                        .build()
                        .pretraining())
                .isEmpty();
    }

    @Test
    void pretrainingHasAPositiveRateAndNoFewerThanNoEpochs() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().set(Setting.PRETRAINING_EPOCHS, -1).build())
                .withMessage("pretraining epochs: must be at least 0, found -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        builder().set(Setting.PRETRAINING_LEARNING_RATE, 0.0).build())
                .withMessage("pretraining learning rate: must be positive and finite, found 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().set(Setting.NOISE_DRAWS, 0).build())
                .withMessage("noise draws: must be at least 1, found 0");
    }

    @Test
    void oneCoreTakesTheQuickPresetUnlessAnotherIsNamed() {
        assertThat(Preset.of(null, 1)).isEqualTo(Preset.QUICK);
        assertThat(Preset.of(" ", 1)).isEqualTo(Preset.QUICK);
        assertThat(Preset.of(null, 2)).isEqualTo(Preset.DEFAULT);
        assertThat(Preset.of("default", 1)).isEqualTo(Preset.DEFAULT);
        assertThat(Preset.of("Seed", 8)).isEqualTo(Preset.SEED);
    }
}
