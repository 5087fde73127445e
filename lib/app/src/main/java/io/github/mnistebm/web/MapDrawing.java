package io.github.mnistebm.web;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.tensor.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * The map of a model: a plane through its latents, with the energy on it.
 *
 * @param model the name of the model
 */
record MapDrawing(String model) {

    /** The number of energies along each side. */
    private static final int SIDE = 96;

    /** The share of a side that is left free beyond the draws. */
    private static final double MARGIN = 0.08;

    /**
     * A mean of the draws that are read as a class.
     *
     * @param label the name of the class
     * @param x its first coordinate on the plane
     * @param y its second coordinate
     */
    record Mean(String label, double x, double y) {}

    /**
     * The map.
     *
     * @param model the name of the model
     * @param share the share of the variance of the means that the plane shows
     * @param means the mean of each class; none without a classifier
     * @param halfWidth the map shows coordinates from −halfWidth to halfWidth in both directions
     * @param side the number of energies along each side
     * @param energies E on the plane, row by row from the least second coordinate on, nats
     */
    record Result(String model, double share, List<Mean> means, double halfWidth, int side, float[] energies) {}

    static MapDrawing read(String body, Models models) {
        return new MapDrawing(models.chosen(Fields.of(body, List.of("model"))));
    }

    Result run(Models models) {
        DigitModel from = models.get(model);
        Atlas atlas = models.atlas(model);
        try (NDManager manager = from.manager().newSubManager()) {
            return Scope.compute(() -> {
                NDArray states = manager.create(
                        atlas.states(), new Shape(Atlas.DRAWS, from.energy().dimension()));
                float[] all = atlas.plane().project(states).toFloatArray();
                double farthest = 0;
                for (float coordinate : all) {
                    farthest = Math.max(farthest, Math.abs(coordinate));
                }
                double halfWidth = farthest * (1 + MARGIN);
                NDArray grid = atlas.plane().lift(manager.create(grid(halfWidth), new Shape(SIDE * SIDE, 2)));
                return new Result(
                        model,
                        atlas.plane().share(),
                        means(atlas, manager),
                        halfWidth,
                        SIDE,
                        from.energy().energy(grid).toFloatArray());
            });
        }
    }

    private static List<Mean> means(Atlas atlas, NDManager manager) {
        List<Mean> means = new ArrayList<>();
        if (!atlas.classes().isEmpty()) {
            float[] points = atlas.plane().project(atlas.means(manager)).toFloatArray();
            for (int i = 0; i < atlas.classes().size(); i++) {
                means.add(new Mean(atlas.classes().get(i), points[2 * i], points[2 * i + 1]));
            }
        }
        return means;
    }

    private static float[] grid(double halfWidth) {
        float[] points = new float[2 * SIDE * SIDE];
        for (int i = 0; i < SIDE * SIDE; i++) {
            points[2 * i] = (float) (halfWidth * (2.0 * (i % SIDE) / (SIDE - 1) - 1));
            points[2 * i + 1] = (float) (halfWidth * (2.0 * (i / SIDE) / (SIDE - 1) - 1));
        }
        return points;
    }
}
