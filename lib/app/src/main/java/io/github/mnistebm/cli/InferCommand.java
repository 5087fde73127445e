package io.github.mnistebm.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.cli.option.DeviceOption;
import io.github.mnistebm.cli.option.ModelOption;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.option.SamplingOptions;
import io.github.mnistebm.cli.terminal.Progress;
import io.github.mnistebm.condition.Condition;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.data.ImageWriter;
import io.github.mnistebm.model.ConditionalSampler;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import io.github.mnistebm.model.MeasureGrid;
import io.github.mnistebm.morphology.Measure;
import io.github.mnistebm.plot.ImageGrid;
import io.github.mnistebm.plot.PngFile;
import io.github.mnistebm.sampling.SamplingAlgorithm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Draws images from a trained model. */
@Command(
        name = "infer",
        description = "Draws images from a trained model.",
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run infer --num-images 36",
            "  ./environment/run infer --given \"3 or 8, slant < -10\" --out some.png",
            "  ./environment/run infer --num-images 100000 --out samples.npz"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class InferCommand implements Callable<Integer> {

    /** The parts of a grid's progress. */
    private static final int PARTS = 100;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--num-images",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many images. Default: ${DEFAULT-VALUE}.")
    private long numImages;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "samples.png",
            description = {
                "Where they go, by the name's ending. Default: ${DEFAULT-VALUE}.",
                ".png: a grid of at most 10,000 images;",
                ".npz: NumPy arrays images (0 and 1) and means (of the Bernoulli pixels), any number;",
                ".idx: the images as an IDX file like MNIST's, the means in a second one that ends in .means.idx."
            })
    private Path out;

    @Option(
            names = "--given",
            paramLabel = "CONDITION",
            description = {
                "Draw only images that meet a condition, such as \"3 or 8, slant < -10, not bold\".",
                "A comma means and. There are digits; thickness, slant, width, height, length and area with <, > or between;",
                "bold, thin, slanted and wide; or, and, not and brackets."
            })
    private String given;

    @Option(
            names = "--grid",
            paramLabel = "MEASURE",
            description = {
                "Draw a grid (.png) instead: a row for each digit, ten columns from the lowest to the highest values of a measure,",
                "such as slant or thickness."
            })
    private Measure grid;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "1",
            description =
                    "Below 1 the images of each kind are more typical, above 1 wilder. Default: ${DEFAULT-VALUE}.")
    private double temperature;

    @Mixin
    private ModelOption model;

    @Mixin
    private SamplingOptions sampling;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        Options.requireAtLeast(spec, "--num-images", 1, numImages);
        sampling.check(spec);
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            throw new ParameterException(
                    spec.commandLine(), "--temperature: must be positive and finite, found " + temperature);
        }
        if ((given != null || grid != null) && temperature != 1) {
            throw new ParameterException(spec.commandLine(), "--temperature: cannot be given with --given or --grid");
        }
        if ((given != null || grid != null) && !sampling.isByMala()) {
            throw new ParameterException(spec.commandLine(), "--given and --grid: need --sampler mala");
        }
        String name = String.valueOf(out.getFileName()).toLowerCase(Locale.ROOT);
        boolean picture = name.endsWith(".png");
        if (!picture && !name.endsWith(".npz") && !name.endsWith(".idx")) {
            throw new ParameterException(
                    spec.commandLine(), "--out " + out + ": expected a name that ends in .png, .npz or .idx");
        }
        if (picture && numImages > ImageGrid.MAX_IMAGES) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--out " + out + ": a grid holds at most " + ImageGrid.MAX_IMAGES
                            + " images. Use --out samples.npz for more");
        }
        Options.requireWritable(spec, "--out", out);
        if (grid != null && (given != null || !picture)) {
            throw new ParameterException(
                    spec.commandLine(), "--grid: needs a name --out that ends in .png, and no --given");
        }
        Condition condition = condition();
        try (DigitModel loaded = model.load(device);
                Progress progress = new Progress()) {
            if (grid != null) {
                drawMeasures(new MeasureGrid(loaded, grid), progress);
                return 0;
            }
            DigitSampler sampler = sampling.sampler(spec, loaded, numImages, temperature);
            if (condition != null) {
                drawGiven(conditional(sampler, condition), progress, picture);
                return 0;
            }
            LongConsumer steps = progress.sampling(sampler.work(numImages));
            DigitSampler.Summary summary = picture ? drawGrid(sampler, steps) : drawFile(sampler, steps);
            progress.end();
            System.out.printf(
                    Locale.ROOT,
                    "%d images: %s (chains %s; %d steps, step size %.3g%s)%n",
                    numImages,
                    out,
                    summary.origin(),
                    summary.steps(),
                    summary.stepSize(),
                    acceptance(sampler.algorithm(), summary));
            summary.warning().ifPresent(warning -> spec.commandLine().getErr().println("infer: " + warning));
        }
        return 0;
    }

    private void drawMeasures(MeasureGrid places, Progress progress) throws IOException {
        LongConsumer steps = progress.sampling(PARTS);
        try (NDArray images = places.draw(sampling.seed(), done -> steps.accept(Math.round(PARTS * done)))) {
            progress.end();
            PngFile.write(out, ImageGrid.of(images));
            System.out.printf(
                    Locale.ROOT,
                    "%d images: %s (a row for each class, %s from left to right)%n",
                    images.getShape().get(0),
                    out,
                    places.measure());
        }
    }

    private Condition condition() {
        return given == null ? null : Options.condition(spec, "--given", given);
    }

    private ConditionalSampler conditional(DigitSampler sampler, Condition condition) {
        Options.requirePossible(spec, "--given", sampler.model(), condition);
        return new ConditionalSampler(sampler.model(), condition, sampler.config(), sampler.chains());
    }

    private void drawGiven(ConditionalSampler sampler, Progress progress, boolean picture) throws IOException {
        LongConsumer steps = progress.sampling(sampler.work(numImages));
        ConditionalSampler.Summary summary;
        if (picture) {
            ByteArrayOutputStream drawn = new ByteArrayOutputStream();
            summary = sampler.draw(
                    numImages, sampling.seed(), (latents, images, means) -> drawn.write(images.toByteArray()), steps);
            try (NDManager manager = sampler.model().manager().newSubManager()) {
                PngFile.write(out, ImageGrid.of(DigitImages.array(manager, drawn.toByteArray())));
            }
        } else {
            try (ImageWriter writer = writer()) {
                summary = sampler.draw(
                        numImages,
                        sampling.seed(),
                        (latents, images, means) -> writer.write(images.toByteArray(), means.toFloatArray()),
                        steps);
                writer.finish();
            }
        }
        progress.end();
        System.out.printf(
                Locale.ROOT,
                "%d images: %s (given %s: %s; chains %s; %d steps, step size %.3g%s)%n",
                numImages,
                out,
                sampler.condition(),
                summary.share(),
                summary.sequential() ? "by sequential Monte Carlo" : "from weighted draws",
                summary.steps(),
                summary.stepSize(),
                acceptance(summary.acceptanceRate(), summary.jumpAcceptanceRate()));
        summary.warning().ifPresent(warning -> spec.commandLine().getErr().println("infer: " + warning));
    }

    private static String acceptance(SamplingAlgorithm algorithm, DigitSampler.Summary summary) {
        return algorithm == SamplingAlgorithm.ULA
                ? ""
                : acceptance(summary.acceptanceRate(), summary.jumpAcceptanceRate());
    }

    private static String acceptance(double rate, double jumpRate) {
        String text = String.format(Locale.ROOT, ", acceptance rate %.2f", rate);
        return Double.isNaN(jumpRate) ? text : text + String.format(Locale.ROOT, ", of jumps %.2f", jumpRate);
    }

    private DigitSampler.Summary drawGrid(DigitSampler sampler, LongConsumer steps) throws IOException {
        try (DigitSampler.Drawing drawing = sampler.draw((int) numImages, sampling.seed(), steps)) {
            PngFile.write(out, ImageGrid.of(drawing.images()));
            return drawing.summary();
        }
    }

    private DigitSampler.Summary drawFile(DigitSampler sampler, LongConsumer steps) throws IOException {
        try (ImageWriter writer = writer()) {
            DigitSampler.Summary summary = sampler.draw(
                    numImages,
                    sampling.seed(),
                    (latents, images, means) -> writer.write(images.toByteArray(), means.toFloatArray()),
                    steps);
            writer.finish();
            return summary;
        }
    }

    private ImageWriter writer() throws IOException {
        try {
            return ImageWriter.open(out, numImages);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--out " + e.getMessage(), e);
        }
    }
}
