package io.github.mnistebm.web;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.landscape.PrincipalPlane;
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
 */
record Generation(String model, int images, int seed, Integer steps, double temperature) {

    static final int MAX_IMAGES = 400;
    static final int MAX_STEPS = 10_000;

    /** Steps of all chains together: seconds of work. */
    static final int MAX_CHAIN_STEPS = 1_000_000;

    static final double MIN_TEMPERATURE = 0.1;
    static final double MAX_TEMPERATURE = 5;

    /** On the way from noise, which takes seconds; a picture a tenth of a second. */
    private static final int SNAPSHOTS_FROM_NOISE = 32;

    private static final int SNAPSHOTS_AT_TARGET = 6;

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
            byte[][][] images) {}

    static Generation read(String body, Models models) {
        Fields fields = Fields.of(body, List.of("model", "images", "seed", "steps", "temperature"));
        int images = fields.integer("images", 1, MAX_IMAGES, 16);
        Integer steps = fields.integer("steps", 2, MAX_STEPS, null);
        if (steps != null && (long) images * steps > MAX_CHAIN_STEPS) {
            throw new InvalidRequestException(
                    "steps",
                    "expected at most " + MAX_CHAIN_STEPS / images + " with " + images + " images, found " + steps);
        }
        return new Generation(
                models.chosen(fields),
                images,
                fields.integer("seed", Integer.MIN_VALUE, Integer.MAX_VALUE, 1),
                steps,
                fields.number("temperature", MIN_TEMPERATURE, MAX_TEMPERATURE, 1));
    }

    Result run(Models models, Results results, Consumer<Object> progress) {
        long start = System.nanoTime();
        Result[] last = new Result[1];
        PrincipalPlane plane = models.atlas(model).plane();
        int snapshots = steps == null ? SNAPSHOTS_AT_TARGET : SNAPSHOTS_FROM_NOISE;
        new DigitWalk(models.get(model), start(models), temperature).walk(images, seed, snapshots, snapshot -> {
            float[] energies = snapshot.energies().toFloatArray();
            float[] means = snapshot.means().toFloatArray();
            int step = snapshot.step();
            int all = snapshot.steps();
            double seconds = (System.nanoTime() - start) / 1e9;
            progress.accept(new Progress(
                    step,
                    all,
                    step == 0 ? 0 : seconds * (all - step) / step,
                    snapshot.acceptanceRate(),
                    snapshot.stepSize(),
                    energies,
                    IntStream.range(0, images)
                            .filter(chain -> snapshot.jumped()[chain])
                            .toArray(),
                    Pixels.pairs(plane.project(snapshot.positions()).toFloatArray()),
                    Pixels.frame(means)));
            if (step == all) {
                try (NDArray binary = Binarization.ofMeans(snapshot.means())) {
                    byte[] pixels = binary.toByteArray();
                    double jumps = snapshot.jumpAcceptanceRate();
                    last[0] = new Result(
                            results.add(new Results.Digits(pixels, means, energies)),
                            this,
                            all,
                            snapshot.acceptanceRate(),
                            Double.isNaN(jumps) ? null : jumps,
                            snapshot.stepSize(),
                            energies,
                            models.read(model, binary),
                            Pixels.nested(pixels));
                }
            }
        });
        return last[0];
    }

    private WalkStart start(Models models) {
        if (steps != null) {
            return WalkStart.noise(steps);
        }
        return temperature == 1 ? models.pool(model) : WalkStart.target();
    }
}
