package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.diagnostics.LogMean;
import io.github.mnistebm.sampling.SystematicResampling;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.Arrays;

/**
 * Latents of a model that are drawn once and kept: draws of its reference measure, resampled by their weights exp(−f). They give the share that
 * meets a condition, and chains given a condition start at them. Safe for use by several threads.
 */
public final class ModelDraws {

    private static final int DRAWS = 200_000;
    private static final int DRAWS_AT_ONCE = 10_000;
    private static final int KEPT = 20_000;

    /** The number of latents that a reference measure is brought nearer to. */
    private static final int FITTED = 2000;

    private final DigitModel model;
    private final float[] positions;
    private final LogMean weights;

    private ModelDraws(DigitModel model, float[] positions, LogMean weights) {
        this.model = model;
        this.positions = positions;
        this.weights = weights;
    }

    /**
     * Draws latents, which takes seconds.
     *
     * @param model the model; not closed
     * @param random the source of randomness
     * @return the latents
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public static ModelDraws of(DigitModel model, RandomSource random) {
        int d = model.energy().dimension();
        double[] logWeights = new double[DRAWS];
        float[] draws = new float[DRAWS * d];
        for (int from = 0; from < DRAWS; from += DRAWS_AT_ONCE) {
            Cancellation.check();
            int first = from;
            Scope.run(() -> {
                NDArray some = model.reference().sample(model.manager(), DRAWS_AT_ONCE, random);
                float[] tilts = model.energy().tilt().energy(some).toFloatArray();
                for (int i = 0; i < tilts.length; i++) {
                    logWeights[first + i] = Float.isNaN(tilts[i]) ? Double.NEGATIVE_INFINITY : -tilts[i];
                }
                System.arraycopy(some.toFloatArray(), 0, draws, first * d, DRAWS_AT_ONCE * d);
            });
        }
        long[] chosen = chosen(logWeights, KEPT, random);
        return new ModelDraws(model, rows(draws, chosen, d), LogMean.of(logWeights));
    }

    /** Resamples by weights whose logarithms are given. */
    static long[] chosen(double[] logWeights, int count, RandomSource random) {
        double greatest = Arrays.stream(logWeights).max().orElseThrow();
        float[] weights = new float[logWeights.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) Math.exp(logWeights[i] - greatest);
        }
        long[] chosen = new long[count];
        SystematicResampling.choose(
                weights, 0, weights.length, random.forLoops().nextDouble(), chosen, 0, count);
        return chosen;
    }

    private static float[] rows(float[] values, long[] indices, int d) {
        float[] rows = new float[indices.length * d];
        for (int i = 0; i < indices.length; i++) {
            System.arraycopy(values, (int) indices[i] * d, rows, i * d, d);
        }
        return rows;
    }

    /** Returns log ∫ q exp(−f), with its error. */
    LogMean weights() {
        return weights;
    }

    /**
     * The latents, weighted by the probability of a condition.
     *
     * @param logProbabilities the logarithm of p(condition | u) for each
     * @param share their mean
     * @param effectiveSampleSize the number of independent draws given the condition that they are worth
     */
    record Given(double[] logProbabilities, ConditionalSampler.Share share, double effectiveSampleSize) {}

    Given given(EnergyFunction condition) {
        double[] logProbabilities = new double[KEPT];
        int d = condition.dimension();
        Scope.run(() -> {
            NDArray all = model.manager().create(positions, new Shape(KEPT, d));
            float[] energies = condition.energy(all).toFloatArray();
            for (int i = 0; i < KEPT; i++) {
                logProbabilities[i] = Float.isNaN(energies[i]) ? Double.NEGATIVE_INFINITY : -energies[i];
            }
        });
        double sum = 0;
        double squares = 0;
        for (double logProbability : logProbabilities) {
            double p = Math.exp(logProbability);
            sum += p;
            squares += p * p;
        }
        double mean = sum / KEPT;
        // Resampling adds to the variance of the weighted draws.
        double shrinkage = 1 + KEPT / weights.effectiveSampleSize();
        double variance = Math.max(0, squares / KEPT - mean * mean) * shrinkage / KEPT;
        return new Given(
                logProbabilities,
                new ConditionalSampler.Share(mean, Math.sqrt(variance)),
                sum * sum / Math.max(Double.MIN_NORMAL, squares) / shrinkage);
    }

    /** Returns the reference measure, brought nearer to the latents that meet a condition. */
    ReferenceMeasure reference(NDManager manager, Given given, RandomSource random) {
        return Scope.compute(() -> model.reference().towards(manager, choose(model.manager(), given, FITTED, random)));
    }

    /** Chooses latents by the probability of a condition. */
    NDArray choose(NDManager manager, Given given, int count, RandomSource random) {
        int d = model.energy().dimension();
        return manager.create(rows(positions, chosen(given.logProbabilities(), count, random), d), new Shape(count, d));
    }
}
