package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.autoencoder.DecoderArchitecture;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.SamplingAlgorithm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Draws do not depend on other work of the process. */
class ConcurrentDrawsTest {

    private static final SamplerConfig SHORT =
            SamplerConfig.builder().burnIn(10).steps(10).build();

    /** Its energy is so large that many chains move by tensor operations, few by loops. */
    private static DigitModel model(int seed) {
        return TinyModel.trained(TinyModel.builder(seed)
                .set(Setting.DECODER, DecoderArchitecture.CONVOLUTIONAL)
                .set(Setting.ENERGY_HIDDEN_UNITS, 512)
                .set(Setting.ENERGY_EPOCHS, 1)
                .build());
    }

    private static byte[] draw(DigitModel model, int images, int chains, int seed) {
        DigitSampler sampler = new DigitSampler(model, SamplingAlgorithm.MALA, ChainStart.REFERENCE, SHORT, chains, 1);
        try (DigitSampler.Drawing drawing = sampler.draw(images, seed)) {
            return drawing.images().toByteArray();
        }
    }

    private static float[] walk(DigitModel model, int chains, int seed) {
        float[][] last = new float[1][];
        new DigitWalk(model, WalkStart.noise(20), 0.7)
                .walk(chains, seed, 2, snapshot -> last[0] = snapshot.means().toFloatArray());
        return last[0];
    }

    private static float[] restore(DigitModel model, byte[] pixels, int seed) {
        byte[] half = new byte[pixels.length];
        Arrays.fill(half, 0, half.length / 2, (byte) 1);
        try (NDManager manager = model.manager().newSubManager();
                NDArray image = DigitImages.array(manager, pixels);
                NDArray known = DigitImages.array(manager, half);
                DigitRestorer.Restoration restored = DigitRestorer.of(model).restore(image, known, seed, done -> {})) {
            return restored.decoded().toFloatArray();
        }
    }

    private static List<Callable<Object>> tasks(List<DigitModel> models, byte[] pixels) {
        List<Callable<Object>> tasks = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            DigitModel model = models.get(i % models.size());
            int seed = i;
            int[] sizes = {1, 10, 300, 1000};
            int size = sizes[i / 2 % sizes.length];
            tasks.add(
                    switch (i / 2 % 3) {
                        case 0 -> () -> draw(model, size, 300, seed);
                        case 1 -> () -> walk(model, size, seed);
                        default -> () -> restore(model, pixels, seed);
                    });
        }
        return tasks;
    }

    @Test
    void areEqualToThoseAloneWhileATrainingRunsAndTheEnginesGeneratorIsUsed() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        List<Thread> others = List.of(
                new Thread(() -> {
                    try (NDManager manager = NDManager.newBaseManager()) {
                        while (!done.get()) {
                            manager.randomNormal(new Shape(1000)).close();
                        }
                    }
                }),
                new Thread(() -> {
                    while (!done.get()) {
                        model(3).close();
                    }
                }));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (DigitImages test = DigitImages.test(DataFolder.mnist(), Device.cpu());
                DigitImages one = test.first(1);
                NDArray binary = one.thresholded();
                DigitModel first = model(1);
                DigitModel second = model(2)) {
            List<Callable<Object>> tasks = tasks(List.of(first, second), binary.toByteArray());
            others.forEach(Thread::start);
            // These come first, so that all threads need the lazily made parts of the models at once.
            List<Future<Object>> together = threads.invokeAll(tasks);
            done.set(true);
            for (Thread other : others) {
                other.join();
            }
            for (int i = 0; i < tasks.size(); i++) {
                assertThat(together.get(i).get())
                        .as("draw %d", i)
                        .isEqualTo(tasks.get(i).call());
            }
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
    }
}
