package io.github.mnistebm.landscape;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The means of the points of each class. Immutable. */
public final class ClassMeans {

    private final List<Integer> classes;
    /** The means, one after the other. */
    private final float[] means;

    private ClassMeans(List<Integer> classes, float[] means) {
        this.classes = classes;
        this.means = means;
    }

    /**
     * Computes the means.
     *
     * @param points the points, {@code [n, d]}
     * @param labels the class of each, n unsigned bytes
     * @return the means
     * @throws IllegalArgumentException if there are not as many labels as points
     */
    public static ClassMeans of(NDArray points, byte[] labels) {
        Shape shape = points.getShape();
        if (shape.dimension() != 2 || shape.get(0) != labels.length) {
            throw new IllegalArgumentException(
                    "class means: expected points of shape (" + labels.length + ", d), found " + shape);
        }
        int d = (int) shape.get(1);
        List<Integer> classes = IntStream.range(0, labels.length)
                .map(i -> Byte.toUnsignedInt(labels[i]))
                .distinct()
                .sorted()
                .boxed()
                .toList();
        double[] sums = new double[classes.size() * d];
        int[] counts = new int[classes.size()];
        float[] values = points.toFloatArray();
        for (int i = 0; i < labels.length; i++) {
            int of = classes.indexOf(Byte.toUnsignedInt(labels[i]));
            counts[of]++;
            for (int j = 0; j < d; j++) {
                sums[of * d + j] += values[i * d + j];
            }
        }
        float[] means = new float[sums.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = (float) (sums[i] / counts[i / d]);
        }
        return new ClassMeans(classes, means);
    }

    /**
     * Returns the classes that have points.
     *
     * @return the labels, ascending
     */
    public List<Integer> classes() {
        return classes;
    }

    /**
     * Returns the means.
     *
     * @param manager the owner of the result
     * @return a mean for each of the {@linkplain #classes() classes}, {@code [classes, d]}
     */
    public NDArray in(NDManager manager) {
        return manager.create(
                Arrays.copyOf(means, means.length), new Shape(classes.size(), means.length / classes.size()));
    }
}
