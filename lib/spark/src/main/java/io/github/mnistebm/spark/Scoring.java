package io.github.mnistebm.spark;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.anomaly.Distribution;
import io.github.mnistebm.evaluation.anomaly.TestDigitScores;
import io.github.mnistebm.model.AnomalyScores;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Scores the images of one partition by how unlike the training images they are. A row keeps its other columns, and gets the scores in
 * place of the pixels. The memory does not depend on the number of rows.
 */
final class Scoring implements MapPartitionsFunction<Row, Row> {

    private static final long serialVersionUID = 1;

    private static final int ROWS_AT_ONCE = 1000;

    private final String model;
    private final int column;
    private final Quantiles energies;
    private final Quantiles reconstructionErrors;

    /** The sorted scores of the test images. */
    private record Quantiles(double[] sorted) implements Serializable {

        Distribution distribution() {
            return Distribution.of(sorted);
        }
    }

    /**
     * Creates the function.
     *
     * @param model the model's folder, which all executors see
     * @param column the index of the column of grey values
     * @param test the scores of the test images
     */
    Scoring(Path model, int column, TestDigitScores test) {
        this.model = model.toString();
        this.column = column;
        this.energies = new Quantiles(test.energies().sorted());
        this.reconstructionErrors = new Quantiles(test.reconstructionErrors().sorted());
    }

    /** Returns the columns of scored rows. */
    static StructType schema(StructType images, int column) {
        List<StructField> fields = new ArrayList<>(List.of(images.fields()));
        fields.remove(column);
        return new StructType(fields.toArray(StructField[]::new))
                .add("energy", DataTypes.DoubleType, false)
                .add("energy_above_percent", DataTypes.DoubleType, false)
                .add("reconstruction_error", DataTypes.DoubleType, false)
                .add("reconstruction_error_above_percent", DataTypes.DoubleType, false);
    }

    @Override
    public Iterator<Row> call(Iterator<Row> images) throws IOException {
        if (!images.hasNext()) {
            return Collections.emptyIterator();
        }
        DigitModel loaded = DigitModel.load(Path.of(model), Device.cpu());
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> loaded.close());
        return new Scored(loaded, images, energies.distribution(), reconstructionErrors.distribution());
    }

    /** Scores the next images when the last ones have been taken. */
    private final class Scored implements Iterator<Row> {

        private final DigitModel loaded;
        private final Iterator<Row> images;
        private final Distribution testEnergies;
        private final Distribution testErrors;
        private Iterator<Row> scored = Collections.emptyIterator();

        Scored(DigitModel loaded, Iterator<Row> images, Distribution testEnergies, Distribution testErrors) {
            this.loaded = loaded;
            this.images = images;
            this.testEnergies = testEnergies;
            this.testErrors = testErrors;
        }

        @Override
        public boolean hasNext() {
            return scored.hasNext() || images.hasNext();
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            if (!scored.hasNext()) {
                List<Row> some = new ArrayList<>();
                while (images.hasNext() && some.size() < ROWS_AT_ONCE) {
                    some.add(images.next());
                }
                scored = score(some).iterator();
            }
            return scored.next();
        }

        private List<Row> score(List<Row> some) {
            byte[] greys = new byte[some.size() * DigitImages.PIXELS];
            for (int i = 0; i < some.size(); i++) {
                byte[] grey = some.get(i).getAs(column);
                if (grey == null || grey.length != DigitImages.PIXELS) {
                    throw new IllegalArgumentException("column " + ImageRows.PIXELS + ": expected " + DigitImages.PIXELS
                            + " bytes an image, found " + (grey == null ? "null" : grey.length));
                }
                System.arraycopy(grey, 0, greys, i * DigitImages.PIXELS, DigitImages.PIXELS);
            }
            AnomalyScores scores;
            try (NDArray pixels = DigitImages.array(loaded.manager(), greys);
                    NDArray white = Binarization.THRESHOLD.apply(pixels, RandomSource.of(1))) {
                scores = loaded.score(white);
            }
            List<Row> rows = new ArrayList<>();
            for (int i = 0; i < some.size(); i++) {
                double energy = scores.energies()[i];
                double error = scores.reconstructionErrors()[i];
                List<Object> values = new ArrayList<>();
                for (int c = 0; c < some.get(i).size(); c++) {
                    if (c != column) {
                        values.add(some.get(i).get(c));
                    }
                }
                values.addAll(List.of(
                        energy, 100 * testEnergies.shareBelow(energy), error, 100 * testErrors.shareBelow(error)));
                rows.add(RowFactory.create(values.toArray()));
            }
            return rows;
        }
    }
}
