package io.github.mnistebm.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.github.mnistebm.autoencoder.DecoderArchitecture;
import io.github.mnistebm.condition.Condition;
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

    /** The measures of all draws are as asked, since others are not kept; the classifier sees a few digits otherwise than the networks. */
    @Test
    void drawsGivenAConditionMeetItAndAreThoseThatRejectionKeeps() throws IOException {
        try (DigitModel model = DigitModel.load(DataFolder.pretrained(), Device.cpu());
                DigitClassifier classifier = DigitClassifier.load(DataFolder.classifier(), Device.cpu())) {
            ConditionsExperiment experiment =
                    new ConditionsExperiment(model, classifier, train, test, 100, 1000, 1, drawn -> {});
            experiment.add(Condition.parse("not 1"), drawn -> {});
            experiment.add(Condition.parse("8, bold, slant < -30"), drawn -> {});
            experiment.add(Condition.parse("slant > 0"), drawn -> {});
            Table table = experiment.table();
            assertThat(table.stringColumn(0).asList())
                    .startsWith("none", "not 1")
                    .hasSize(4);
            assertThat(table.doubleColumn("read as asked").get(1)).isGreaterThan(0.95);
            assertThat(table.doubleColumn("read as asked").get(3)).isEqualTo(1);
            assertThat(table.doubleColumn("share of the model's images").get(1)).isBetween(0.8, 0.95);
            // Of 34 normal variables, one beyond 6 would be a wonder; so would a share of 200 beyond six standard
            // errors.
            assertThat(table.doubleColumn("greatest deviation, standard errors").get(1))
                    .isLessThan(6);
            assertThat(table.doubleColumn("two-sample test").get(1)).isCloseTo(0.5, within(0.25));
            // Hardly an image meets the second one.
            assertThat(table.column("two-sample test").isMissing(2)).isTrue();
            assertThat(table.column("ratio").isMissing(2)).isTrue();
            assertThat(table.doubleColumn("ratio").get(3)).isPositive();
            assertThatThrownBy(() -> new ConditionsExperiment(model, classifier, train, test, 64, 64, 1, drawn -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("images: expected at least 65, and as many without a condition, found 64 and 64");
        }
    }
}
