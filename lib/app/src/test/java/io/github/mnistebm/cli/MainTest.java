package io.github.mnistebm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mnistebm.io.DataFolder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train --encoded_dim 0    | train: --encoded-dim: latent dimension: must be at least 1, found 0",
                "train --encoded_dim -3   | train: --encoded-dim: latent dimension: must be at least 1, found -3",
                "train --auto_lr -1       | train: --auto-lr: autoencoder learning rate: must be positive and finite, found -1.0",
                "train --auto-lr NaN      | train: --auto-lr: autoencoder learning rate: must be positive and finite, found NaN",
                "train --ebm_batch_size 0 | train: --ebm-batch-size: energy batch size: must be at least 1, found 0",
                "train --encoded_dim x    | train: Invalid value for option '--encoded-dim'",
                "train --preset best      | train: Invalid value for option '--preset'",
                "train --encodeddim 3     | train: Unknown option",
                "infer --num_images 0     | infer: --num-images: must be at least 1, found 0",
                "infer --steps 0          | infer: steps: must be at least 1, found 0",
                "infer --out samples.gif  | infer: --out samples.gif: expected a name that ends in .png, .npz or .idx",
                "infer --num_images 10001 | infer: --out samples.png: a grid holds at most 10000 images",
                "infer --temperature 0    | infer: --temperature: must be positive and finite, found 0.0",
                "infer --temperature NaN  | infer: --temperature: must be positive and finite, found NaN",
                "infer --temperature 2 --given 3 | infer: --temperature: cannot be given with --given",
                "infer --given slnt<3     | infer: --given: expected a digit, a measure (thickness, slant, width, height, length, area)",
                "infer --given 3,8        | infer: --given: digits: the condition leaves no digit, at character 2: 3»,«8. See --help",
                "train --conditions-only x --seed 3 | train: --seed: cannot be given with --conditions-only",
                "evaluate --num-images 5  | evaluate: --num-images: must be at least 6, found 5",
                "evaluate --seeds 0       | evaluate: --seeds: must be at least 1, found 0",
                "bench --rounds 0 | bench: --rounds and --epochs: must be at least 1",
                "bench --rounds 1 | bench: --python, --torchebm-python and --peers: must be given; ./environment/run bench does",
                "bench quality --variant --encoded-dim=0 | quality: --variant \"--encoded-dim=0\": --encoded-dim: latent",
                "bench objectives --seeds 0 | objectives: --seeds: must be at least 1, found 0",
                "bench objectives --num-images 64 | objectives: --num-images: must be at least 65, found 64",
                "bench objectives --variant --noise-draws=x | objectives: --variant \"--preset default --noise-draws=x --seed 1\":",
                "train --objective likelihood | train: Invalid value for option '--objective'",
                "train --noise-draws 0 --objective noise-contrastive | train: --noise-draws: noise draws: must be at least 1, found 0",
                "classifier --epochs 0    | classifier: --epochs: must be at least 1, found 0",
                "paint                    | run: Unmatched argument at index 0: 'paint'",
            })
    void aSenselessArgumentGivesOneLineAndExitCode2(String line, String message) {
        CommandRun result = CommandRun.of(line.split(" "));
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).startsWith(message);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "infer --out",
                "restore --out",
                "classifier --out",
                "evaluate --json",
                "bench quality --out",
                "bench objectives --out"
            })
    void anOutputThatCannotBeWrittenIsNamedBeforeTheWork(String line) throws IOException {
        String[] command = line.split(" ");
        String start = command[command.length - 2] + ": " + command[command.length - 1] + ": ";
        Path used = Files.createDirectory(folder.resolve("used.png"));
        assertRefused(command, used, start + used + ": expected a file's name, found a folder");
        Path file = Files.writeString(folder.resolve("file"), "");
        assertRefused(command, file.resolve("a.png"), start + file + ": expected a folder, found a file");
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files).containsExactlyInAnyOrder(folder, used, file);
        }
    }

    @Test
    void theFoldersOfAnOutputAreMade() {
        Path made = folder.resolve("new").resolve("folders");
        assertThat(inferInto(made).err()).endsWith("no model there (model.json is missing)\n");
        assertThat(made).isEmptyDirectory();
    }

    @Test
    void aLinkToAFolderIsAFolderForAnOutput() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Files.createDirectory(folder.resolve("target")));
        assertThat(inferInto(link).err()).endsWith("no model there (model.json is missing)\n");
    }

    private CommandRun inferInto(Path out) {
        String none = folder.resolve("none").toString();
        return CommandRun.of(
                "infer", "--model", none, "--out", out.resolve("a.png").toString());
    }

    private static void assertRefused(String[] command, Path out, String message) {
        String[] arguments = Arrays.copyOf(command, command.length + 1);
        arguments[command.length] = out.toString();
        CommandRun result = CommandRun.of(arguments);
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).isEqualTo(message + ". See --help\n");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void aMissingModelGivesOneLineAndExitCode1() {
        CommandRun result =
                CommandRun.of("infer", "--model", folder.resolve("none").toString());
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .isEqualTo("infer: " + folder.resolve("none") + ": no model there (model.json is missing)\n");
    }

    @Test
    void aTruncatedIdxFileGivesOneLineAndExitCode1() throws IOException {
        try (Stream<Path> files = Files.list(DataFolder.mnist())) {
            for (Path file : files.toList()) {
                byte[] bytes = Files.readAllBytes(file);
                boolean images = file.getFileName().toString().equals("train-images-idx3-ubyte");
                Files.write(
                        folder.resolve(file.getFileName()), images ? Arrays.copyOf(bytes, 16 + 41_253 * 784) : bytes);
            }
        }
        CommandRun result = CommandRun.of(
                "train",
                "--mnist",
                folder.toString(),
                "--out",
                folder.resolve("model").toString());
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .isEqualTo(
                        "train: train-images-idx3-ubyte: expected 60000 images, the file holds 41253 (truncated?)\n");
    }

    @Test
    void anOutputFolderOfOtherFilesIsRefusedBeforeTheTraining() throws IOException {
        Files.writeString(folder.resolve("thesis.txt"), "years of work");
        CommandRun result = CommandRun.of("train", "--out", folder.toString());
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("expected a model's folder or a new name, found a folder of other files");
        assertThat(folder.resolve("thesis.txt")).exists();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "-V",
                "train --help",
                "train -h --encoded-dim 3",
                "infer --version",
                "bench quality -h",
                "paint"
            })
    void aTextNeedsNoEngine(String line) {
        assertThat(Main.computes(line.split(" "))).isFalse();
        assertThat(Main.computes()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "infer --num-images 1", "bench quality --variant --preset=quick"})
    void theEngineStartsWhileTheArgumentsOfWorkAreRead(String line) {
        assertThat(Main.computes(line.split(" "))).isTrue();
    }

    @Test
    void theFlagsOfTheSeedProjectAreUnderstood() {
        String flags =
                "--auto_hidden_dim=1 --auto_num_epochs=1 --auto_batch_size=1 --auto_lr=1 --ebm_hidden_dim=1 --ebm_num_epochs=1"
                        + " --ebm_batch_size=1 --ebm_lr=1 --mcmc_samples_per_datapoint=1 --encoded_dim=0";
        CommandRun result = CommandRun.of(("train " + flags).split(" "));
        assertThat(result.err()).startsWith("train: --encoded-dim: latent dimension: must be at least 1, found 0");
    }

    private Path picture(int paper, int ink) throws IOException {
        BufferedImage picture = new BufferedImage(300, 300, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 300 * 300; i++) {
            boolean stroke = i % 300 >= 130 && i % 300 < 150 && i / 300 >= 50 && i / 300 < 250;
            picture.setRGB(i % 300, i / 300, stroke ? ink : paper);
        }
        Path file = folder.resolve("picture.png");
        ImageIO.write(picture, "png", file.toFile());
        return file;
    }

    @Test
    void aCommandPrintsHowAPictureWasRead() throws IOException {
        Path file = picture(0xffffff, 0x000080);
        CommandRun result =
                CommandRun.of("score", "--model", DataFolder.pretrained().toString(), "--image", file.toString());
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains(
                        file + ": scaled from 300 × 300 pixels and centred, as MNIST's digits are\n",
                        file + ": read as dark on light: inverted\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"score", "restore"})
    void anUnsuitablePictureGivesOneLineAndExitCode1(String command) throws IOException {
        Path file = picture(0xffffff, 0xfffff0);
        CommandRun result =
                CommandRun.of(command, "--model", DataFolder.pretrained().toString(), "--image", file.toString());
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).startsWith(command + ": " + file + ": ");
        assertThat(result.err().lines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"score", "restore"})
    void imagesOfAnotherSetThanTheModelsAreRefused(String command) throws IOException {
        Path set = folder.resolve("letters");
        BufferedImage black = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
        for (String part : new String[] {"train", "test"}) {
            Path letter = Files.createDirectories(set.resolve(part).resolve("a"));
            ImageIO.write(black, "png", letter.resolve("0.png").toFile());
        }
        Path out = folder.resolve("restored.png");
        List<String> line = new ArrayList<>(List.of(
                command, "--model", DataFolder.pretrained().toString(), "--data", set.toString(), "--digits", "0"));
        if (command.equals("restore")) {
            line.addAll(List.of("--hide", "lower_half", "--out", out.toString()));
        }
        CommandRun result = CommandRun.of(line.toArray(String[]::new));
        assertThat(result.err())
                .isEqualTo(command + ": --data: expected MNIST, on which the model was trained, found letters."
                        + " See --help\n");
        assertThat(result.code()).isEqualTo(2);
        assertThat(out).doesNotExist();
    }

    @Test
    void theBundledModelDrawsAGrid() throws IOException {
        Path grid = folder.resolve("grid.png");
        CommandRun result = CommandRun.of(
                "infer",
                "--model",
                DataFolder.pretrained().toString(),
                "--num_images",
                "12",
                "--steps",
                "20",
                "--out",
                grid.toString());
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("12 images: " + grid);
        assertThat(ImageIO.read(grid.toFile()).getWidth()).isEqualTo(4 * 58 + 2);
    }
}
