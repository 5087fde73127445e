package io.github.mnistebm.web;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.anomaly.Distribution;
import io.github.mnistebm.evaluation.anomaly.TestDigitScores;
import io.github.mnistebm.model.AnomalyScores;
import io.github.mnistebm.model.DigitModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Measures how unlike the training images some images are. */
record Scoring(String model, byte[] images) {

    static final int MAX_IMAGES = 100;

    /**
     * A score.
     *
     * @param energy E of the image's latent, nats
     * @param reconstructionError −log p(image | its latent), nats
     * @param energyAbove the share of the test images whose energy is less
     * @param reconstructionErrorAbove the share of the test images whose reconstruction error is less
     */
    record Score(double energy, double reconstructionError, double energyAbove, double reconstructionErrorAbove) {}

    /**
     * The scores, and those of the data set's test images for comparison.
     *
     * @param model the name of the model
     * @param scores one an image
     * @param testEnergies the energies of the test images, nats
     * @param testReconstructionErrors the reconstruction errors of the test images, nats
     */
    record Result(
            String model,
            List<Score> scores,
            Distribution.Histogram testEnergies,
            Distribution.Histogram testReconstructionErrors) {}

    static Scoring read(String body, Models models) {
        Fields fields = Fields.of(body, List.of("model", "images"));
        return new Scoring(models.chosen(fields), fields.images("images", MAX_IMAGES));
    }

    Result run(Models models) throws IOException {
        DigitModel from = models.get(model);
        TestDigitScores test = models.testScores(model);
        try (NDArray array = DigitImages.array(from.manager(), images)) {
            AnomalyScores scored = from.score(array);
            List<Score> scores = new ArrayList<>();
            for (int i = 0; i < scored.energies().length; i++) {
                double energy = scored.energies()[i];
                double error = scored.reconstructionErrors()[i];
                scores.add(new Score(
                        energy,
                        error,
                        test.energies().shareBelow(energy),
                        test.reconstructionErrors().shareBelow(error)));
            }
            return new Result(
                    model,
                    scores,
                    test.energies().histogram(),
                    test.reconstructionErrors().histogram());
        }
    }
}
