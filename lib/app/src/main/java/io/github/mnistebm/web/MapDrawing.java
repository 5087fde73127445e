package io.github.mnistebm.web;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.tensor.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * The map of a model: the plane of its {@link Atlas}, with the energy of the draws' places on it. That is the free energy −log p(x, y),
 * since all other coordinates are free, from a kernel estimate of the density.
 *
 * @param model the name of the model
 */
record MapDrawing(String model) {

    /** The number of energies along each side. */
    private static final int SIDE = 64;

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
     * @param energies the free energies, row by row from the least second coordinate on, nats
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
                return new Result(
                        model,
                        atlas.plane().share(),
                        means(atlas, manager),
                        halfWidth,
                        SIDE,
                        freeEnergies(all, halfWidth));
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

    /** Returns −log of the kernel estimate, with Scott's bandwidth (Scott 1992) for each coordinate. */
    private static float[] freeEnergies(float[] points, double halfWidth) {
        int n = points.length / 2;
        double[] precision = new double[2];
        for (int axis = 0; axis < 2; axis++) {
            double sum = 0;
            double squares = 0;
            for (int i = axis; i < points.length; i += 2) {
                sum += points[i];
                squares += points[i] * points[i];
            }
            double variance = squares / n - sum * sum / n / n;
            precision[axis] = 1 / (variance * Math.pow(n, -1.0 / 3));
        }
        float[] energies = new float[SIDE * SIDE];
        for (int cell = 0; cell < energies.length; cell++) {
            double x = halfWidth * (2.0 * (cell % SIDE) / (SIDE - 1) - 1);
            double y = halfWidth * (2.0 * (cell / SIDE) / (SIDE - 1) - 1);
            double density = 0;
            for (int i = 0; i < points.length; i += 2) {
                double dx = x - points[i];
                double dy = y - points[i + 1];
                density += Math.exp(-(dx * dx * precision[0] + dy * dy * precision[1]) / 2);
            }
            // The estimate is 0 in single precision far from all draws; a finite energy can be drawn.
            energies[cell] = (float) -Math.log(Math.max(density / n, 1e-6));
        }
        return energies;
    }
}
