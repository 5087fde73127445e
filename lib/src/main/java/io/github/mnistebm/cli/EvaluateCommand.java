package io.github.mnistebm.cli;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DataFolder;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.evaluation.LogLikelihood;
import io.github.mnistebm.evaluation.ModelEvaluation;
import io.github.mnistebm.evaluation.SampleQuality;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import io.github.mnistebm.sampling.SamplerConfig;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the samples of a model. */
@Command(
        name = "evaluate",
        description = "Draws images from a model and measures them with the bundled classifier.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class EvaluateCommand implements Callable<Integer> {

    /** Draws from the reference measure for the normalizing constant. */
    private static final int DRAWS = 200_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"--num-images", "--num_images"},
            paramLabel = "N",
            defaultValue = "10000",
            description = "How many images to draw. Default: ${DEFAULT-VALUE}.")
    private int numImages;

    @Option(names = "--record", description = "Write the results into the model's card, model.json.")
    private boolean record;

    @Mixin
    private ModelOption model;

    @Mixin
    private SamplingOptions sampling;

    @Mixin
    private MnistOption mnist;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        if (numImages <= SampleQuality.NEIGHBOUR) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--num-images: must be more than " + SampleQuality.NEIGHBOUR + ", found " + numImages);
        }
        SamplerConfig config = sampling.config(spec);
        try (DigitModel loaded = model.load(device);
                Progress progress = new Progress()) {
            Device where = loaded.manager().getDevice();
            try (DigitClassifier classifier = DigitClassifier.load(DataFolder.classifier(), where);
                    DigitImages train = DigitImages.train(mnist.folder(), where);
                    DigitImages test = DigitImages.test(mnist.folder(), where)) {
                DigitSampler sampler =
                        new DigitSampler(loaded, sampling.algorithm(), config, sampling.chains(numImages));
                LongConsumer steps = progress.sampling(sampler.work(numImages));
                Map<String, SampleQuality> sets;
                try (DigitSampler.Drawing drawing = sampler.draw(numImages, sampling.seed(), steps)) {
                    progress.end();
                    sets = ModelEvaluation.of(loaded, drawing.images(), train, test, classifier);
                }
                System.out.println(SampleQuality.table(sets).print());
                try (NDArray images = test.binarized(Binarization.THRESHOLD);
                        NDArray latents = loaded.encode(images)) {
                    LogLikelihood held = LogLikelihood.of(loaded.energy(), latents, DRAWS);
                    LogLikelihood reference = LogLikelihood.of(loaded.reference(), latents);
                    System.out.printf(
                            Locale.ROOT,
                            "held-out log-likelihood of the latents: %.2f ± %.2f nats (effective sample size %.0f of %d);"
                                    + " of the reference measure alone: %.2f ± %.2f nats%n",
                            held.nats(),
                            held.standardError(),
                            held.effectiveSampleSize(),
                            held.draws(),
                            reference.nats(),
                            reference.standardError());
                    if (record) {
                        record(sets, held, reference, classifier.accuracy(test));
                    }
                }
            }
        }
        return 0;
    }

    private void record(Map<String, SampleQuality> sets, LogLikelihood held, LogLikelihood reference, double accuracy)
            throws IOException {
        Map<String, Object> results = new LinkedHashMap<>();
        List<String> arguments = spec.commandLine().getParseResult().originalArgs();
        results.put("command", "./environment/run " + String.join(" ", arguments));
        results.put("classifier test accuracy", accuracy);
        sets.forEach((name, quality) -> results.put(name, quality.toMap()));
        results.put("held-out log-likelihood of latents", held);
        results.put("held-out log-likelihood of latents, reference measure alone", reference);
        DigitModel.recordEvaluation(model.folder(), results);
        System.out.println("recorded: " + model.folder().resolve("model.json"));
    }
}
