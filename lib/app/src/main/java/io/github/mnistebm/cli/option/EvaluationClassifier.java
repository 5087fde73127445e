package io.github.mnistebm.cli.option;

import io.github.mnistebm.cli.terminal.Messages;
import io.github.mnistebm.cli.terminal.Progress;
import io.github.mnistebm.data.DataSet;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.Classifiers;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.model.DigitModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** The classifier that a command measures images with. */
public final class EvaluationClassifier {

    private EvaluationClassifier() {}

    /** Finds the classifier of a model's set, or trains it and keeps it beside the model. Fails if the model was trained on other images. */
    public static DigitClassifier of(
            CommandSpec spec, ModelOption model, DigitModel loaded, DigitImages train, DigitImages test)
            throws IOException {
        DataOption.requireTrainedOn(spec, loaded.card(), train);
        DataOption.requireTrainedOn(spec, loaded.card(), test);
        return of(spec, model.folder(), train, test);
    }

    /** Finds the classifier of a set, or trains it and keeps it beside the model. Says so. */
    public static DigitClassifier of(CommandSpec spec, Path model, DigitImages train, DigitImages test)
            throws IOException {
        Optional<DigitClassifier> known = Classifiers.find(model, train.dataSet(), train.device());
        return known.isPresent() ? known.get() : trained(spec, model, train, test);
    }

    private static DigitClassifier trained(CommandSpec spec, Path model, DigitImages train, DigitImages test) {
        DataSet data = train.dataSet();
        System.out.println("classifier: there is none of " + data.name() + " yet, training one");
        DigitClassifier classifier;
        try (Progress progress = new Progress()) {
            classifier = Classifiers.train(train, test, progress);
            progress.end();
        }
        Path file = Classifiers.file(model);
        try {
            classifier.save(file);
            System.out.printf(
                    Locale.ROOT, "classifier: %s (test accuracy %.2f %%)%n", file, 100 * classifier.accuracy(test));
        } catch (IOException e) {
            spec.commandLine()
                    .getErr()
                    .println(spec.name() + ": the classifier is not kept for the next time (" + Messages.of(e) + ")");
        }
        return classifier;
    }
}
