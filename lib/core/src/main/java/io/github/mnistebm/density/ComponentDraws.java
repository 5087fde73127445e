package io.github.mnistebm.density;

import io.github.mnistebm.tensor.Lanes;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Makes draws of a {@link GaussianMixture} from uniform and normal numbers, in plain loops. Several threads may use it at once. */
final class ComponentDraws {

    /** Draws that a thread makes at a time. */
    private static final int BLOCK = 1024;

    private final int dimension;
    private final float[] cumulative;
    /** μₖ, {@code [K][d]}. */
    private final float[][] means;
    /** The columns of Lₖ, {@code [K][d][d]}. */
    private final float[][][] columns;

    /**
     * Takes what a {@link GaussianMixture} is saved as.
     *
     * @param weights {@code [K]}
     * @param means {@code [K * d]}
     * @param factors Lₖ, {@code [K * d * d]}
     */
    ComponentDraws(float[] weights, float[] means, float[] factors) {
        int k = weights.length;
        int d = means.length / k;
        this.dimension = d;
        this.cumulative = cumulative(weights);
        this.means = new float[k][];
        this.columns = new float[k][d][d];
        for (int c = 0; c < k; c++) {
            this.means[c] = Arrays.copyOfRange(means, c * d, (c + 1) * d);
            for (int i = 0; i < d; i++) {
                for (int j = 0; j <= i; j++) {
                    columns[c][j][i] = factors[(c * d + i) * d + j];
                }
            }
        }
    }

    /** Returns the sums of the first weights, {@code [K]}. */
    static float[] cumulative(float[] weights) {
        float[] sums = new float[weights.length];
        double sum = 0;
        for (int c = 0; c < sums.length; c++) {
            sum += weights[c];
            sums[c] = (float) sum;
        }
        return sums;
    }

    /**
     * Makes one draw.
     *
     * @param uniform a number in [0, 1), which chooses the component
     * @param noise normal numbers, {@code [d]}
     * @param draw the draw, {@code [d]}; written
     */
    void draw(float uniform, float[] noise, float[] draw) {
        int found = Arrays.binarySearch(cumulative, uniform);
        // The last sum of the weights may be less than 1 by rounding.
        int c = Math.min(found < 0 ? -found - 1 : found, cumulative.length - 1);
        System.arraycopy(means[c], 0, draw, 0, dimension);
        Lanes.addProducts(noise, 0, dimension, columns[c], draw);
    }

    /**
     * Makes many draws, on all cores.
     *
     * @param uniform a number in [0, 1) for each draw, {@code [n]}
     * @param noise normal numbers, {@code [n * d]}; the draws take their place
     * @param scale the factor of the normal numbers
     */
    void draw(float[] uniform, FloatBuffer noise, float scale) {
        int blocks = (uniform.length + BLOCK - 1) / BLOCK;
        IntStream numbers = IntStream.range(0, blocks);
        (blocks > 1 ? numbers.parallel() : numbers).forEach(block -> {
            float[] normal = new float[dimension];
            float[] draw = new float[dimension];
            for (int row = block * BLOCK; row < Math.min(uniform.length, (block + 1) * BLOCK); row++) {
                noise.get(row * dimension, normal);
                Lanes.scale(normal, scale);
                draw(uniform[row], normal, draw);
                noise.put(row * dimension, draw);
            }
        });
    }
}
