package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.condition.Condition;
import io.github.mnistebm.condition.ConditionNetworks;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.morphology.Measure;
import io.github.mnistebm.tensor.RandomSource;
import java.io.ByteArrayOutputStream;
import java.util.function.DoubleConsumer;

/**
 * A grid of images: a row for each class and {@value #COLUMNS} columns of a measure, from its lowest values to its highest. Each image is drawn
 * given its class and an interval of the measure. The intervals part the middle {@value #MIDDLE_PERCENT} % of the training images into equal steps.
 *
 * @param model the model; not closed
 * @param measure the measure
 */
public record MeasureGrid(DigitModel model, Measure measure) {

    /** The number of columns. */
    public static final int COLUMNS = 10;

    private static final int MIDDLE_PERCENT = 90;

    /**
     * Draws the images.
     *
     * @param seed the seed of the random numbers
     * @param progress the consumer of the share that is done, from 0 to 1
     * @return unsigned bytes 0 and 1, row by row, {@code [classes * 10, 784]}; close it
     * @throws IllegalStateException if the model lacks the networks that conditions take, or no image is found for a place of the grid
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public NDArray draw(int seed, DoubleConsumer progress) {
        ConditionNetworks networks = model.requiredConditions();
        RandomSource random = RandomSource.of(seed);
        ModelDraws draws = ModelDraws.of(model, random);
        double least = networks.quantile(measure, (100 - MIDDLE_PERCENT) / 200.0);
        double step = (networks.quantile(measure, (100 + MIDDLE_PERCENT) / 200.0) - least) / COLUMNS;
        ByteArrayOutputStream images = new ByteArrayOutputStream();
        int places = networks.classes() * COLUMNS;
        for (int place = 0; place < places; place++) {
            double low = least + place % COLUMNS * step;
            Condition condition = Condition.digit(place / COLUMNS)
                    .and(Condition.measure(measure).between(low, low + step));
            ConditionalSampler.of(model, condition)
                    .walk(
                            draws,
                            1,
                            seed + place,
                            (latents, image, means) -> images.writeBytes(image.toByteArray()),
                            seen -> {});
            progress.accept((place + 1.0) / places);
        }
        return DigitImages.array(model.manager(), images.toByteArray());
    }
}
