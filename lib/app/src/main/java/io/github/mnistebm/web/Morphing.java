package io.github.mnistebm.web;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.landscape.EnergyPath;
import io.github.mnistebm.landscape.NudgedElasticBand;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.web.http.InvalidRequestException;
import java.util.List;

/**
 * The path of least energy between two digits, beside the straight one.
 *
 * @param model the name of the model
 * @param from the class of the first digit
 * @param to the class of the last digit
 * @param seed chooses among the model's draws that are read as these classes
 */
record Morphing(String model, String from, String to, int seed) {

    /** The band is at rest for the eye long before these iterations are over. */
    private static final NudgedElasticBand BAND = new NudgedElasticBand(33, 20, 400, 0.05);

    /**
     * A path.
     *
     * @param energies E along it, nats
     * @param points its coordinates on the map
     * @param frame the images along it, as in the frames of a generation
     */
    record Way(float[] energies, float[][] points, String frame) {}

    /**
     * The two paths.
     *
     * @param request the request for them
     * @param least the path of least energy
     * @param straight the straight path
     */
    record Result(Morphing request, Way least, Way straight) {}

    static Morphing read(String body, Models models) {
        Fields fields = Fields.of(body, List.of("model", "from", "to", "seed"));
        return new Morphing(
                models.chosen(fields),
                fields.text("from", "4"),
                fields.text("to", "9"),
                fields.integer("seed", Integer.MIN_VALUE, Integer.MAX_VALUE, 1));
    }

    Result run(Models models) {
        DigitModel model = models.get(this.model);
        Atlas atlas = models.atlas(this.model);
        require(atlas, "from", from);
        require(atlas, "to", to);
        try (NDManager manager = model.manager().newSubManager();
                NDArray start = atlas.draw(manager, from, seed);
                NDArray end = atlas.draw(manager, to, from.equals(to) ? seed + 1 : seed);
                EnergyPath least = BAND.find(model.energy(), start, end);
                EnergyPath straight = EnergyPath.straight(model.energy(), start, end, BAND.states())) {
            return new Result(this, way(model, atlas, least), way(model, atlas, straight));
        }
    }

    private static void require(Atlas atlas, String field, String name) {
        if (!atlas.classes().contains(name)) {
            String expected = atlas.classes().isEmpty()
                    ? "a model whose images a classifier can read"
                    : "one of " + String.join(", ", atlas.classes());
            throw new InvalidRequestException(field, "expected " + expected + ", found " + name);
        }
    }

    private static Way way(DigitModel model, Atlas atlas, EnergyPath path) {
        return new Way(
                path.energies().toFloatArray(),
                Pixels.pairs(atlas.plane().project(path.states()).toFloatArray()),
                Pixels.frame(model.decode(path.states()).toFloatArray()));
    }
}
