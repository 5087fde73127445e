package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The architecture of a network that is not the library's own, as a model's card records it.
 *
 * @param description the network's description of itself
 * @param parameters the shape of each parameter, by its name in the file of the weights
 */
public record BlockCard(String description, Map<String, List<Long>> parameters) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is missing, or a shape is out of range
     */
    public BlockCard {
        if (description == null
                || parameters == null
                || parameters.values().stream().anyMatch(BlockCard::isNoShape)) {
            throw new IllegalArgumentException(
                    "blocks: expected a description and the shape of each parameter in positive numbers, found "
                            + description + ", " + parameters);
        }
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    private static boolean isNoShape(List<Long> shape) {
        return shape == null || shape.stream().anyMatch(size -> size == null || size < 1);
    }

    static BlockCard of(String description, String prefix, Map<String, NDArray> parameters) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> shapes.put(
                prefix + name,
                LongStream.of(parameter.getShape().getShape()).boxed().toList()));
        return new BlockCard(description, shapes);
    }

    Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        parameters.forEach((name, shape) -> shapes.put(name, new Shape(shape)));
        return shapes;
    }

    /** Returns the description up to its first bracket, and the number of parameters. */
    String summary() {
        long count = shapes().values().stream().mapToLong(Shape::size).sum();
        return description.split("[({\\n]", 2)[0].strip() + " of " + count + " parameters";
    }

    /** Fails with a message that names the first parameter in which another network differs. */
    void requireSame(String name, BlockCard found) {
        Map<String, List<Long>> all = new LinkedHashMap<>(parameters);
        found.parameters.forEach(all::putIfAbsent);
        for (String parameter : all.keySet()) {
            List<Long> expected = parameters.get(parameter);
            List<Long> given = found.parameters.get(parameter);
            if (expected == null || !expected.equals(given)) {
                throw new IllegalArgumentException(name + ": " + parameter + ": expected shape "
                        + (expected == null ? "none" : expected) + ", found " + (given == null ? "none" : given)
                        + ". Give the architecture that the model was trained with");
            }
        }
    }
}
