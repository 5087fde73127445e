package io.github.mnistebm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trainings that cannot work, and trainings that diverge, on the command line. */
class TrainingFailuresTest {

    private static final List<String> TINY = List.of(
            "--preset",
            "quick",
            "--train-images",
            "1000",
            "--decoder",
            "perceptron",
            "--auto-num-epochs",
            "2",
            "--auto-hidden-dim",
            "32",
            "--encoded-dim",
            "4",
            "--ebm-hidden-dim",
            "32",
            "--ebm-num-epochs",
            "3");

    @TempDir
    private Path folder;

    private CommandRun train(String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("train", "--mnist", DataFolder.mnist().toString()));
        arguments.addAll(List.of(options));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private CommandRun tiny(String... options) {
        List<String> arguments = new ArrayList<>(TINY);
        arguments.addAll(List.of("--out", model().toString()));
        arguments.addAll(List.of(options));
        return train(arguments.toArray(String[]::new));
    }

    private Path model() {
        return folder.resolve("model");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--train-images 1 | --train-images: expected at least 2 images, found 1",
                "--train-images 50 | --reference-components: expected at most as many as training images (--train-images), of which there are 50, found 100",
                "--train-images 20 --reference-components 0 | --encoded-dim: expected fewer dimensions than training images (--train-images), of which there are 20, found 28",
                "--encoded-dim 800 | --encoded-dim: expected at most 784, the pixels of an image, found 800",
                "--reference-components 60001 | --reference-components: expected at most as many as training images",
                "--ebm-hidden-dim 1000000 | --auto-hidden-dim, --ebm-hidden-dim: the parameters: expected at most 2147483647",
            })
    void anImpossibleTrainingIsRefusedBeforehandByTheOptionsName(String options, String message) {
        List<String> arguments = new ArrayList<>(List.of(options.split(" ")));
        arguments.addAll(List.of("--out", model().toString()));
        CommandRun run = train(arguments.toArray(String[]::new));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("train: " + message);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.out()).doesNotContain("autoencoder");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void anEnergyThatDivergesAtOnceMakesNoModelAndGoesOnWithTheRateThatIsProposed() throws IOException {
        CommandRun diverged = tiny("--pretraining-epochs", "0", "--ebm-lr", "100");
        assertThat(diverged.code()).isEqualTo(1);
        assertThat(diverged.err().lines())
                .singleElement()
                .asString()
                .matches(
                        "train: energy: epoch 1 has diverged: the energy gap between data and negatives is .* nats, expected at most 24."
                                + " No earlier epoch of this phase. Try a smaller learning rate \\(--ebm-lr\\) than 100.0, .*");
        assertThat(diverged.out())
                .endsWith("to go on: ./environment/run train --resume " + model() + " --ebm-lr 0.002\n");
        assertThat(ModelFolder.isIn(model())).isFalse();
        assertThat(folder.resolve("model.checkpoints/1-autoencoder-0002")).exists();

        CommandRun resumed = train("--resume", model().toString(), "--ebm-lr", "0.002");
        assertThat(resumed.err()).isEmpty();
        assertThat(resumed.code()).isZero();
        assertThat(ModelFolder.readCard(model()).configuration().energy().learningRate())
                .isEqualTo(0.002);
        assertThat(ModelFolder.readCard(model()).metrics()).containsEntry("energy epochs", 3.0);
        assertThat(folder.resolve("model.checkpoints")).doesNotExist();
    }

    @Test
    void aPretrainingThatDivergesGoesOnWithTheRateThatIsProposed() throws IOException {
        CommandRun diverged = tiny("--pretraining-epochs", "2", "--pretraining-lr", "1000");
        assertThat(diverged.code()).isEqualTo(1);
        assertThat(diverged.err())
                .startsWith("train: pretraining: epoch 1 has diverged: ")
                .contains("Try a smaller learning rate (--pretraining-lr) than 1000.0");
        assertThat(diverged.out())
                .endsWith("to go on: ./environment/run train --resume " + model() + " --pretraining-lr 0.008\n");

        CommandRun resumed = train("--resume", model().toString(), "--pretraining-lr", "0.008");
        assertThat(resumed.err()).isEmpty();
        assertThat(ModelFolder.readCard(model()).metrics())
                .containsEntry("pretraining epochs", 2.0)
                .containsEntry("energy epochs", 3.0);
    }

    @Test
    void anAutoencoderThatDivergesAtOnceLeavesNothing() {
        CommandRun diverged = tiny("--auto-lr", "50");
        assertThat(diverged.code()).isEqualTo(1);
        assertThat(diverged.err()).startsWith("train: autoencoder: epoch 1 has diverged: the loss is ");
        assertThat(diverged.out()).endsWith("stopped before the first epoch was complete: nothing to keep\n");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aResumedTrainingThatDivergesKeepsItsCheckpointAndIsNotDrawnFromByDefault() throws IOException {
        tiny("--pretraining-epochs", "0", "--ebm-lr", "100");
        // The first epochs are good. The next attempt has the same rate.
        assertThat(interruptedAfter("energy 1/3", "--resume", model().toString(), "--ebm-lr", "0.001")
                        .code())
                .isEqualTo(1);
        assertThat(folder.resolve("model.checkpoints/2-energy-0001")).exists();
        Files.move(model(), folder.resolve("elsewhere"));

        CommandRun diverged = train("--resume", model().toString(), "--ebm-lr", "1000");
        assertThat(diverged.code()).isEqualTo(1);
        assertThat(diverged.err()).contains("has diverged", "Back to epoch 1");
        assertThat(diverged.out()).contains("the last complete epoch: " + model() + ".interrupted\n");
        assertThat(ModelFolder.isIn(model())).isFalse();
        assertThat(folder.resolve("model.checkpoints/2-energy-0001")).exists();

        assertThat(train("--resume", model().toString(), "--ebm-lr", "5e-4").code())
                .isZero();
        assertThat(ModelFolder.readCard(model()).configuration().earlierRates())
                .singleElement()
                .hasToString("EarlierRate[phase=energy, lastEpoch=1, learningRate=0.001]");
    }

    private CommandRun interruptedAfter(String line, String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("train", "--mnist", DataFolder.mnist().toString()));
        arguments.addAll(List.of(options));
        return CommandRun.interruptedAfter(line, arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({
        "--encoded-dim, 5, 4",
        "--seed, 9, 1",
        "--negatives, data, persistent",
        "--train-images, 700, 1000",
        "--energy-penalty, 1, 0.0"
    })
    void resumeRefusesOtherOptionsAndNamesTheTrainingsValue(String option, String value, String has) {
        tiny("--pretraining-epochs", "0", "--ebm-lr", "100");
        CommandRun run = train("--resume", model().toString(), option, value);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("train: " + option
                        + ": cannot be given with --resume, which keeps the value that the training began with: "
                        + has);
    }

    @ParameterizedTest
    @CsvSource({
        "--auto-lr, autoencoder learning rate: all 2 epochs of this phase are trained",
        "--pretraining-lr, pretraining learning rate: this training has no such phase"
    })
    void resumeRefusesTheRateOfAPhaseThatIsCompleteOrThatThereIsNot(String option, String message) {
        tiny("--pretraining-epochs", "0", "--ebm-lr", "100");
        CommandRun run = train("--resume", model().toString(), option, "1e-4");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("train: " + option + ": " + message);
    }
}
