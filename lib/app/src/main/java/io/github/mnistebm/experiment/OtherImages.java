package io.github.mnistebm.experiment;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.anomaly.Anomalies;
import io.github.mnistebm.evaluation.anomaly.Detection;
import io.github.mnistebm.model.AnomalyScores;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.tensor.RandomSource;
import java.util.LinkedHashMap;
import java.util.Map;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Measures how well a model separates test images of its data set from images of other kinds. */
public final class OtherImages {

    private static final String ANOMALIES = "anomalies";

    private OtherImages() {}

    /**
     * Computes the areas under the receiver operating characteristic.
     *
     * @param model the model
     * @param test the test images of the model's data set
     * @param others images of another data set
     * @param seed the seed of the images that are made, and of the binarization
     * @return a row for each kind of anomalies, a column for each score
     */
    public static Table areas(DigitModel model, DigitImages test, DigitImages others, int seed) {
        Table table = Table.create(
                "area under the receiver operating characteristic",
                StringColumn.create(ANOMALIES),
                Areas.create(Areas.ENERGY),
                Areas.create(Areas.RECONSTRUCTION_ERROR),
                Areas.create(Areas.BOTH));
        Binarization binarization = model.card().configuration().binarization();
        try (NDArray images = test.binarized(binarization, RandomSource.of(seed));
                NDArray otherImages = others.binarized(binarization, RandomSource.of(seed))) {
            AnomalyScores usual = model.score(images);
            Map<String, byte[]> anomalies = new LinkedHashMap<>();
            anomalies.put("uniform noise", Anomalies.noise(test.size(), seed));
            String own = test.dataSet().isMnist() ? "digits" : "images";
            anomalies.put(own + " in shuffled 4 × 4 blocks", Anomalies.shuffledBlocks(images.toByteArray(), seed));
            anomalies.put(others.dataSet().name(), otherImages.toByteArray());
            anomalies.forEach((name, bytes) -> append(table, name, usual, scores(model, bytes)));
        }
        return table;
    }

    private static AnomalyScores scores(DigitModel model, byte[] bytes) {
        try (NDArray images = DigitImages.array(model.manager(), bytes)) {
            return model.score(images);
        }
    }

    private static void append(Table table, String name, AnomalyScores usual, AnomalyScores scores) {
        table.stringColumn(ANOMALIES).append(name);
        table.doubleColumn(Areas.ENERGY).append(Detection.auroc(usual.energies(), scores.energies()));
        table.doubleColumn(Areas.RECONSTRUCTION_ERROR)
                .append(Detection.auroc(usual.reconstructionErrors(), scores.reconstructionErrors()));
        table.doubleColumn(Areas.BOTH).append(Detection.auroc(usual.totals(), scores.totals()));
    }
}
