package io.github.mnistebm.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.github.mnistebm.autoencoder.DecoderArchitecture;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.energy.objective.EnergyTrainingConfig;
import io.github.mnistebm.energy.objective.Objective;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.Preset;
import io.github.mnistebm.model.Setting;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.training.TrainingDivergedException;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** The experiments in small, on real digits and garments. */
class ExperimentsTest {

    private static DigitImages train;
    private static DigitImages test;
    private static DigitImages garments;

    @BeforeAll
    static void load() throws IOException {
        try (DigitImages allTrain = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages allTest = DigitImages.test(DataFolder.mnist(), Device.cpu());
                DigitImages allGarments = DigitImages.test(DataFolder.fashion(), Device.cpu())) {
            train = allTrain.first(1000);
            test = allTest.first(500);
            garments = allGarments.first(500);
        }
    }

    @AfterAll
    static void close() {
        train.close();
        test.close();
        garments.close();
    }

    private static TrainingConfig.Builder tiny() {
        return Preset.QUICK
                .builder()
                .set(Setting.TRAIN_IMAGES, 1000)
                .set(Setting.DECODER, DecoderArchitecture.PERCEPTRON)
                .set(Setting.REFERENCE_COMPONENTS, 5)
                .set(Setting.AUTOENCODER_EPOCHS, 2)
                .set(Setting.ENERGY_EPOCHS, 2);
    }

    @Test
    void qualityMeasuresEachModelAndLeavesADivergedOneEmpty() throws IOException {
        try (DigitClassifier classifier = DigitClassifier.load(DataFolder.classifier(), Device.cpu())) {
            QualityExperiment experiment = new QualityExperiment(train, test, classifier, 500);
            experiment.add("trained", tiny().build(), TrainingListener.NONE);
            TrainingConfig diverging =
                    tiny().set(Setting.AUTOENCODER_LEARNING_RATE, 1e30).build();
            assertThatThrownBy(() -> experiment.add("diverged", diverging, TrainingListener.NONE))
                    .isInstanceOf(TrainingDivergedException.class);
            Table table = experiment.table();
            assertThat(table.stringColumn(0).asList()).containsExactly("trained", "diverged");
            for (int column = 1; column < table.columnCount(); column++) {
                assertThat(table.column(column).isMissing(0)).isFalse();
                assertThat(table.column(column).isMissing(1)).isTrue();
            }
            assertThat(table.doubleColumn("smallest share of a digit").get(0))
                    .isLessThanOrEqualTo(table.doubleColumn("largest").get(0));
        }
    }

    @Test
    void eachObjectiveStartsFromTheSameWeightsOnTheSameLatents() throws IOException {
        try (DigitClassifier classifier = DigitClassifier.load(DataFolder.classifier(), Device.cpu())) {
            ObjectivesExperiment experiment = new ObjectivesExperiment(train, test, classifier, 100);
            for (int seed = 1; seed <= 2; seed++) {
                TrainingConfig config = tiny().set(Setting.SEED, seed).build();
                EnergyTrainingConfig contrastive = config.energy().toBuilder()
                        .objective(Objective.NOISE_CONTRASTIVE)
                        .build();
                try (ObjectivesExperiment.Latents latents = experiment.latents(config, TrainingListener.NONE)) {
                    latents.train(contrastive, TrainingListener.NONE);
                    latents.measure("contrastive");
                    latents.train(contrastive, TrainingListener.NONE);
                    latents.measure("again");
                    latents.train(contrastive, TrainingListener.NONE);
                    latents.train(config.energy(), TrainingListener.NONE);
                    latents.measure("contrastive, then chains");
                }
            }
            Table table = experiment.table();
            assertThat(table.stringColumn(0).asList().subList(0, 4))
                    .containsExactly(
                            ObjectivesExperiment.UNTRAINED, "contrastive", "again", "contrastive, then chains");
            assertThat(table.intColumn("seed").asList()).containsExactly(1, 1, 1, 1, 2, 2, 2, 2);
            List<Double> nats =
                    table.doubleColumn("held-out log-likelihood, nats").asList();
            assertThat(nats.get(1))
                    .isEqualTo(nats.get(2))
                    .isNotEqualTo(nats.get(3))
                    .isNotEqualTo(nats.get(5));
            List<Double> gains =
                    table.doubleColumn("gain over the reference measure").asList();
            assertThat(gains.get(0)).isZero();
            assertThat(gains.get(3)).isCloseTo(nats.get(3) - nats.get(0), within(1e-3));
            Table means = experiment.overSeeds();
            assertThat(means.rowCount()).isEqualTo(4);
            assertThat(means.columnNames().subList(1, means.columnCount()))
                    .isEqualTo(table.columnNames().subList(2, table.columnCount()));
            assertThat(means.doubleColumn("Fréchet distance").get(0))
                    .isCloseTo(
                            (table.doubleColumn("Fréchet distance").get(0)
                                            + table.doubleColumn("Fréchet distance")
                                                    .get(4))
                                    / 2,
                            within(1e-9));
        }
    }

    @Test
    void theBundledModelSeparatesDigitsFromImagesOfOtherKindsAndNotFromThemselves() throws IOException {
        try (DigitModel model = DigitModel.load(DataFolder.pretrained(), Device.cpu())) {
            Table others = OtherImages.areas(model, test, garments, 1);
            assertThat(others.stringColumn(0).asList())
                    .containsExactly("uniform noise", "digits in shuffled 4 × 4 blocks", "fashion-mnist");
            assertThat(others.doubleColumn("both").asList()).allMatch(area -> area > 0.98);
            Table same = OtherImages.areas(model, test, test, 1);
            assertThat(same.doubleColumn("both").get(2)).isEqualTo(0.5);
        }
    }

    @Test
    void theBundledModelRestoresDigitsBetterThanTheNearestImage() throws IOException {
        List<String> restored = new ArrayList<>();
        try (DigitModel model = DigitModel.load(DataFolder.pretrained(), Device.cpu());
                DigitClassifier classifier = DigitClassifier.load(DataFolder.classifier(), Device.cpu());
                DigitImages some = test.first(2)) {
            Table table = RestorationExperiment.run(model, classifier, train, some, 1, name -> {
                restored.add(name);
                return share -> {};
            });
            assertThat(restored).hasSize(3);
            assertThat(table.rowCount()).isEqualTo(3 * 4);
            Table random = table.where(table.stringColumn("hidden").isEqualTo(restored.get(0)));
            assertThat(random.stringColumn("completed by").asList())
                    .containsExactly("nothing hidden", "nearest training image", "posterior mean", "one draw");
            List<Double> errors = random.doubleColumn("error of hidden pixels").asList();
            assertThat(errors.get(0)).isZero();
            assertThat(errors.get(2)).isLessThan(errors.get(1));
        }
    }
}
