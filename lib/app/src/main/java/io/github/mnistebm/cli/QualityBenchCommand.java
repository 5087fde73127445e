package io.github.mnistebm.cli;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.evaluation.LogLikelihood;
import io.github.mnistebm.evaluation.ModelEvaluation;
import io.github.mnistebm.evaluation.SampleQuality;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.io.StagedFile;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import io.github.mnistebm.model.ModelTraining;
import io.github.mnistebm.model.TrainingConfig;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.training.TrainingDivergedException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Trains models with different options and puts their quality side by side. */
@Command(
        name = "quality",
        description =
                "Trains a model with each of several sets of options, the default ones with three seeds, measures 10,000"
                        + " samples of each, and writes a table. Takes several minutes a model.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class QualityBenchCommand implements Callable<Integer> {

    private static final List<String> VARIANTS = List.of(
            "--seed 1",
            "--seed 2",
            "--seed 3",
            "--preset seed",
            "--preset seed --ebm-hidden-dim 256 --ebm-num-layers 2 --ebm-num-epochs 24",
            "--importance-draws 0");

    private static final int IMAGES = 10_000;
    private static final int DRAWS = 200_000;
    private static final int SAMPLING_SEED = 1;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--variant",
            paramLabel = "OPTIONS",
            description =
                    "Options of train, in quotes; can be given several times. Default: those of the README's table.")
    private List<String> variants = VARIANTS;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = {
                "The file for the table, as CSV, written after all measurements. The cells of a diverged model are empty.",
                "Default: data/quality.csv."
            })
    private Path out;

    @Mixin
    private MnistOption mnist;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        Path file = out == null ? DataFolder.quality() : out;
        Options.requireWritable(spec, "--out", file);
        List<TrainingConfig> configs = variants.stream()
                .map(options -> TrainCommand.configuration(spec, "--variant", options))
                .toList();
        Device where = device.resolve();
        List<Map<String, Double>> measured = new ArrayList<>();
        try (DigitClassifier classifier = DigitClassifier.load(DataFolder.classifier(), where);
                DigitImages train = DigitImages.train(mnist.folder(), where);
                DigitImages test = DigitImages.test(mnist.folder(), where)) {
            Options.requireTrainable(spec, "--variant", configs, train);
            for (int i = 0; i < configs.size(); i++) {
                System.out.println("train " + variants.get(i));
                measured.add(measure(configs.get(i), train, test, classifier));
                System.out.println(table(measured).printAll());
            }
        }
        write(table(measured), file);
        System.out.println("written: " + file);
        return 0;
    }

    private Table table(List<Map<String, Double>> measured) {
        StringColumn options = StringColumn.create("options of train", variants.subList(0, measured.size()));
        Table table = Table.create("quality", options);
        Set<String> names = new LinkedHashSet<>();
        measured.forEach(row -> names.addAll(row.keySet()));
        for (String name : names) {
            DoubleColumn column = DoubleColumn.create(name);
            // Tablesaw leaves the cell of a null empty.
            measured.forEach(row -> column.append(row.get(name)));
            table.addColumns(column);
        }
        return table;
    }

    private static void write(Table table, Path file) throws IOException {
        Interruption.shield();
        StagedFile.write(file, out -> {
            Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
            table.write().csv(writer);
            writer.flush();
        });
    }

    /** Trains a model and returns its measurements. They are empty if the training diverges. */
    private static Map<String, Double> measure(
            TrainingConfig config, DigitImages all, DigitImages test, DigitClassifier classifier) {
        try (DigitImages train = all.first(config.trainImages());
                ModelTraining training = new ModelTraining(config, train, test);
                Progress progress = new Progress()) {
            RandomSource random = RandomSource.of(SAMPLING_SEED).numbered(1);
            try (DigitModel model = training.train(progress);
                    ModelEvaluation evaluation = new ModelEvaluation(model, train, test, classifier);
                    DigitSampler.Drawing drawing = DigitSampler.of(model).draw(IMAGES, SAMPLING_SEED);
                    NDArray images = test.thresholded();
                    NDArray latents = model.encode(images)) {
                progress.end();
                Map<String, SampleQuality> sets = evaluation.qualities(drawing.images(), random);
                SampleQuality samples = sets.get(ModelEvaluation.SAMPLES);
                Map<String, Double> row = new LinkedHashMap<>();
                row.put("Fréchet distance", samples.frechetDistance());
                row.put("of the ceiling", sets.get(ModelEvaluation.CEILING).frechetDistance());
                row.put("of the floor", sets.get(ModelEvaluation.FLOOR).frechetDistance());
                row.put(
                        "of the mixture of 50 normals",
                        sets.get(ModelEvaluation.MIXTURE).frechetDistance());
                row.put("precision", samples.neighbours().precision());
                row.put("recall", samples.neighbours().recall());
                row.put("read with confidence", samples.confidentShare());
                row.put("smallest share of a digit", Collections.min(samples.classShares()));
                row.put("largest", Collections.max(samples.classShares()));
                row.put(
                        "held-out log-likelihood, nats",
                        LogLikelihood.of(model.energy(), latents, DRAWS, random).nats());
                row.put(
                        "of the mixture, nats",
                        evaluation.mixtureLogLikelihood(latents).nats());
                row.replaceAll((name, value) -> Math.round(value * 1e4) / 1e4);
                return row;
            }
        } catch (TrainingDivergedException e) {
            System.out.println(Messages.of(e));
            return Map.of();
        }
    }
}
