package io.github.mnistebm.evaluation.anomaly;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.model.AnomalyScores;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The scores that a model gives the test images of its data set, for comparison with those of other images.
 *
 * @param energies E of the test images' latents, nats
 * @param reconstructionErrors −log p(x | u) of the test images, nats
 */
public record TestDigitScores(Distribution energies, Distribution reconstructionErrors) {

    /**
     * Scores the test images, which takes about a second.
     *
     * @param model the model
     * @param data the folder of the data set
     * @return the scores
     * @throws IOException if the test images cannot be read
     * @throws IllegalArgumentException if they are of another set than the model was trained on
     */
    public static TestDigitScores of(DigitModel model, Path data) throws IOException {
        try (DigitImages test = DigitImages.test(data, model.manager().getDevice())) {
            model.card().requireTrainedOn(test.dataSet());
            return of(model, test);
        }
    }

    private static TestDigitScores of(DigitModel model, DigitImages test) {
        try (NDArray images = test.binarized(model.card().configuration().binarization(), RandomSource.of(1))) {
            AnomalyScores scores = model.score(images);
            return new TestDigitScores(
                    Distribution.of(scores.energies()), Distribution.of(scores.reconstructionErrors()));
        }
    }
}
