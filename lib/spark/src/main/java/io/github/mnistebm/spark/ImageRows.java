package io.github.mnistebm.spark;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The images of a data set in IDX files as rows: each partition reads the files and hands out its range of the images.
 *
 * @param folder the folder of the files, which all executors see
 * @param training true for the training images, false for the test images
 * @param binarization the rule of the model that makes images black and white
 */
record ImageRows(String folder, boolean training, Binarization binarization)
        implements MapPartitionsFunction<Long, Row> {

    /** The column of an image's number from 0. */
    static final String IMAGE = "image";

    /** The column of an image's grey values 0 to 255, row by row. */
    static final String PIXELS = "pixels";

    private static final StructType SCHEMA =
            new StructType().add(IMAGE, DataTypes.LongType, false).add(PIXELS, DataTypes.BinaryType, false);

    /** Returns the images: {@value #IMAGE}, {@value #PIXELS}. */
    Dataset<Row> read(SparkSession session, int partitions) throws IOException {
        long count;
        try (DigitImages images = open()) {
            count = images.size();
        }
        return session.range(0, count, 1, partitions).as(Encoders.LONG()).mapPartitions(this, Encoders.row(SCHEMA));
    }

    private DigitImages open() throws IOException {
        return training
                ? DigitImages.train(Path.of(folder), Device.cpu())
                : DigitImages.test(Path.of(folder), Device.cpu());
    }

    @Override
    public Iterator<Row> call(Iterator<Long> numbers) throws IOException {
        if (!numbers.hasNext()) {
            return Collections.emptyIterator();
        }
        long first = numbers.next();
        long end = first + 1;
        while (numbers.hasNext()) {
            end = numbers.next() + 1;
        }
        byte[] pixels;
        // All of them, whatever the partition needs: drawn pixels are then those that the score command draws.
        try (DigitImages images = open();
                NDArray white = images.binarized(binarization, RandomSource.of(1));
                NDArray rows = white.get(new NDIndex().addSliceDim(first, end))) {
            pixels = rows.toByteArray();
        }
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] *= (byte) 255;
        }
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < end - first; i++) {
            rows.add(RowFactory.create(
                    first + i, Arrays.copyOfRange(pixels, i * DigitImages.PIXELS, (i + 1) * DigitImages.PIXELS)));
        }
        return rows.iterator();
    }
}
