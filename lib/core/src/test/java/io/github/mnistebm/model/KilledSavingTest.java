package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.github.mnistebm.io.StagedFile;
import io.github.mnistebm.training.TrainingHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A training is killed at each change that it makes to the disk: to its checkpoints, its model, or the files that it replaces. It goes
 * on, is killed once more at any change, and goes on again. At every moment there is a complete model, the old one or the new one. In the
 * end there is the new one, with the old one as its predecessor.
 */
class KilledSavingTest {

    private static final int OLD = 1;
    private static final int NEW = 2;
    private static final int EPOCHS = 3;
    private static final int FOR_EVER = Integer.MAX_VALUE;

    private static DigitModel oldModel;
    private static DigitModel newModel;

    @TempDir
    private Path folder;

    @BeforeAll
    static void trainModels() {
        oldModel = TinyModel.trained(OLD);
        newModel = TinyModel.trained(NEW);
    }

    @AfterAll
    static void closeModels() {
        oldModel.close();
        newModel.close();
    }

    private static TrainingConfig config() {
        return newModel.card().configuration();
    }

    private static void checkpoint(Checkpoints checkpoints, int epoch) throws IOException {
        TrainingHistory history = TrainingHistory.of("energy", "loss");
        for (int i = 0; i < epoch; i++) {
            history.add(i);
        }
        try (NDArray array = newModel.manager().create((float) epoch)) {
            checkpoints.write(config(), newModel.card().training(), Map.of(), List.of(history), Map.of("epoch", array));
        }
    }

    /** Does the work of a training on files, from its beginning. */
    private static void train(Path model) throws IOException {
        ModelFolder.requireReplaceable(model);
        try (Checkpoints checkpoints = Checkpoints.of(model)) {
            checkpoints.begin(config());
            goOn(model, checkpoints, 0);
        }
    }

    private static void goOn(Path model, Checkpoints checkpoints, int epoch) throws IOException {
        for (int next = epoch + 1; next <= EPOCHS; next++) {
            checkpoint(checkpoints, next);
        }
        newModel.save(model);
        StagedFile.write(model.resolve("samples.png"), "a picture");
        checkpoints.delete();
    }

    /** Does the work of train --resume; from the beginning if there is no checkpoint yet. */
    private static void resume(Path model) throws IOException {
        ModelFolder.requireReplaceable(model);
        try (Checkpoints checkpoints = Checkpoints.of(model)) {
            // A training that was killed before it wrote anything finds the end of the training before it.
            if (checkpoints.isEnded()
                    && ModelFolder.readCard(model).configuration().seed() == NEW) {
                checkpoints.delete();
                return;
            }
            List<String> warnings = new ArrayList<>();
            try (Checkpoint checkpoint = checkpoints.latest(Device.cpu(), warnings::add)) {
                assertThat(warnings).isEmpty();
                goOn(model, checkpoints, (int) checkpoint.arrays().get("epoch").getFloat());
                return;
            } catch (IOException e) {
                assertThat(e).hasMessageEndingWith("no checkpoint to go on from");
                assertThat(warnings).isEmpty();
            }
        }
        train(model);
    }

    /** Work on files. */
    @FunctionalInterface
    private interface Action {
        void run(Path model) throws IOException;
    }

    private static boolean isKilled(Action action, Path model, Path mountPoint, int change) throws IOException {
        try {
            action.run(MortalFileSystem.path(model, mountPoint, change));
            return false;
        } catch (MortalFileSystem.Killed e) {
            return true;
        }
    }

    private static int seed(Path model) throws IOException {
        try (DigitModel found = DigitModel.load(model, Device.cpu())) {
            int seed = found.card().configuration().seed();
            assertThat(found.network().parameters().toFloatArray())
                    .isEqualTo((seed == OLD ? oldModel : newModel)
                            .network()
                            .parameters()
                            .toFloatArray());
            return seed;
        }
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> content = Files.list(folder)) {
            return new TreeSet<>(
                    content.map(path -> path.getFileName().toString()).toList());
        }
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, false", "true, true", "false, true"})
    @Tag("slow")
    void aKillAtAnyChangeLeavesACompleteModelAndATrainingThatGoesOn(boolean modelBefore, boolean mountPoint)
            throws IOException {
        killAtEvery(1, modelBefore, mountPoint);
    }

    @ParameterizedTest
    @CsvSource({"true, false", "true, true"})
    void aKillAtEverySeventhChangeLeavesACompleteModelAndATrainingThatGoesOn(boolean modelBefore, boolean mountPoint)
            throws IOException {
        killAtEvery(7, modelBefore, mountPoint);
    }

    private void killAtEvery(int stride, boolean modelBefore, boolean mountPoint) throws IOException {
        Random random = new Random(1);
        int change = 1 - stride;
        boolean killed = true;
        while (killed) {
            change += stride;
            Path parent = Files.createDirectory(folder.resolve(Integer.toString(change)));
            Path model = parent.resolve("model");
            Path mounted = mountPoint ? model : null;
            Path around = mountPoint ? model : parent;
            if (mountPoint) {
                Files.createDirectory(model);
            }
            if (modelBefore) {
                // Saves through the file system with the mount point, so that it is one from the beginning.
                oldModel.save(MortalFileSystem.path(model, mounted, FOR_EVER));
                Files.writeString(model.resolve("notes.txt"), "mine");
            }
            killed = isKilled(KilledSavingTest::train, model, mounted, change);
            if (modelBefore) {
                assertThat(seed(model)).as("change %d", change).isBetween(OLD, NEW);
            }
            isKilled(KilledSavingTest::resume, model, mounted, 1 + random.nextInt(change));
            if (modelBefore) {
                assertThat(seed(model)).as("change %d", change).isBetween(OLD, NEW);
            }
            assertThat(isKilled(KilledSavingTest::resume, model, mounted, FOR_EVER))
                    .isFalse();
            assertThat(seed(model)).as("change %d", change).isEqualTo(NEW);
            String previous = mountPoint ? "previous" : "model.previous";
            Set<String> expected = new TreeSet<>(Set.of(
                    "model.json",
                    "weights.safetensors",
                    "autoencoder.csv",
                    "pretraining.csv",
                    "energy.csv",
                    "samples.png"));
            if (modelBefore) {
                assertThat(seed(around.resolve(previous)))
                        .as("change %d", change)
                        .isEqualTo(OLD);
                expected.add("notes.txt");
            }
            if (modelBefore && mountPoint) {
                expected.add(previous);
            }
            assertThat(names(model)).as("change %d", change).isEqualTo(expected);
            if (!mountPoint) {
                assertThat(names(parent))
                        .as("change %d", change)
                        .isEqualTo(modelBefore ? Set.of("model", previous) : Set.of("model"));
            }
        }
        assertThat(change).isGreaterThan(50);
    }
}
