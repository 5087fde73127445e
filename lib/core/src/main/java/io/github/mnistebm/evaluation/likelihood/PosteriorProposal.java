package io.github.mnistebm.evaluation.likelihood;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import java.util.SplittableRandom;

/**
 * The distributions that latents of n observations are drawn from: their Laplace approximations, wider by a little, so that they cover
 * what these miss, with a share of much wider ones, which bounds the weights of the draws there.
 *
 * @param posterior the approximations
 */
record PosteriorProposal(LaplaceApproximation posterior) {

    private static final double SCALE = 1.1;
    private static final double WIDE_SCALE = 1.6;
    private static final double WIDE_SHARE = 0.15;

    private int dimension() {
        return (int) posterior.means().getShape().get(2);
    }

    /** Draws latents, {@code [n * count, d]}, of which the first {@code count} are for the first observation. */
    NDArray sample(int count, RandomSource random) {
        int rows = (int) posterior.means().getShape().get(0) * count;
        SplittableRandom choice = random.forLoops();
        float[] scales = new float[rows];
        for (int i = 0; i < rows; i++) {
            scales[i] = (float) (choice.nextDouble() < WIDE_SHARE ? WIDE_SCALE : SCALE);
        }
        return posterior.latents(random.normal(posterior.means().getManager(), new Shape(rows, dimension()))
                .muli(posterior.means().getManager().create(scales, new Shape(rows, 1))));
    }

    /** Computes the logarithm of the density of latents, {@code [n * count, d]}. */
    double[] logDensities(NDArray latents) {
        double[] logs = posterior
                .coordinates(latents)
                .square()
                .sum(new int[] {1})
                .toType(DataType.FLOAT64, false)
                .toDoubleArray();
        float[] volumes = posterior.logDeterminants().toFloatArray();
        int count = logs.length / volumes.length;
        for (int i = 0; i < logs.length; i++) {
            double narrow = Math.log1p(-WIDE_SHARE) + logNormal(logs[i], SCALE);
            double wide = Math.log(WIDE_SHARE) + logNormal(logs[i], WIDE_SCALE);
            logs[i] = logSum(narrow, wide) - volumes[i / count];
        }
        return logs;
    }

    private double logNormal(double squaredDistance, double scale) {
        return -squaredDistance / (2 * scale * scale) - dimension() * (Math.log(2 * Math.PI) / 2 + Math.log(scale));
    }

    /** Computes log(exp(a) + exp(b)). */
    static double logSum(double a, double b) {
        return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
    }
}
