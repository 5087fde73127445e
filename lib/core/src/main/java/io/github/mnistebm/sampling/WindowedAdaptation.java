package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Burn-in in the windows of Stan (Stan Reference Manual, "Automatic parameter tuning"): the step size adapts in every step. After a first
 * part, in which the chains find their way, come windows of doubling length. At the end of each, the covariance of the states of all chains
 * in it becomes the metric, and the step size adapts anew. In a last part the step size adapts to the last metric.
 *
 * <p>All chains have one step size. In the first part it adapts to the harmonic mean of their acceptances (Hoffman, Radul &amp; Sountsov
 * 2021, "An adaptive-MCMC scheme for setting trajectory lengths in Hamiltonian Monte Carlo"): a chain that starts where the energy is so
 * steep that it never moves hardly counts in a mean, and would stay there for good.
 *
 * <p>The acceptance of each step and the states of the windows are read from the device.
 */
final class WindowedAdaptation implements IntConsumer {

    private static final int FIRST_PART = 75;
    private static final int FIRST_WINDOW = 25;
    private static final int LAST_PART = 50;

    /** With less burn-in no metric is estimated. */
    private static final int LEAST_BURN_IN = 20;

    /** The probability that counts in a harmonic mean in the place of smaller ones. */
    private static final double LEAST_ACCEPTANCE = 1e-6;

    private final Chains chains;
    private final int burnIn;
    /** The number of steps of the first part. */
    private final int firstPart;

    private final DualAveraging stepSize;
    private final CovarianceEstimate covariance;
    /** The numbers of steps at which windows begin or end; empty without a metric. */
    private final List<Integer> bounds;

    WindowedAdaptation(Chains chains, int dimension, SamplerConfig config) {
        this.chains = chains;
        this.burnIn = config.burnIn();
        this.firstPart = firstPart(burnIn);
        this.stepSize = new DualAveraging(config.stepSize(), config.targetAcceptance());
        this.covariance = new CovarianceEstimate(dimension, config.adaptation() == Adaptation.DENSE_METRIC);
        this.bounds = config.adaptation().hasMetric() ? bounds(burnIn) : List.of();
    }

    /** Returns the harmonic mean, which one chain that does not move brings to nearly 0; NaN without a chain. */
    private static double harmonicMean(float[] acceptances) {
        double sum = 0;
        for (float acceptance : acceptances) {
            sum += 1 / Math.max(acceptance, LEAST_ACCEPTANCE);
        }
        return acceptances.length / sum;
    }

    private static int firstPart(int burnIn) {
        return burnIn < FIRST_PART + FIRST_WINDOW + LAST_PART ? (int) (0.15 * burnIn) : FIRST_PART;
    }

    /** Returns the numbers of steps at which the first window begins and each window ends; empty if burn-in is too short. */
    static List<Integer> bounds(int burnIn) {
        List<Integer> bounds = new ArrayList<>();
        if (burnIn < LEAST_BURN_IN) {
            return bounds;
        }
        if (burnIn < FIRST_PART + FIRST_WINDOW + LAST_PART) {
            return List.of(firstPart(burnIn), burnIn - (int) (0.1 * burnIn));
        }
        int last = burnIn - LAST_PART;
        bounds.add(FIRST_PART);
        int length = FIRST_WINDOW;
        for (int end = FIRST_PART + length; end < last; end += length) {
            bounds.add(end);
            length *= 2;
            if (end + 3 * length > last) {
                // The window after the next would not fit.
                break;
            }
        }
        bounds.add(last);
        return bounds;
    }

    /** Adapts to a step of burn-in, the number of which counts from 1. */
    @Override
    public void accept(int step) {
        double acceptance = step <= firstPart ? harmonicMean(chains.lastAcceptances()) : chains.lastAcceptance();
        if (acceptance >= 0) {
            chains.setStepSize(stepSize.update(acceptance));
        }
        if (!bounds.isEmpty() && step > bounds.get(0) && step <= bounds.get(bounds.size() - 1)) {
            try (NDArray positions = chains.positions()) {
                covariance.add(positions.toFloatArray());
            }
            if (bounds.contains(step)) {
                chains.setMetric(covariance.metric());
                covariance.clear();
                stepSize.restart(stepSize.average());
            }
        }
        if (step == firstPart) {
            stepSize.restart(stepSize.average());
        }
        if (step == burnIn && acceptance >= 0) {
            chains.setStepSize(stepSize.average());
        }
    }
}
