package io.github.mnistebm.web;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonElement;
import io.github.mnistebm.condition.Condition;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.landscape.PrincipalPlane;
import io.github.mnistebm.model.ConditionalSampler;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitWalk;
import io.github.mnistebm.model.WalkStart;
import io.github.mnistebm.web.http.InvalidRequestException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * New digits, by chains.
 *
 * @param model the name of the model
 * @param images the number of chains, each of which ends at a digit
 * @param seed the seed of the random numbers
 * @param steps the number of steps of each chain from noise; null for chains that start at the model's distribution and take few
 * @param temperature T
 * @param given the condition that the digits meet, as it was sent; null for none
 */
record Generation(String model, int images, int seed, Integer steps, double temperature, JsonElement given) {

    static final int MAX_IMAGES = 400;
    static final int MAX_STEPS = 10_000;

    /** Steps of all chains together: seconds of work. */
    static final int MAX_CHAIN_STEPS = 1_000_000;

    static final double MIN_TEMPERATURE = 0.1;
    static final double MAX_TEMPERATURE = 5;

    /** On the way from noise, which takes seconds; a picture a tenth of a second. */
    private static final int SNAPSHOTS_FROM_NOISE = 32;

    private static final int SNAPSHOTS_AT_TARGET = 6;

    private static final String GIVEN = "given";

    /**
     * The state of the chains.
     *
     * @param step the number of steps done
     * @param steps the number of steps in all
     * @param secondsLeft the remaining time at the pace so far, in seconds
     * @param acceptanceRate mean acceptance probability
     * @param stepSize ε
     * @param energies the energies of the chains, nats
     * @param jumped the chains, counted from 0, that have jumped since the event before
     * @param points the chains' coordinates on the map
     * @param frame the probability of each pixel to be white in fifteenths, two pixels a byte, image by image and row by
     *     row, in Base64
     */
    record Progress(
            int step,
            int steps,
            double secondsLeft,
            double acceptanceRate,
            double stepSize,
            float[] energies,
            int[] jumped,
            float[][] points,
            String frame) {}

    /**
     * The digits.
     *
     * @param id the name by which {@code /api/results/} has them as files for a while
     * @param request the request for them
     * @param steps the number of steps of each chain
     * @param acceptanceRate mean acceptance probability after burn-in
     * @param jumpAcceptanceRate the same of jumps; null if there were none
     * @param stepSize ε after burn-in
     * @param energies E of each digit's latent, nats
     * @param readings the class that each digit is read as; null without a classifier
     * @param images 0 and 1, {@code [n][28][28]}
     * @param given the condition, and how many of the model's digits meet it; null without a condition
     */
    record Result(
            String id,
            Generation request,
            int steps,
            double acceptanceRate,
            Double jumpAcceptanceRate,
            double stepSize,
            float[] energies,
            List<Atlas.Reading> readings,
            byte[][][] images,
            Given given) {}

    /**
     * A condition.
     *
     * @param condition the condition in words
     * @param share the share of the model's digits that meet it
     * @param error its standard error
     * @param text both in words
     * @param warning the reason why the digits may not be as asked for; null if there is none
     */
    record Given(String condition, double share, double error, String text, String warning) {

        static Given of(Condition condition, ConditionalSampler.Summary summary) {
            return new Given(
                    condition.toString(),
                    summary.share().value(),
                    summary.share().error(),
                    summary.share().toString(),
                    summary.warning().orElse(null));
        }
    }

    static Generation read(String body, Models models) {
        Fields fields = Fields.of(body, List.of("model", "images", "seed", "steps", "temperature", GIVEN));
        int images = fields.integer("images", 1, MAX_IMAGES, 16);
        Integer steps = fields.integer("steps", 2, MAX_STEPS, null);
        if (steps != null && (long) images * steps > MAX_CHAIN_STEPS) {
            throw new InvalidRequestException(
                    "steps",
                    "expected at most " + MAX_CHAIN_STEPS / images + " with " + images + " images, found " + steps);
        }
        Generation generation = new Generation(
                models.chosen(fields),
                images,
                fields.integer("seed", Integer.MIN_VALUE, Integer.MAX_VALUE, 1),
                steps,
                fields.number("temperature", MIN_TEMPERATURE, MAX_TEMPERATURE, 1),
                fields.sent(GIVEN));
        Condition condition = fields.condition(GIVEN);
        if (condition != null) {
            generation.check(condition, models);
        }
        return generation;
    }

    private void check(Condition condition, Models models) {
        if (steps != null) {
            throw new InvalidRequestException("steps", "cannot be set beside given");
        }
        if (temperature != 1) {
            throw new InvalidRequestException("temperature", "expected 1 beside given, found " + temperature);
        }
        try {
            models.get(model).given(condition);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new InvalidRequestException(GIVEN, e.getMessage());
        }
    }

    Result run(Models models, Results results, Consumer<Object> progress) {
        DigitModel from = models.get(model);
        Ending ending = new Ending(models, progress);
        Given met = null;
        if (given == null) {
            int snapshots = steps == null ? SNAPSHOTS_AT_TARGET : SNAPSHOTS_FROM_NOISE;
            new DigitWalk(from, start(models), temperature).walk(images, seed, snapshots, ending);
        } else {
            Condition condition = Condition.of(GIVEN, given);
            try {
                met = Given.of(
                        condition,
                        ConditionalSampler.of(from, condition).walk(models.draws(model), images, seed, ending));
            } catch (IllegalStateException e) {
                throw new InvalidRequestException(GIVEN, e.getMessage());
            }
        }
        return ending.result(results, met);
    }

    /** Reports the states of chains, and keeps the last one. */
    private final class Ending implements DigitWalk.Watcher {
        private final Models models;
        private final PrincipalPlane plane;
        private final Consumer<Object> progress;
        private final long start = System.nanoTime();
        private Results.Digits digits;
        private List<Atlas.Reading> readings;
        private int steps;
        private double acceptanceRate;
        private double jumpAcceptanceRate;
        private double stepSize;

        Ending(Models models, Consumer<Object> progress) {
            this.models = models;
            this.plane = models.atlas(model).plane();
            this.progress = progress;
        }

        @Override
        public void see(DigitWalk.Snapshot snapshot) {
            float[] energies = snapshot.energies().toFloatArray();
            float[] means = snapshot.means().toFloatArray();
            int step = snapshot.step();
            steps = snapshot.steps();
            acceptanceRate = snapshot.acceptanceRate();
            jumpAcceptanceRate = snapshot.jumpAcceptanceRate();
            stepSize = snapshot.stepSize();
            double seconds = (System.nanoTime() - start) / 1e9;
            progress.accept(new Progress(
                    step,
                    steps,
                    step == 0 ? 0 : seconds * (steps - step) / step,
                    acceptanceRate,
                    stepSize,
                    energies,
                    IntStream.range(0, images)
                            .filter(chain -> snapshot.jumped()[chain])
                            .toArray(),
                    Pixels.pairs(plane.project(snapshot.positions()).toFloatArray()),
                    Pixels.frame(means)));
            if (step == steps) {
                try (NDArray binary = Binarization.ofMeans(snapshot.means())) {
                    digits = new Results.Digits(binary.toByteArray(), means, energies);
                    readings = models.read(model, binary);
                }
            }
        }

        Result result(Results results, Given met) {
            return new Result(
                    results.add(digits),
                    Generation.this,
                    steps,
                    acceptanceRate,
                    Double.isNaN(jumpAcceptanceRate) ? null : jumpAcceptanceRate,
                    stepSize,
                    digits.energies(),
                    readings,
                    Pixels.nested(digits.images()),
                    met);
        }
    }

    private WalkStart start(Models models) {
        if (steps != null) {
            return WalkStart.noise(steps);
        }
        return temperature == 1 ? models.pool(model) : WalkStart.target();
    }
}
