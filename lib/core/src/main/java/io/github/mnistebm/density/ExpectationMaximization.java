package io.github.mnistebm.density;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Fits a mixture of normal distributions by expectation maximization (Dempster, Laird &amp; Rubin 1977), from means that are
 * spread over the data (k-means++, Arthur &amp; Vassilvitskii 2007). Most iterations see a random part of the data only, which is
 * enough to find where the components belong; the last ones see all.
 */
public final class ExpectationMaximization {

    /** Added to the diagonal of each covariance, so that no component collapses onto a few points. */
    private static final double RIDGE = 1e-3;

    private static final long ROWS_AT_ONCE = 4096;

    /** The most values at once. Each row needs a matrix, so that high dimensions allow fewer rows. */
    private static final long VALUES_AT_ONCE = 1L << 24;

    /** All but the last quarter of the iterations see a quarter of the data, or this many for each component. */
    private static final int FIRST_PART = 4;

    private static final int MIN_ROWS = 200;

    private ExpectationMaximization() {}

    /**
     * Fits a mixture.
     *
     * @param parent the parent of the manager that owns the mixture
     * @param data {@code [n, d]}
     * @param components K, at least 1 and at most n
     * @param iterations at least 1
     * @param random the source of randomness
     * @param progress the consumer of the share of the work that is done, from 0 to 1
     * @return the mixture
     * @throws IllegalArgumentException if there are fewer data than components
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public static GaussianMixture fit(
            NDManager parent,
            NDArray data,
            int components,
            int iterations,
            RandomSource random,
            DoubleConsumer progress) {
        return fit(parent, () -> data, components, iterations, random, progress);
    }

    /**
     * Fits a mixture to draws of a distribution, with new draws at each iteration, so that it does not fit the accidents of one set of
     * draws.
     *
     * @param parent the parent of the manager that owns the mixture
     * @param draws the supplier of draws, {@code [n, d]}; their rows are always in the same order, if each belongs to a datum
     * @param components K, at least 1 and at most n
     * @param iterations at least 1
     * @param random the source of randomness
     * @param progress the consumer of the share of the work that is done, from 0 to 1
     * @return the mixture
     * @throws IllegalArgumentException if there are fewer draws than components
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public static GaussianMixture fit(
            NDManager parent,
            Supplier<NDArray> draws,
            int components,
            int iterations,
            RandomSource random,
            DoubleConsumer progress) {
        NDArray first = draws.get();
        long n = first.getShape().get(0);
        GaussianMixture mixture = start(parent, first, components, random);
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            long part = Math.min(n, Math.max(n / FIRST_PART, (long) MIN_ROWS * components));
            NDArray some =
                    random.permutation(first.getManager(), Math.toIntExact(n)).get(new NDIndex().addSliceDim(0, part));
            int last = Math.max(1, iterations / FIRST_PART);
            double ofParts = (double) (iterations - last) * part;
            double ofAll = (double) last * n;
            double work = ofParts + ofAll;
            if (iterations > last) {
                Supplier<NDArray> parts = () -> draws.get().get(new NDIndex().addIndices("{}", some));
                GaussianMixture from = mixture;
                mixture =
                        refine(parent, from, parts, iterations - last, done -> progress.accept(done * ofParts / work));
                from.close();
            }
            return refine(parent, mixture, draws, last, done -> progress.accept((ofParts + done * ofAll) / work));
        } finally {
            mixture.close();
        }
    }

    /**
     * Goes on with a fit, such as to draws of a distribution that has changed. Each iteration sees all draws.
     *
     * @param parent the parent of the manager that owns the result
     * @param from the mixture to go on from; kept
     * @param draws the supplier of draws, {@code [n, d]}
     * @param iterations at least 1
     * @param progress the consumer of the share of the work that is done, from 0 to 1
     * @return another mixture
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public static GaussianMixture refine(
            NDManager parent, GaussianMixture from, Supplier<NDArray> draws, int iterations, DoubleConsumer progress) {
        GaussianMixture mixture = from;
        for (int iteration = 0; iteration < iterations; iteration++) {
            GaussianMixture last = mixture;
            double done = iteration;
            try {
                mixture = Scope.compute(() -> {
                    NDArray data = draws.get();
                    double rows = data.getShape().get(0);
                    return iterate(parent, data, last, seen -> progress.accept((done + seen / rows) / iterations));
                });
            } finally {
                if (last != from) {
                    last.close();
                }
            }
        }
        return mixture;
    }

    /** Equal weights and unit covariances. */
    private static GaussianMixture start(NDManager parent, NDArray data, int components, RandomSource random) {
        long n = data.getShape().get(0);
        int d = (int) data.getShape().get(1);
        if (components < 1 || components > n) {
            throw new IllegalArgumentException("mixture: expected 1 to " + n + " components, found " + components);
        }
        double[] weights = new double[components];
        Arrays.fill(weights, 1.0 / components);
        double[][] covariances = new double[components][d * d];
        for (double[] covariance : covariances) {
            for (int i = 0; i < d; i++) {
                covariance[i * d + i] = 1;
            }
        }
        return GaussianMixture.of(parent, weights, spreadMeans(data, components, random.forLoops()), covariances);
    }

    /** Data points, each drawn with a probability proportional to its squared distance from those before it. */
    private static double[][] spreadMeans(NDArray data, int components, SplittableRandom random) {
        double[][] means = new double[components][];
        Scope.run(() -> {
            NDArray nearest = data.zerosLike().sum(new int[] {1}).add(1);
            for (int c = 0; c < components; c++) {
                Cancellation.check();
                means[c] = nextMean(data, nearest, c == 0, random);
            }
        });
        return means;
    }

    /** Draws a data point by the squared distances from the points before it, which it updates in place. */
    private static double[] nextMean(NDArray data, NDArray nearest, boolean first, SplittableRandom random) {
        return Scope.compute(() -> {
            NDArray cumulative = nearest.toType(DataType.FLOAT64, false).cumSum(0);
            NDArray chosen =
                    cumulative.lt(cumulative.get(-1).mul(random.nextDouble())).countNonzero();
            NDArray mean = data.get(Math.min(chosen.getLong(), data.getShape().get(0) - 1));
            NDArray distances = data.sub(mean).square().sum(new int[] {1});
            Tensors.copy(first ? distances : NDArrays.minimum(nearest, distances), nearest);
            return mean.toType(DataType.FLOAT64, true).toDoubleArray();
        });
    }

    private static GaussianMixture iterate(
            NDManager parent, NDArray data, GaussianMixture mixture, LongConsumer rowsSeen) {
        long n = data.getShape().get(0);
        int d = mixture.dimension();
        int k = mixture.components();
        double[] masses;
        double[] firsts;
        double[] seconds;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDManager manager = data.getManager();
            NDArray mass = manager.zeros(new Shape(k), DataType.FLOAT64);
            NDArray first = manager.zeros(new Shape(k, d), DataType.FLOAT64);
            NDArray second = manager.zeros(new Shape(k, d * d), DataType.FLOAT64);
            long rowsAtOnce = Math.max(1, Math.min(ROWS_AT_ONCE, VALUES_AT_ONCE / ((long) d * d)));
            for (long from = 0; from < n; from += rowsAtOnce) {
                Cancellation.check();
                long to = Math.min(n, from + rowsAtOnce);
                NDIndex part = new NDIndex().addSliceDim(from, to);
                Scope.run(() -> {
                    NDArray rows = data.get(part);
                    NDArray shares = mixture.responsibilities(rows).transpose();
                    NDArray squares = rows.expandDims(2).mul(rows.expandDims(1)).reshape(-1, (long) d * d);
                    mass.addi(shares.sum(new int[] {1}).toType(DataType.FLOAT64, false));
                    first.addi(shares.matMul(rows).toType(DataType.FLOAT64, false));
                    second.addi(shares.matMul(squares).toType(DataType.FLOAT64, false));
                });
                rowsSeen.accept(to);
            }
            masses = mass.toDoubleArray();
            firsts = first.toDoubleArray();
            seconds = second.toDoubleArray();
        }
        double[] weights = new double[k];
        double[][] means = new double[k][d];
        double[][] covariances = new double[k][d * d];
        for (int c = 0; c < k; c++) {
            // A component that has lost all its points keeps a weight that differs from zero.
            double mass = Math.max(masses[c], 1e-3);
            weights[c] = mass / n;
            for (int i = 0; i < d; i++) {
                means[c][i] = firsts[c * d + i] / mass;
            }
            for (int i = 0; i < d; i++) {
                for (int j = 0; j < d; j++) {
                    covariances[c][i * d + j] =
                            seconds[(c * d + i) * d + j] / mass - means[c][i] * means[c][j] + (i == j ? RIDGE : 0);
                }
            }
        }
        double sum = Arrays.stream(weights).sum();
        return GaussianMixture.of(
                parent, Arrays.stream(weights).map(weight -> weight / sum).toArray(), means, covariances);
    }
}
