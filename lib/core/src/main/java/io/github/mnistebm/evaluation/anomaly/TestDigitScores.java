package io.github.mnistebm.evaluation.anomaly;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.model.AnomalyScores;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The scores that a model gives MNIST's test digits, to see those of other images by.
 *
 * @param energies E of the test digits' latents, nats
 * @param reconstructionErrors −log p(x | u) of the test digits, nats
 */
public record TestDigitScores(Distribution energies, Distribution reconstructionErrors) {

    /**
     * Scores the test digits, which takes about a second.
     *
     * @param model the model
     * @param mnist the folder of MNIST's files
     * @return the scores
     * @throws IOException if the test digits cannot be read
     */
    public static TestDigitScores of(DigitModel model, Path mnist) throws IOException {
        try (DigitImages test = DigitImages.test(mnist, model.manager().getDevice());
                NDArray images = test.binarized(model.card().configuration().binarization(), RandomSource.of(1))) {
            AnomalyScores scores = model.score(images);
            return new TestDigitScores(
                    Distribution.of(scores.energies()), Distribution.of(scores.reconstructionErrors()));
        }
    }
}
