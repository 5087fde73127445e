package io.github.mnistebm.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.autoencoder.Autoencoder;
import io.github.mnistebm.autoencoder.AutoencoderTrainer;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.energy.EnergyNetwork;
import io.github.mnistebm.energy.EnergyTrainer;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.Preset;
import io.github.mnistebm.model.Setting;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.sampling.Chains;
import io.github.mnistebm.sampling.HamiltonianMonteCarlo;
import io.github.mnistebm.sampling.IndependenceMetropolis;
import io.github.mnistebm.sampling.KernelWithJumps;
import io.github.mnistebm.sampling.MetropolisAdjustedLangevin;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.TransitionKernel;
import io.github.mnistebm.training.Adam;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The loops that a GPU would run read nothing back and bring nothing there. */
class TransfersTest {

    private static final int DIMENSION = 3;

    private static final List<Integer> HIDDEN = List.of(8);

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

    private TiltedEnergy energy() {
        GaussianMixture mixture = GaussianMixture.of(
                manager, new double[] {0.4, 0.6}, new double[][] {{-1, 0, 0}, {1, 0, 0}}, new double[][] {
                    {1, 0, 0, 0, 1, 0, 0, 0, 1}, {1, 0, 0, 0, 1, 0, 0, 0, 1}
                });
        return new TiltedEnergy(EnergyNetwork.create(manager, DIMENSION, HIDDEN, random), mixture);
    }

    private static TransitionKernel kernel(TiltedEnergy energy) {
        return new KernelWithJumps(
                new MetropolisAdjustedLangevin(energy),
                new IndependenceMetropolis(energy, energy.reference(), energy.tilt()),
                2);
    }

    @Test
    void areCounted() {
        assertThat(Transfers.of(() -> manager.create(new float[] {1, 2}).toFloatArray()))
                .isEqualTo(2);
        NDArray array = manager.zeros(new Shape(2));
        assertThat(Transfers.of(() -> array.set(new float[] {1, 2}))).isEqualTo(1);
        assertThat(Transfers.of(() -> array.sum().getFloat())).isEqualTo(1);
        assertThat(Transfers.of(() -> array.toByteBuffer(true))).isEqualTo(1);
        assertThat(Transfers.of(() -> array.mul(2))).isEqualTo(1);
    }

    @Test
    void ofAChainsStepThereAreNone() {
        TransitionKernel kernel = kernel(energy());
        NDArray start = random.normal(manager, new Shape(10, DIMENSION));
        // The mixture makes its arrays when they are first needed.
        Transfers.of(() -> steps(kernel, start, 2));
        assertThat(Transfers.of(() -> steps(kernel, start, 20))).isZero();
    }

    @Test
    void ofAPathOfHamiltonianMonteCarloThereAreNone() {
        TransitionKernel kernel = new HamiltonianMonteCarlo(energy(), 3);
        NDArray start = random.normal(manager, new Shape(10, DIMENSION));
        Transfers.of(() -> steps(kernel, start, 2));
        assertThat(Transfers.of(() -> steps(kernel, start, 20))).isZero();
    }

    private void steps(TransitionKernel kernel, NDArray start, int count) {
        try (Chains chains = Chains.of(manager, kernel, 10, 0.1, SamplerConfig.OPTIMAL_ACCEPTANCE)) {
            chains.start(start, random);
            for (int step = 0; step < count; step++) {
                chains.advance(1);
                chains.adapt(0.1);
            }
        }
    }

    @Test
    void anUpdateByAdamHasNone() {
        NDArray parameters = manager.zeros(new Shape(5));
        NDArray gradient = manager.ones(new Shape(5));
        int transfers = Transfers.of(() -> {
            try (Adam adam = new Adam(parameters)) {
                adam.update(List.of(gradient), 0.1);
                adam.update(List.of(gradient), 0.1);
            }
        });
        assertThat(transfers).isZero();
        assertThat(parameters.toFloatArray())
                .containsExactly(new float[] {-0.2f, -0.2f, -0.2f, -0.2f, -0.2f}, within(1e-5f));
    }

    @Test
    void ofAContrastiveDivergenceUpdateThereAreNone() {
        assertThat(ofAnEpoch(20)).isEqualTo(ofAnEpoch(2));
    }

    private int ofAnEpoch(int updates) {
        TrainingConfig config = Preset.DEFAULT
                .builder()
                .set(Setting.ENERGY_BATCH_SIZE, 64)
                .set(Setting.IMPORTANCE_DRAWS, 2)
                .set(Setting.ENERGY_EPOCHS, 1)
                .build();
        TiltedEnergy energy = energy();
        NDArray data = random.normal(manager, new Shape(64L * updates, DIMENSION));
        EnergyTrainer trainer = new EnergyTrainer(config.energy(), TransfersTest::kernel);
        return Transfers.of(() ->
                trainer.train((EnergyNetwork) energy.tilt(), energy.reference(), data, random, TrainingListener.NONE));
    }

    @Test
    void ofAnAutoencodersUpdateThereAreNone() throws IOException {
        assertThat(ofAnAutoencodersEpoch(20)).isEqualTo(ofAnAutoencodersEpoch(2));
    }

    private int ofAnAutoencodersEpoch(int updates) throws IOException {
        TrainingConfig config = Preset.QUICK
                .builder()
                .set(Setting.AUTOENCODER_EPOCHS, 1)
                .set(Setting.AUTOENCODER_BATCH_SIZE, 32)
                .build();
        Path mnist = DataFolder.mnist();
        try (DigitImages images = DigitImages.test(mnist, Device.cpu());
                DigitImages train = images.first(32 * updates);
                DigitImages test = images.first(32);
                Autoencoder autoencoder = Autoencoder.create(manager, config.autoencoder(), random)) {
            AutoencoderTrainer trainer = new AutoencoderTrainer(config.autoencoder());
            return Transfers.of(() ->
                    trainer.train(autoencoder, train, test, Binarization.THRESHOLD, random, TrainingListener.NONE));
        }
    }
}
