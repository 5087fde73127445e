package io.github.mnistebm.web;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.landscape.FreeEnergy;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.tensor.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * The map of a model: the plane of its {@link Atlas}, with the {@linkplain FreeEnergy free energy} of the model on it.
 *
 * @param model the name of the model
 */
record MapDrawing(String model) {

    /** The number of energies along each side. */
    private static final int SIDE = 64;

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
                FreeEnergy energy = FreeEnergy.of(atlas.plane(), states, SIDE);
                return new Result(
                        model, atlas.plane().share(), means(atlas, manager), energy.halfWidth(), SIDE, energy.values());
            });
        }
    }

    private static List<Mean> means(Atlas atlas, NDManager manager) {
        List<Mean> means = new ArrayList<>();
        atlas.means().ifPresent(known -> {
            float[] points = atlas.plane().project(known.in(manager)).toFloatArray();
            for (int i = 0; i < atlas.classes().size(); i++) {
                means.add(new Mean(atlas.classes().get(i), points[2 * i], points[2 * i + 1]));
            }
        });
        return means;
    }
}
