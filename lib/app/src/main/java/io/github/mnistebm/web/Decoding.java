package io.github.mnistebm.web;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.tensor.Scope;
import java.util.List;

/**
 * The image at a point of the map.
 *
 * @param model the name of the model
 * @param x the first coordinate of the point
 * @param y the second coordinate
 */
record Decoding(String model, double x, double y) {

    /** Farther out than any map. */
    private static final double FARTHEST = 100;

    /**
     * The image.
     *
     * @param energy E at the point, nats
     * @param reading the class that the image is read as; null without a classifier
     * @param frame the probability of each pixel to be white, as in the frames of a generation
     */
    record Result(double energy, Atlas.Reading reading, String frame) {}

    static Decoding read(String body, Models models) {
        Fields fields = Fields.of(body, List.of("model", "x", "y"));
        return new Decoding(
                models.chosen(fields),
                fields.number("x", -FARTHEST, FARTHEST, 0),
                fields.number("y", -FARTHEST, FARTHEST, 0));
    }

    Result run(Models models) {
        DigitModel from = models.get(model);
        Atlas atlas = models.atlas(model);
        try (NDManager manager = from.manager().newSubManager()) {
            return Scope.compute(() -> {
                NDArray point = manager.create(new float[] {(float) x, (float) y}, new Shape(1, 2));
                NDArray state = atlas.plane().lift(point);
                List<Atlas.Reading> readings = models.read(model, from.decodeBinary(state));
                return new Result(
                        from.energy().energy(state).getFloat(0),
                        readings == null ? null : readings.get(0),
                        Pixels.frame(from.decode(state).toFloatArray()));
            });
        }
    }
}
