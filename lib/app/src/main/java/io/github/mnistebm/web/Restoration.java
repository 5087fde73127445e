package io.github.mnistebm.web;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitRestorer;
import java.util.List;
import java.util.function.Consumer;

/** Completions of an image of which some pixels are known. */
record Restoration(String model, int seed, int completions, byte[] image, byte[] known) {

    static final int MAX_COMPLETIONS = DigitRestorer.DEFAULT_COMPLETIONS;

    /** The share of the work that is done, from 0 to 1. */
    record Progress(double done) {}

    /**
     * The completions.
     *
     * @param model the name of the model
     * @param seed the seed of the random numbers
     * @param completions 0 and 1, {@code [n][28][28]}; known pixels are as they were
     * @param mean over 64 completions, of each pixel the probability to be white, {@code [28][28]}
     * @param standardDeviation the standard deviation of that probability, 0 for known pixels, {@code [28][28]}
     * @param logEvidence the logarithm of the probability of the known pixels under the model, up to a constant, nats
     */
    record Result(
            String model,
            int seed,
            byte[][][] completions,
            float[][] mean,
            float[][] standardDeviation,
            double logEvidence) {}

    static Restoration read(String body, Models models) {
        Fields fields = Fields.of(body, List.of("model", "seed", "completions", "image", "known"));
        return new Restoration(
                models.chosen(fields),
                fields.integer("seed", Integer.MIN_VALUE, Integer.MAX_VALUE, 1),
                fields.integer("completions", 1, MAX_COMPLETIONS, 8),
                fields.image("image"),
                fields.image("known"));
    }

    Result run(DigitModel from, Consumer<Object> progress) {
        try (NDArray images = DigitImages.array(from.manager(), image);
                NDArray knownPixels = DigitImages.array(from.manager(), known);
                DigitRestorer.Restoration restored = DigitRestorer.of(from)
                        .restore(images, knownPixels, seed, done -> progress.accept(new Progress(done)))) {
            NDIndex some = new NDIndex("0, :{}", completions);
            return new Result(
                    model,
                    seed,
                    Pixels.nested(restored.completions().get(some).toByteArray()),
                    Pixels.nested(restored.mean().toFloatArray()),
                    Pixels.nested(restored.standardDeviation().toFloatArray()),
                    restored.logEvidence().getFloat(0));
        }
    }
}
