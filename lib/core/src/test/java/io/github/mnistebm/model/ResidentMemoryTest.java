package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.energy.EnergyNetwork;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.sampling.Adaptation;
import io.github.mnistebm.sampling.HamiltonianMonteCarlo;
import io.github.mnistebm.sampling.MetropolisAdjustedLangevin;
import io.github.mnistebm.sampling.NoUTurn;
import io.github.mnistebm.sampling.Sampler;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Resident memory stays flat. A leak of one array of the size of a state in each step would add hundreds of megabytes. */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class ResidentMemoryTest {

    private final RandomSource random = RandomSource.of(1);

    private static final long MEGABYTE = 1 << 20;

    /** The growth within which the allocator comes to rest, in bytes. */
    private static final long SLACK = 24 * MEGABYTE;

    private static long residentBytes() {
        try {
            String status = Files.readString(Path.of("/proc/self/status"));
            String line = status.lines()
                    .filter(text -> text.startsWith("VmRSS"))
                    .findFirst()
                    .orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** An energy whose calls are counted, with its loops or without any. */
    private record Counted(EnergyFunction energy, boolean inLoops, AtomicInteger tensorCalls)
            implements EnergyFunction {

        @Override
        public int dimension() {
            return energy.dimension();
        }

        @Override
        public NDArray energy(NDArray states) {
            tensorCalls.incrementAndGet();
            return energy.energy(states);
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            tensorCalls.incrementAndGet();
            return energy.energyAndGradient(states);
        }

        @Override
        public Optional<? extends HostEnergy> onHost() {
            return inLoops ? energy.onHost() : Optional.empty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tenThousandStepsOfMalaLeaveItFlat(boolean inLoops) {
        int chains = 2000;
        int dimension = 16;
        AtomicInteger tensorCalls = new AtomicInteger();
        try (NDManager manager = NDManager.newBaseManager();
                EnergyNetwork network = EnergyNetwork.create(manager, dimension, List.of(8), random);
                NDArray start = manager.zeros(new Shape(chains, dimension))) {
            EnergyFunction energy =
                    new Counted(new TiltedEnergy(network, new StandardNormal(dimension)), inLoops, tensorCalls);
            SamplerConfig config =
                    SamplerConfig.builder().burnIn(500).steps(10_000).build();
            List<Long> resident = new ArrayList<>();
            Sampler.of(new MetropolisAdjustedLangevin(energy), config)
                    .run(start, random, step -> {
                        if (step == 500 || step == 10_500) {
                            resident.add(residentBytes());
                        }
                    })
                    .close();
            // The energy is called once at the start, and once a step.
            assertThat(tensorCalls).hasValue(inLoops ? 0 : 10_501);
            // One leaked array of states a step would be 10,000 · 128 kB = 1.2 GB, one of energies 76 MB.
            assertThat(resident.get(1) - resident.get(0)).isLessThan(SLACK);
        }
    }

    @Test
    void fourThousandPathsOfHamiltonianMonteCarloLeaveItFlat() {
        int dimension = 16;
        AtomicInteger tensorCalls = new AtomicInteger();
        try (NDManager manager = NDManager.newBaseManager();
                EnergyNetwork network = EnergyNetwork.create(manager, dimension, List.of(8), random);
                NDArray start = manager.zeros(new Shape(2000, dimension))) {
            EnergyFunction energy =
                    new Counted(new TiltedEnergy(network, new StandardNormal(dimension)), false, tensorCalls);
            SamplerConfig config =
                    SamplerConfig.builder().burnIn(500).steps(4000).build();
            List<Long> resident = new ArrayList<>();
            Sampler.of(new HamiltonianMonteCarlo(energy, 3), config)
                    .run(start, random, step -> {
                        if (step == 500 || step == 4500) {
                            resident.add(residentBytes());
                        }
                    })
                    .close();
            // One leaked array of states a path would be 4000 · 128 kB = 512 MB.
            assertThat(tensorCalls).hasValueBetween(3 * 4000, 3 * 5000);
            assertThat(resident.get(1) - resident.get(0)).isLessThan(SLACK);
        }
    }

    /** Metrics are estimated from the states of each step of burn-in, and set at the end of each window. */
    @Test
    void burnInOfTheNoUTurnSamplerLeavesItFlat() {
        int dimension = 16;
        try (NDManager manager = NDManager.newBaseManager();
                NDArray start = manager.zeros(new Shape(2000, dimension))) {
            SamplerConfig config = SamplerConfig.builder()
                    .burnIn(2000)
                    .steps(1)
                    .adaptation(Adaptation.DENSE_METRIC)
                    .build();
            List<Long> resident = new ArrayList<>();
            Sampler.of(new NoUTurn(new StandardNormal(dimension)), config)
                    .run(start, random, step -> {
                        if (step == 1000 || step == 2000) {
                            resident.add(residentBytes());
                        }
                    })
                    .close();
            // One leaked array of states a step would be 1000 · 128 kB = 128 MB.
            assertThat(resident.get(1) - resident.get(0)).isLessThan(SLACK);
        }
    }

    @Test
    void tenEpochsOfTrainingLeaveItFlat() throws IOException {
        TrainingConfig config = Preset.QUICK
                .builder()
                .set(Setting.TRAIN_IMAGES, 10_000)
                .set(Setting.AUTOENCODER_HIDDEN_UNITS, 64)
                .set(Setting.AUTOENCODER_EPOCHS, 12)
                .set(Setting.ENERGY_HIDDEN_UNITS, 16)
                .set(Setting.ENERGY_EPOCHS, 12)
                .build();
        List<Long> resident = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void epochDone(TrainingHistory history) {
                resident.add(residentBytes());
            }
        };
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages train = all.first(config.trainImages());
                DigitImages test = all.first(1000);
                ModelTraining training = new ModelTraining(config, train, test)) {
            training.trainAutoencoder(listener);
            training.trainEnergy(listener);
        }
        // One leaked batch of images an update would be 78 · 0.4 MB = 31 MB an epoch, 310 MB in ten; the test images'
        // layers come
        // and go with 40 MB.
        assertThat(resident.get(11) - resident.get(1)).as("autoencoder").isLessThan(4 * SLACK);
        assertThat(resident.get(23) - resident.get(13)).as("energy").isLessThan(SLACK);
    }

    @Test
    void tenRestorationsLeaveItFlat() {
        try (DigitModel model = TinyModel.trained(1);
                NDArray images = model.manager().zeros(new Shape(2, DigitImages.PIXELS));
                NDArray known = images.onesLike()) {
            List<Long> resident = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                DigitRestorer.of(model).restore(images, known, 1, done -> {}).close();
                resident.add(residentBytes());
            }
            // One leaked array of pixels a move would be 55 · 0.4 MB = 22 MB a restoration, 220 MB in ten; the compiler
            // of the virtual machine, which is still at work, takes or gives back 50 MB.
            assertThat(resident.get(11) - resident.get(1)).isLessThan(4 * SLACK);
        }
    }
}
