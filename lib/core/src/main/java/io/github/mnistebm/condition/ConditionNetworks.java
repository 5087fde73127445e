package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.morphology.Measure;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The networks that conditions take: p(class | u), a softmax, and p(measure of the decoded image | u), for each measure a logistic
 * distribution of location and scale. They belong to one model. Several threads may use them at once.
 */
public final class ConditionNetworks {

    static final int CLASS_UNITS = 128;
    static final int MEASURE_UNITS = 128;

    /** The number of measures. */
    static final int MEASURES = Measure.values().length;

    /** The number of steps between the quantiles 0 and 1 that are kept. */
    static final int QUANTILE_STEPS = 100;

    private static final String CLASSES = "class.";
    private static final String MEASURE = "measure.";
    private static final String QUANTILES = "quantiles";

    private final LatentNetwork classNetwork;
    private final LatentNetwork measureNetwork;
    private final NDArray quantiles;

    private ConditionNetworks(LatentNetwork classNetwork, LatentNetwork measureNetwork, NDArray quantiles) {
        this.classNetwork = classNetwork;
        this.measureNetwork = measureNetwork;
        this.quantiles = quantiles;
    }

    /** Creates networks whose parameters are zero. */
    static ConditionNetworks zeros(NDManager owner, int dimension, int classes) {
        return new ConditionNetworks(
                new LatentNetwork(owner, dimension, CLASS_UNITS, classes),
                new LatentNetwork(owner, dimension, MEASURE_UNITS, 2 * MEASURES),
                Scope.owned(owner, owner.zeros(new Shape(MEASURES, QUANTILE_STEPS + 1))));
    }

    /**
     * Returns the shapes of the tensors that a file holds.
     *
     * @param dimension d
     * @param classes the number of classes; at least 2
     * @return the shape of each tensor by name
     */
    public static Map<String, Shape> shapes(int dimension, int classes) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        LatentNetwork.shapes(dimension, CLASS_UNITS, classes)
                .forEach((name, shape) -> shapes.put(CLASSES + name, shape));
        LatentNetwork.shapes(dimension, MEASURE_UNITS, 2 * MEASURES)
                .forEach((name, shape) -> shapes.put(MEASURE + name, shape));
        shapes.put(QUANTILES, new Shape(MEASURES, QUANTILE_STEPS + 1));
        return shapes;
    }

    /**
     * Makes networks of the tensors of a file.
     *
     * @param owner the owner of the parameters
     * @param dimension d
     * @param classes the number of classes
     * @param tensors the values by name, of the {@link #shapes}
     * @return the networks
     */
    public static ConditionNetworks of(NDManager owner, int dimension, int classes, Map<String, NDArray> tensors) {
        ConditionNetworks networks = zeros(owner, dimension, classes);
        networks.tensors().forEach((name, tensor) -> Tensors.copy(tensors.get(name), tensor));
        return networks;
    }

    /**
     * Returns the tensors that a file holds.
     *
     * @return the parameters and the quantiles by name; they stay this object's
     */
    public Map<String, NDArray> tensors() {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        classNetwork.namedParameters().forEach((name, tensor) -> tensors.put(CLASSES + name, tensor));
        measureNetwork.namedParameters().forEach((name, tensor) -> tensors.put(MEASURE + name, tensor));
        tensors.put(QUANTILES, quantiles);
        return tensors;
    }

    /**
     * Returns the dimension of a latent.
     *
     * @return d
     */
    public int dimension() {
        return classNetwork.inputs();
    }

    /**
     * Returns how many classes there are.
     *
     * @return 10 for digits
     */
    public int classes() {
        return classNetwork.outputs();
    }

    /**
     * Computes the probabilities of the classes.
     *
     * @param latents u, {@code [n, d]}
     * @return p(class | u), {@code [n, classes]}, attached to the manager of the latents
     */
    public NDArray probabilities(NDArray latents) {
        return Scope.compute(() -> classNetwork.outputs(latents).softmax(1));
    }

    /**
     * Computes the distributions of the measures.
     *
     * @param latents u, {@code [n, d]}
     * @return for each measure, in the order of {@link Measure}, the location μ and the logarithm of the scale of a logistic distribution, in
     *     the unit of the measure: all locations first, {@code [n, 12]}, attached to the manager of the latents
     */
    public NDArray measures(NDArray latents) {
        return Scope.compute(() -> measureNetwork.outputs(latents));
    }

    /**
     * Returns a quantile of the training images.
     *
     * @param measure the measure
     * @param share the share of images with a lower value; from 0 to 1
     * @return the value, in the unit of the measure
     */
    public double quantile(Measure measure, double share) {
        float[] row = Scope.compute(() -> quantiles.get(measure.ordinal()).toFloatArray());
        double at = share * QUANTILE_STEPS;
        int below = Math.min((int) at, QUANTILE_STEPS - 1);
        return row[below] + (at - below) * (row[below + 1] - row[below]);
    }

    /**
     * Returns the share of the training images with a lower value of a measure: the inverse of {@link #quantile}.
     *
     * @param measure the measure
     * @param value the value, in the unit of the measure
     * @return the share, from 0 to 1
     */
    public double share(Measure measure, double value) {
        float[] row = Scope.compute(() -> quantiles.get(measure.ordinal()).toFloatArray());
        int above = 0;
        while (above < row.length && row[above] < value) {
            above++;
        }
        if (above == 0 || above == row.length) {
            return above == 0 ? 0 : 1;
        }
        return (above - (row[above] - value) / (row[above] - row[above - 1])) / QUANTILE_STEPS;
    }

    EnergyFunction ofClasses(List<Integer> asked, List<Integer> others) {
        return new LinkedEnergy(classNetwork, new ClassLink(asked, others));
    }

    EnergyFunction ofInterval(Measure measure, double low, double high) {
        return new LinkedEnergy(
                measureNetwork, new IntervalLink(measure.ordinal(), MEASURES + measure.ordinal(), low, high));
    }

    LatentNetwork classNetwork() {
        return classNetwork;
    }

    LatentNetwork measureNetwork() {
        return measureNetwork;
    }

    NDArray quantiles() {
        return quantiles;
    }
}
