package io.github.mnistebm.cli.option;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.picture.DigitPicture;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say which images a command is about: picture files, test images of the data set, or both. */
public final class DigitsOption {

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "A picture of a digit on a plain background; may be given several times.")
    private List<Path> files = List.of();

    @Option(
            names = "--digits",
            paramLabel = "N",
            split = ",",
            description =
                    "Test images of the data set, such as MNIST's digits, by their number from 0, such as 0,7,42.")
    private List<Integer> digits = List.of();

    @Mixin
    private DataOption data;

    /**
     * Some images.
     *
     * @param names the name of each
     * @param pixels 0 and 1, {@code [n, 784]}
     * @param known 1 where a pixel is known, 0 elsewhere, {@code [n, 784]}
     */
    public record Digits(List<String> names, NDArray pixels, NDArray known) {}

    /** Reads a picture. */
    public interface PictureReader {
        DigitPicture read(Path file) throws IOException;
    }

    /** Reads the images, which the model's manager owns. Prints how a picture was read where that is not obvious. */
    public Digits read(CommandSpec spec, DigitModel model, PictureReader reader) throws IOException {
        if (files.isEmpty() && digits.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "which images? Give --image FILE or --digits 0,1,2");
        }
        NDManager manager = model.manager();
        List<String> names = new ArrayList<>();
        NDList pixels = new NDList();
        NDList known = new NDList();
        for (Path file : files) {
            DigitPicture picture = reader.read(file);
            picture.notes().forEach(note -> System.out.println(file + ": " + note));
            names.add(file.toString());
            pixels.add(DigitImages.array(manager, picture.pixels()));
            known.add(DigitImages.array(manager, picture.known()));
        }
        if (!digits.isEmpty()) {
            try (DigitImages test = DigitImages.test(data(model), manager.getDevice());
                    NDArray all = test.binarized(model.card().configuration().binarization(), RandomSource.of(1))) {
                DataOption.requireTrainedOn(spec, model.card(), test);
                for (int digit : digits) {
                    if (digit < 0 || digit >= test.size()) {
                        throw new ParameterException(
                                spec.commandLine(),
                                "--digits: expected numbers from 0 to " + (test.size() - 1) + ", found " + digit);
                    }
                    names.add((test.dataSet().isMnist() ? "test digit " : "test image ") + digit + ", a "
                            + test.className(digit));
                    NDArray image =
                            all.get(digit).reshape(1, DigitImages.PIXELS).duplicate();
                    image.attach(manager);
                    pixels.add(image);
                    known.add(image.onesLike());
                }
            }
        }
        return new Digits(names, NDArrays.concat(pixels), NDArrays.concat(known));
    }

    /** Returns the folder of the data set. */
    public Path data(DigitModel model) {
        return data.folder(model.card());
    }
}
