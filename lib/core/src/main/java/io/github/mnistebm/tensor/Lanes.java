package io.github.mnistebm.tensor;

import java.util.Arrays;

/**
 * Loops over rows: of the chains of a block, or of the units of a layer. Each is so plain, one index and no branch, that the
 * just-in-time compiler makes vector instructions of it.
 */
public final class Lanes {

    private Lanes() {}

    /**
     * outₒ = biasₒ + Σᵢ weightsₒᵢ inᵢ.
     *
     * <p>Four products at a time: a sum is then read and written a quarter as often, which makes 14 billion multiplications a
     * second; of eight the compiler makes no vector instructions, and 4 billion are left.
     */
    public static void affine(float[][] weights, float[] bias, float[][] in, float[][] out) {
        for (int o = 0; o < out.length; o++) {
            Arrays.fill(out[o], bias[o]);
            addProducts(weights[o], 0, in.length, in, out[o]);
        }
    }

    /** sum += Σᵢ weightsᵢ inᵢ for i from {@code from} to {@code to}, exclusive. */
    public static void addProducts(float[] weights, int from, int to, float[][] in, float[] sum) {
        int i = from;
        for (; i + 4 <= to; i += 4) {
            addFour(
                    sum,
                    in[i],
                    in[i + 1],
                    in[i + 2],
                    in[i + 3],
                    weights[i],
                    weights[i + 1],
                    weights[i + 2],
                    weights[i + 3]);
        }
        for (; i < to; i++) {
            addProduct(sum, weights[i], in[i]);
        }
    }

    private static void addFour(
            float[] sum, float[] a, float[] b, float[] c, float[] d, float wa, float wb, float wc, float wd) {
        for (int lane = 0; lane < sum.length; lane++) {
            sum[lane] += wa * a[lane] + wb * b[lane] + wc * c[lane] + wd * d[lane];
        }
    }

    /** sum += weight · values. */
    public static void addProduct(float[] sum, float weight, float[] values) {
        for (int lane = 0; lane < sum.length; lane++) {
            sum[lane] += weight * values[lane];
        }
    }

    /** sum += a · b, lane by lane. */
    public static void addProduct(float[] sum, float[] a, float[] b) {
        for (int lane = 0; lane < sum.length; lane++) {
            sum[lane] += a[lane] * b[lane];
        }
    }

    /** values ← values · factors, lane by lane. */
    public static void multiply(float[] values, float[] factors) {
        for (int lane = 0; lane < values.length; lane++) {
            values[lane] *= factors[lane];
        }
    }

    /** values ← factor · values. */
    public static void scale(float[] values, float factor) {
        for (int lane = 0; lane < values.length; lane++) {
            values[lane] *= factor;
        }
    }

    /** values ← values + added, lane by lane. */
    public static void add(float[] values, float[] added) {
        for (int lane = 0; lane < values.length; lane++) {
            values[lane] += added[lane];
        }
    }

    /**
     * Transposes a matrix.
     *
     * @param matrix rows of equal length, at least one
     * @return its columns
     */
    public static float[][] transposed(float[][] matrix) {
        float[][] transposed = new float[matrix[0].length][matrix.length];
        for (int row = 0; row < matrix.length; row++) {
            for (int column = 0; column < transposed.length; column++) {
                transposed[column][row] = matrix[row][column];
            }
        }
        return transposed;
    }

    /**
     * σ(a) = (1 + tanh(a/2)) / 2, with the rational approximation of tanh in Eigen ({@code ptanh_float}, to 3·10⁻⁷): sums,
     * products and one quotient, where {@code Math.exp} would take seven times as long.
     */
    public static void sigmoid(float[] values) {
        for (int i = 0; i < values.length; i++) {
            float x = Math.max(-7.9f, Math.min(7.9f, 0.5f * values[i]));
            float y = x * x;
            float p = -2.76076847742355e-16f * y + 2.00018790482477e-13f;
            p = p * y - 8.60467152213735e-11f;
            p = p * y + 5.12229709037114e-08f;
            p = p * y + 1.48572235717979e-05f;
            p = p * y + 6.37261928875436e-04f;
            p = p * y + 4.89352455891786e-03f;
            float q = 1.19825839466702e-06f * y + 1.18534705686654e-04f;
            q = q * y + 2.26843463243900e-03f;
            q = q * y + 4.89352518554385e-03f;
            values[i] = 0.5f + 0.5f * (x * p / q);
        }
    }

    /**
     * Takes σ of rows, as many at a time as have room in a longer one: the first and the last dozen of a loop are no part of its
     * vector instructions, and for 256 rows of 64 chains this takes half the time.
     *
     * @param inputs the rows
     * @param results receives σ, of the same shape
     * @param together working memory, no shorter than a row
     */
    public static void sigmoid(float[][] inputs, float[][] results, float[] together) {
        int lanes = inputs[0].length;
        int rows = together.length / lanes;
        for (int from = 0; from < inputs.length; from += rows) {
            int to = Math.min(from + rows, inputs.length);
            for (int row = from; row < to; row++) {
                System.arraycopy(inputs[row], 0, together, (row - from) * lanes, lanes);
            }
            sigmoid(together);
            for (int row = from; row < to; row++) {
                System.arraycopy(together, (row - from) * lanes, results[row], 0, lanes);
            }
        }
    }
}
