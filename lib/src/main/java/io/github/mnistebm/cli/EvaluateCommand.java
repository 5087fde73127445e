package io.github.mnistebm.cli;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DataFolder;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.evaluation.SampleQuality;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import io.github.mnistebm.sampling.SamplerConfig;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
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
        if (numImages < 2) {
            throw new ParameterException(spec.commandLine(), "--num-images: must be at least 2, found " + numImages);
        }
        SamplerConfig config = sampling.config(spec);
        try (DigitModel loaded = model.load(device);
                DigitClassifier classifier = DigitClassifier.load(
                        DataFolder.classifier(), loaded.manager().getDevice());
                DigitImages test =
                        DigitImages.test(mnist.folder(), loaded.manager().getDevice());
                Progress progress = new Progress()) {
            DigitSampler sampler = new DigitSampler(loaded, sampling.algorithm(), config, sampling.chains(numImages));
            try (DigitSampler.Drawing drawing =
                            sampler.draw(numImages, sampling.seed(), progress.sampling(sampler.work(numImages)));
                    NDArray real = test.binarized(Binarization.THRESHOLD)) {
                progress.end();
                SampleQuality quality = SampleQuality.of(classifier, drawing.images(), real);
                System.out.println(quality.toTable(numImages + " samples").print());
                if (record) {
                    Map<String, Object> results = new LinkedHashMap<>();
                    results.put(
                            "command",
                            "./environment/run evaluate "
                                    + String.join(
                                            " ",
                                            spec.commandLine().getParseResult().originalArgs().stream()
                                                    .skip(1)
                                                    .toList()));
                    results.put("classifier test accuracy", classifier.accuracy(test));
                    results.putAll(quality.toMap());
                    DigitModel.recordEvaluation(model.folder(), results);
                    System.out.println("recorded: " + model.folder().resolve("model.json"));
                }
            }
        }
        return 0;
    }
}
