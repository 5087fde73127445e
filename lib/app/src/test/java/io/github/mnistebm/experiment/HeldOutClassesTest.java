package io.github.mnistebm.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.github.mnistebm.autoencoder.DecoderArchitecture;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.anomaly.HeldOutSplit;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.Preset;
import io.github.mnistebm.model.Setting;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class HeldOutClassesTest {

    private static final int SCORES = 5;
    private static final String SHARE = "share of anomalies";
    private static final String PRECISION_RECALL = "area under the precision-recall curve";
    private static final String OPERATING_CHARACTERISTIC = "area under the receiver operating characteristic";

    private static DigitImages train;
    private static DigitImages test;

    @BeforeAll
    static void load() throws IOException {
        try (DigitImages allTrain = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages allTest = DigitImages.test(DataFolder.mnist(), Device.cpu())) {
            train = allTrain.first(1000);
            test = allTest.first(500);
        }
    }

    @AfterAll
    static void close() {
        train.close();
        test.close();
    }

    private static TrainingConfig tiny(int seed) {
        return Preset.QUICK
                .builder()
                .set(Setting.SEED, seed)
                .set(Setting.TRAIN_IMAGES, 1000)
                .set(Setting.DECODER, DecoderArchitecture.PERCEPTRON)
                .set(Setting.REFERENCE_COMPONENTS, 5)
                .set(Setting.AUTOENCODER_EPOCHS, 2)
                .set(Setting.ENERGY_EPOCHS, 2)
                .build();
    }

    private static Table row(Table table, String score) {
        return table.where(table.stringColumn("score").isEqualTo(score));
    }

    @Test
    void aClassHeldOutHasARowForEachSeedAndScore() {
        HeldOutClasses experiment = new HeldOutClasses(HeldOutSplit.TEST, train, test);
        for (int seed = 1; seed <= 2; seed++) {
            experiment.add(1, List.of(tiny(seed)), TrainingListener.NONE);
        }
        Table table = experiment.table();
        assertThat(table.rowCount()).isEqualTo(2 * SCORES);
        assertThat(table.intColumn("seed").asList()).startsWith(1, 1, 1, 1, 1).endsWith(2, 2, 2, 2, 2);
        assertThat(table.doubleColumn(PRECISION_RECALL).asList()).allMatch(area -> area > 0 && area < 1);
        assertThat(table.doubleColumn(OPERATING_CHARACTERISTIC).asList()).allMatch(area -> area > 0 && area < 1);
        // Ones are simple: their energies are low, and no lower than that of other images as simple.
        Table energies = row(table, "energy");
        Table excesses = row(table, "energy beyond the expected");
        assertThat(excesses.doubleColumn(OPERATING_CHARACTERISTIC).mean())
                .isGreaterThan(energies.doubleColumn(OPERATING_CHARACTERISTIC).mean() + 0.2);
    }

    @Test
    void theSummaryHasTheMeanOverSeeds() {
        HeldOutClasses experiment = new HeldOutClasses(HeldOutSplit.PAPERS, train, test);
        for (int seed = 1; seed <= 2; seed++) {
            experiment.add(1, List.of(tiny(seed)), TrainingListener.NONE);
        }
        Table rows = row(experiment.table(), "energy beyond the expected, in expected deviations");
        Table means = experiment.overSeeds();
        assertThat(means.rowCount()).isEqualTo(1);
        assertThat(means.stringColumn("split").get(0)).isEqualTo("papers");
        assertThat(means.doubleColumn(PRECISION_RECALL).get(0))
                .isEqualTo(rows.doubleColumn(PRECISION_RECALL).mean());
        assertThat(means.doubleColumn("its standard deviation").get(0))
                .isCloseTo(rows.doubleColumn(PRECISION_RECALL).standardDeviation(), within(1e-12));
        assertThat(means.doubleColumn(OPERATING_CHARACTERISTIC).get(0))
                .isEqualTo(rows.doubleColumn(OPERATING_CHARACTERISTIC).mean());
        assertThat(means.doubleColumn("joint energy-based model").get(0)).isEqualTo(0.722);
        assertThat(means.doubleColumn("N²CE").get(0)).isEqualTo(0.959);
    }

    @Test
    void publishedAreasStandBesideTheirOwnSplitOnly() {
        HeldOutClasses papers = new HeldOutClasses(HeldOutSplit.PAPERS, train, test);
        HeldOutClasses ours = new HeldOutClasses(HeldOutSplit.TEST, train, test);
        papers.add(3, List.of(tiny(1)), TrainingListener.NONE);
        ours.add(3, List.of(tiny(1)), TrainingListener.NONE);
        assertThat(papers.overSeeds().columnNames()).contains("diffusion-amortized MCMC");
        assertThat(papers.overSeeds().doubleColumn("diffusion-amortized MCMC").isMissing(0))
                .isTrue();
        assertThat(ours.overSeeds().columnNames()).doesNotContain("diffusion-amortized MCMC");
        double share = ours.overSeeds().doubleColumn(SHARE).get(0);
        assertThat(papers.overSeeds().doubleColumn(SHARE).get(0)).isGreaterThan(2 * share);
    }

    @Test
    void onlyMnistStandsBesidePublishedAreas() {
        byte[] grey = train.grey().toByteArray();
        try (DigitImages unnamed = DigitImages.of(grey, train.labels(), Device.cpu())) {
            HeldOutClasses experiment = new HeldOutClasses(HeldOutSplit.PAPERS, unnamed, unnamed);
            experiment.add(1, List.of(tiny(1)), TrainingListener.NONE);
            assertThat(experiment.overSeeds().columnNames()).doesNotContain("joint energy-based model");
        }
    }

    @Test
    void anEnsembleIsOneRowOfAveragedScores() {
        HeldOutClasses single = new HeldOutClasses(HeldOutSplit.TEST, train, test);
        HeldOutClasses twice = new HeldOutClasses(HeldOutSplit.TEST, train, test);
        HeldOutClasses ensemble = new HeldOutClasses(HeldOutSplit.TEST, train, test);
        single.add(4, List.of(tiny(1)), TrainingListener.NONE);
        twice.add(4, List.of(tiny(1), tiny(1)), TrainingListener.NONE);
        ensemble.add(4, List.of(tiny(1), tiny(2)), TrainingListener.NONE);
        assertThat(ensemble.table().rowCount()).isEqualTo(SCORES);
        assertThat(ensemble.table().intColumn("models").asList()).containsOnly(2);
        // The same model twice ranks as once.
        assertThat(twice.table().doubleColumn(PRECISION_RECALL).asList())
                .isEqualTo(single.table().doubleColumn(PRECISION_RECALL).asList());
        assertThat(ensemble.table().doubleColumn(PRECISION_RECALL).asList())
                .isNotEqualTo(single.table().doubleColumn(PRECISION_RECALL).asList());
    }
}
