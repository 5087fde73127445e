package io.github.mnistebm.cli;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.github.mnistebm.cli.option.DataOption;
import io.github.mnistebm.cli.option.DeviceOption;
import io.github.mnistebm.cli.option.EvaluationClassifier;
import io.github.mnistebm.cli.option.ModelOption;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.option.SamplingOptions;
import io.github.mnistebm.cli.terminal.Interruption;
import io.github.mnistebm.cli.terminal.Progress;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.DigitChains;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.evaluation.LongRun;
import io.github.mnistebm.evaluation.ModelEvaluation;
import io.github.mnistebm.evaluation.NearCopies;
import io.github.mnistebm.evaluation.QualityReport;
import io.github.mnistebm.evaluation.SampleQuality;
import io.github.mnistebm.evaluation.likelihood.LogLikelihood;
import io.github.mnistebm.evaluation.likelihood.NatsPerImage;
import io.github.mnistebm.evaluation.likelihood.PosteriorBounds;
import io.github.mnistebm.io.Json;
import io.github.mnistebm.io.StagedFile;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import io.github.mnistebm.model.ModelFolder;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tech.tablesaw.api.Table;

/** Measures a model. */
@Command(
        name = "evaluate",
        description = "Draws images from a model and measures them with a classifier, beside real images,"
                + " decoded latents of real images, and baselines; then the log-likelihood of latents and of images, and the convergence of chains."
                + " The classifier of another set than MNIST is trained first, and kept beside the model.",
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run evaluate",
            "  ./environment/run evaluate --num-images 2000 --seeds 1",
            "  ./environment/run evaluate --model models/twelve --json report.json"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class EvaluateCommand implements Callable<Integer> {

    /** After burn-in, of the chains that R-hat is computed of. */
    private static final int DIAGNOSED_STEPS = 4000;

    private static final int LONG_CHAINS = 10_000;
    private static final int[] LONG_STEPS = {100, 500, 1000, 2000, 10_000};

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--num-images",
            paramLabel = "N",
            defaultValue = "10000",
            description = "How many images to draw with each seed. Default: ${DEFAULT-VALUE}.")
    private int numImages;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "The number of seeds, from --seed on; several show the error of each result. Default: ${DEFAULT-VALUE}.")
    private int seeds;

    @Option(
            names = "--likelihood-images",
            paramLabel = "N",
            defaultValue = "500",
            description =
                    "How many test images to estimate −log p(x) of, chosen at random; 10,000 of MNIST are all. Default:"
                            + " ${DEFAULT-VALUE}.")
    private int likelihoodImages;

    @Option(
            names = "--likelihood-draws",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many latents to draw for each of these images. Default: ${DEFAULT-VALUE}.")
    private int likelihoodDraws;

    @Option(
            names = "--bounded-images",
            paramLabel = "N",
            defaultValue = "16",
            description =
                    "How many test images to bound −log p(x) of from both sides, all at once. Default: ${DEFAULT-VALUE}.")
    private int boundedImages;

    @Option(
            names = "--long-run",
            description =
                    "Also measure chains after 100, 500, 1000, 2000 and 10,000 steps, as many as images, at most 10,000;"
                            + " takes a quarter of an hour.")
    private boolean longRun;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results to a file.")
    private Path json;

    @Option(names = "--record", description = "Write the results into the model's card, model.json.")
    private boolean record;

    @Mixin
    private ModelOption model;

    @Mixin
    private SamplingOptions sampling;

    @Mixin
    private DataOption data;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        Options.requireAtLeast(spec, "--num-images", SampleQuality.NEIGHBOUR + 1, numImages);
        Options.requireAtLeast(spec, "--seeds", 1, seeds);
        Options.requireAtLeast(spec, "--likelihood-images", 2, likelihoodImages);
        Options.requireAtLeast(spec, "--likelihood-draws", 2, likelihoodDraws);
        Options.requireAtLeast(spec, "--bounded-images", 2, boundedImages);
        sampling.check(spec);
        if (json != null) {
            Options.requireWritable(spec, "--json", json);
        }
        try (DigitModel loaded = model.load(device)) {
            if (record) {
                Options.requireWritable(spec, "--record", model.folder().resolve("model.json"));
            }
            Device where = loaded.manager().getDevice();
            Path folder = data.folder(loaded.card());
            try (DigitImages train = DigitImages.train(folder, where);
                    DigitImages test = DigitImages.test(folder, where);
                    DigitClassifier classifier = EvaluationClassifier.of(spec, model, loaded, train, test);
                    Progress progress = new Progress();
                    ModelEvaluation evaluation = new ModelEvaluation(loaded, train, test, classifier, progress)) {
                Map<String, Object> results = new LinkedHashMap<>();
                List<String> arguments = spec.commandLine().getParseResult().originalArgs();
                results.put("command", "./environment/run " + String.join(" ", arguments));
                results.put("data set", train.dataSet().name());
                results.put("classifier test accuracy", classifier.accuracy(test));
                samples(loaded, evaluation, progress, results);
                logLikelihoods(loaded, evaluation, results);
                natsPerImage(loaded, evaluation, results);
                chains(evaluation, results);
                if (longRun) {
                    longRun(loaded, evaluation, results);
                }
                write(results);
            }
        }
        return 0;
    }

    private void samples(
            DigitModel loaded, ModelEvaluation evaluation, Progress progress, Map<String, Object> results) {
        DigitSampler sampler = sampling.sampler(spec, loaded, numImages);
        List<Integer> used = new ArrayList<>();
        List<Map<String, SampleQuality>> sets = new ArrayList<>();
        List<Map<String, Double>> copies = new ArrayList<>();
        for (int seed = sampling.seed(); seed < sampling.seed() + seeds; seed++) {
            try (DigitSampler.Drawing drawing =
                    sampler.draw(numImages, seed, progress.sampling(sampler.work(numImages)))) {
                progress.end();
                drawing.summary()
                        .warning()
                        .ifPresent(warning -> spec.commandLine().getErr().println("evaluate: " + warning));
                used.add(seed);
                sets.add(evaluation.qualities(
                        drawing.images(), RandomSource.of(seed).numbered(1)));
                copies.add(evaluation.copies(drawing.images()));
            }
        }
        QualityReport report = new QualityReport(used, sets);
        System.out.println(report.table().printAll());
        System.out.printf(Locale.ROOT, "%nnearer than %.0f %% of the pixels, seed by seed:%n", 100 * NearCopies.COPY);
        copies.forEach(System.out::println);
        results.put("seeds", used);
        results.put("quality", report.spreads());
        results.put("share of copies", copies);
    }

    private void logLikelihoods(DigitModel loaded, ModelEvaluation evaluation, Map<String, Object> results) {
        Map<String, LogLikelihood> found =
                evaluation.logLikelihoods(loaded.stepSize(), RandomSource.of(sampling.seed()));
        System.out.println();
        System.out.println(LogLikelihood.table(found).printAll());
        results.put("held-out log-likelihood of latents", found);
    }

    private void natsPerImage(DigitModel loaded, ModelEvaluation evaluation, Map<String, Object> results) {
        NatsPerImage found =
                evaluation.natsPerImage(likelihoodImages, likelihoodDraws, RandomSource.of(sampling.seed()));
        System.out.println();
        System.out.println(found.table().printAll());
        System.out.printf(
                Locale.ROOT,
                "%d draws an image; their effective sample size has a median of %.0f, and is below %.0f for 5 %% of the images%n"
                        + "log Z is %.3f ± %.4f, an error that all images share%n",
                found.draws(),
                found.medianEffectiveSampleSize(),
                found.lowEffectiveSampleSize(),
                found.logNormalizer(),
                found.normalizerError());
        if (loaded.card().configuration().binarization() == Binarization.STOCHASTIC) {
            System.out.printf(
                    Locale.ROOT,
                    "the pixels of the test images are drawn once, with seed %d%n",
                    ModelEvaluation.PIXEL_SEED);
        }
        results.put("negative log-likelihood of images", found);
        PosteriorBounds bounds = evaluation.posteriorBounds(
                boundedImages,
                found.logNormalizer(),
                RandomSource.of(sampling.seed()).numbered(1));
        System.out.printf(
                Locale.ROOT,
                "%d test images: %.2f by importance sampling, %.2f by annealing from above, %.2f from below,"
                        + " difference %.2f ± %.2f%n",
                bounds.images(),
                bounds.direct().nats(),
                bounds.above().nats(),
                bounds.below().nats(),
                bounds.width().nats(),
                bounds.width().standardError());
        results.put("bounds of the negative log-likelihood of images", bounds);
    }

    private void chains(ModelEvaluation evaluation, Map<String, Object> results) {
        DigitChains chains = evaluation.chains(sampling.seed(), DIAGNOSED_STEPS);
        Table diagnostics = chains.diagnostics();
        double roundTrip = chains.roundTripSteps();
        String verdict = chains.verdict();
        System.out.println();
        System.out.println(diagnostics.printAll());
        System.out.println();
        System.out.println(chains.transitions().printAll());
        System.out.printf(
                Locale.ROOT,
                "%nmean round trip of a %s: %.0f steps%n%s%n",
                chains.data().noun(),
                roundTrip,
                verdict);
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("steps after burn-in", DIAGNOSED_STEPS);
        summary.put(
                "R-hat of the energy", diagnostics.doubleColumn(SampleRun.R_HAT).get(0));
        summary.put(
                "bulk effective sample size of the energy",
                diagnostics.doubleColumn(SampleRun.BULK_SIZE).get(0));
        summary.put("largest R-hat", diagnostics.doubleColumn(SampleRun.R_HAT).max());
        summary.put("mean round trip of a " + chains.data().noun() + " in steps", roundTrip);
        summary.put("verdict", verdict);
        results.put("chains", summary);
    }

    private void longRun(DigitModel loaded, ModelEvaluation evaluation, Map<String, Object> results) {
        RandomSource random = RandomSource.of(sampling.seed());
        try (NDArray start = loaded.reference().sample(loaded.manager(), Math.min(numImages, LONG_CHAINS), random)) {
            Table table = LongRun.of(evaluation, loaded, loaded.kernel(), start, random, LONG_STEPS);
            System.out.println();
            System.out.println(table.printAll());
            Map<String, Double> distances = new LinkedHashMap<>();
            for (int row = 0; row < table.rowCount(); row++) {
                distances.put(
                        "after " + table.intColumn(LongRun.CHAIN_STEPS).get(row) + " steps",
                        table.doubleColumn(SampleQuality.FRECHET_DISTANCE).get(row));
            }
            results.put(
                    SampleQuality.FRECHET_DISTANCE + " of " + start.getShape().get(0) + " long chains", distances);
        }
    }

    private void write(Map<String, Object> results) throws IOException {
        Interruption.shield();
        if (json != null) {
            StagedFile.write(json, Json.PRETTY.toJson(results) + "\n");
            System.out.println("written: " + json);
        }
        if (record) {
            ModelFolder.recordEvaluation(model.folder(), results);
            System.out.println("recorded: " + model.folder().resolve("model.json"));
        }
    }
}
