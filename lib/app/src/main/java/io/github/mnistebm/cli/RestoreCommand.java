package io.github.mnistebm.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.cli.option.DeviceOption;
import io.github.mnistebm.cli.option.DigitsOption;
import io.github.mnistebm.cli.option.ModelOption;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.option.SeedOption;
import io.github.mnistebm.cli.terminal.Progress;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.restoration.Occlusion;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitRestorer;
import io.github.mnistebm.picture.DigitPicture;
import io.github.mnistebm.plot.ImageGrid;
import io.github.mnistebm.plot.PngFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Completes images of which some pixels are hidden. */
@Command(
        name = "restore",
        description = {
            "Completes the unknown pixels of images in several ways. The transparent pixels of a picture of 28 × 28 are unknown, and",
            "so are those that --hide hides. Each row of the result shows the known pixels (the others grey), completions, their mean,",
            "and the uncertainty of each pixel."
        },
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run restore --digits 0,1,2 --hide lower_half",
            "  ./environment/run restore --digits 7 --hide random_half --out seven.png",
            "  ./environment/run restore --image half.png"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class RestoreCommand implements Callable<Integer> {

    private static final int MAX_IMAGES = 100;

    @Spec
    private CommandSpec spec;

    @Mixin
    private DigitsOption digits;

    @Option(
            names = "--hide",
            paramLabel = "random_half|lower_half|right_half",
            description = "Hides half the pixels of each image.")
    private Occlusion occlusion;

    @Option(
            names = "--completions",
            paramLabel = "N",
            defaultValue = "8",
            description = "How many completions to show, at most 64. Default: ${DEFAULT-VALUE}.")
    private int completions;

    @Mixin
    private SeedOption seed;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "restored.png",
            description = "Where the picture goes, a PNG file. Default: ${DEFAULT-VALUE}.")
    private Path out;

    @Mixin
    private ModelOption model;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        Options.requireAtLeast(spec, "--completions", 1, completions);
        if (completions > DigitRestorer.DEFAULT_COMPLETIONS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--completions: must be at most " + DigitRestorer.DEFAULT_COMPLETIONS + ", found " + completions);
        }
        Options.requireWritable(spec, "--out", out);
        try (DigitModel loaded = model.load(device);
                Progress progress = new Progress()) {
            DigitsOption.Digits images = digits.read(spec, loaded, DigitPicture::readKnown);
            NDArray known = known(loaded, images);
            try (DigitRestorer.Restoration restoration = DigitRestorer.of(loaded)
                    .restore(images.pixels(), known, seed.value(), progress.share("restoring"))) {
                progress.end();
                PngFile.write(out, ImageGrid.of(restoration.overview(completions), completions + 3));
            }
            System.out.println("restored: " + out);
        }
        return 0;
    }

    private NDArray known(DigitModel loaded, DigitsOption.Digits images) {
        int n = images.names().size();
        if (n > MAX_IMAGES) {
            throw new ParameterException(spec.commandLine(), "expected at most " + MAX_IMAGES + " images, found " + n);
        }
        NDArray known = images.known();
        if (occlusion != null) {
            known = known.mul(occlusion.known(loaded.manager(), n, seed.value()));
        }
        if (known.toType(DataType.INT64, false).sum().getLong() == (long) n * DigitImages.PIXELS) {
            throw new ParameterException(
                    spec.commandLine(), "nothing is hidden. Give --hide, or a picture with transparent pixels");
        }
        return known;
    }
}
