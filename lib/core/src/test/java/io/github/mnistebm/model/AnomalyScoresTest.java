package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AnomalyScoresTest {

    @Test
    void theyAreTheModelsEnergiesAndLosses() throws IOException {
        try (DigitModel model = TinyModel.trained(1);
                DigitImages all = DigitImages.test(DataFolder.mnist(), Device.cpu());
                DigitImages some = all.first(100);
                NDArray images = some.thresholded();
                NDArray latents = model.encode(images);
                NDArray energies = model.energy().energy(latents)) {
            AnomalyScores scores = model.score(images);
            double loss = AutoencoderTrainer.loss(model.latentSpace().autoencoder(), images);
            assertThat(Arrays.stream(scores.reconstructionErrors()).average().orElseThrow())
                    .isCloseTo(loss, within(1e-4 * loss));
            assertThat(scores.totals()[7])
                    .isEqualTo(energies.getFloat(7) + scores.reconstructionErrors()[7], within(1e-6));
        }
    }

    @Test
    void eachImageNeedsBoth() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AnomalyScores(new double[2], new double[3]))
                .withMessage("scores: expected as many energies as reconstruction errors, found 2 and 3");
    }
}
