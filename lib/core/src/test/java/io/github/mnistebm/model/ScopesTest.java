package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.autoencoder.Autoencoder;
import io.github.mnistebm.autoencoder.AutoencoderConfig;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.data.MiniBatches;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.energy.EnergyNetwork;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.io.TensorFile;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.tensor.RandomSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects that own native memory may be made within a caller's scope, and outlive it. */
class ScopesTest extends WithTinyModel {

    private final RandomSource random = RandomSource.of(1);
    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static <T> T withinScope(Callable<T> made) throws Exception {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return made.call();
        }
    }

    @Test
    void imagesOutliveIt() throws Exception {
        byte[] grey = new byte[3 * DigitImages.PIXELS];
        grey[0] = (byte) 200;
        try (DigitImages images = withinScope(() -> DigitImages.of(grey, new byte[] {0, 1, 2}, Device.cpu()));
                DigitImages two = withinScope(() -> images.first(2));
                DigitImages others = withinScope(() -> images.without(1));
                NDArray binary = withinScope(images::thresholded)) {
            assertThat(images.grey().toByteArray()).isEqualTo(grey);
            assertThat(two.grey().getShape()).isEqualTo(new Shape(2, DigitImages.PIXELS));
            assertThat(others.grey().getShape()).isEqualTo(new Shape(2, DigitImages.PIXELS));
            assertThat(binary.sum().toLongArray()).containsExactly(1);
        }
    }

    @Test
    void batchesOutliveIt() throws Exception {
        NDArray rows = manager.arange(0, 10, 1).reshape(10, 1);
        try (MiniBatches batches = withinScope(() -> MiniBatches.shuffled(rows, 5, random))) {
            assertThat(batches.get(0).getShape()).isEqualTo(new Shape(5, 1));
        }
    }

    @Test
    void networksOutliveIt() throws Exception {
        AutoencoderConfig config = Preset.DEFAULT
                .builder()
                .set(Setting.LATENT_DIMENSION, 3)
                .build()
                .autoencoder();
        double[][] one = {{1}};
        try (EnergyNetwork network = withinScope(() -> EnergyNetwork.create(manager, 2, List.of(4), random));
                Autoencoder autoencoder = withinScope(() -> Autoencoder.create(manager, config, random));
                GaussianMixture mixture = withinScope(() -> GaussianMixture.of(manager, new double[] {1}, one, one));
                DigitClassifier classifier =
                        withinScope(() -> DigitClassifier.load(DataFolder.classifier(), Device.cpu()))) {
            NDArray images = manager.zeros(new Shape(2, DigitImages.PIXELS));
            assertThat(network.energy(manager.zeros(new Shape(2, 2))).toFloatArray())
                    .containsOnly(0);
            assertThat(autoencoder.decodeLogits(autoencoder.encode(images)).getShape())
                    .isEqualTo(images.getShape());
            assertThat(mixture.energyAndGradient(manager.ones(new Shape(2, 1)))
                            .gradient()
                            .toFloatArray())
                    .containsOnly(0);
            assertThat(classifier.probabilities(images).getShape()).isEqualTo(new Shape(2, 10));
        }
    }

    @Test
    void tensorsOfAFileOutliveIt(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("tensors.safetensors");
        TensorFile.write(file, Map.of("a", manager.ones(new Shape(3))));
        Map<String, NDArray> read = withinScope(
                () -> TensorFile.read(file, Map.of("a", new Shape(3))).arrays(manager));
        assertThat(read.get("a").toFloatArray()).containsExactly(1, 1, 1);
    }

    @Test
    void aModelAndItsDrawsOutliveIt(@TempDir Path folder) throws Exception {
        model.save(folder.resolve("model"));
        SamplerConfig config = SamplerConfig.builder().burnIn(5).steps(5).build();
        byte[] pixels = new byte[DigitImages.PIXELS];
        try (DigitModel loaded = withinScope(() -> DigitModel.load(folder.resolve("model"), Device.cpu()));
                SampleRun run = withinScope(() -> loaded.sample(3, config, 1));
                DigitSampler.Drawing drawing =
                        withinScope(() -> DigitSampler.of(loaded).draw(3, 1));
                NDArray image = DigitImages.array(manager, pixels);
                DigitRestorer.Restoration restored =
                        withinScope(() -> DigitRestorer.of(loaded).restore(image, image.onesLike(), 1, done -> {}))) {
            assertThat(loaded.energy().energy(run.last()).toFloatArray())
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(run.energies().toFloatArray());
            assertThat(drawing.images().getShape()).isEqualTo(new Shape(3, DigitImages.PIXELS));
            assertThat(restored.mean().toFloatArray()).containsOnly(0);
            assertThat(restored.logEvidence().toFloatArray()).doesNotContain(Float.NaN);
        }
    }
}
