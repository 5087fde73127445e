package io.github.mnistebm.evaluation.likelihood;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.diagnostics.LogMean;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Mean log-likelihood of states under p(u) = exp(−f(u)) q(u) / Z, with the normalizing constant by importance sampling from
 * the reference measure,
 *
 * <pre>Z = E_q[exp(−f)] ≈ mean over uᵢ ~ q of exp(−f(uᵢ))</pre>
 *
 * <p>The estimate of Z is unbiased, so that of log Z is too low by about half its squared relative error, and the
 * log-likelihood too high by as much. Believe it where the effective sample size is large.
 *
 * @param nats the mean over the states
 * @param standardError the standard error of {@code nats}, from the states and from Z
 * @param logNormalizer log Z
 * @param effectiveSampleSize (Σ wᵢ)² / Σ wᵢ² of the weights wᵢ = exp(−f(uᵢ)) (Kong 1992)
 * @param draws the number of draws from q
 */
public record LogLikelihood(
        double nats, double standardError, double logNormalizer, double effectiveSampleSize, int draws) {

    private static final int DRAWS_AT_ONCE = 5000;

    /**
     * Estimates the log-likelihood.
     *
     * @param energy the model
     * @param states held-out data, {@code [n, d]} with n &gt; 1
     * @param draws the number of draws from the reference measure, at least 2
     * @param random the source of randomness
     * @return the estimate
     * @throws IllegalArgumentException if there are too few states or draws
     */
    public static LogLikelihood of(TiltedEnergy energy, NDArray states, int draws, RandomSource random) {
        if (states.getShape().get(0) < 2 || draws < 2) {
            throw new IllegalArgumentException("log-likelihood: expected at least 2 states and 2 draws, found "
                    + states.getShape().get(0) + " and " + draws);
        }
        return of(energy, states, normalizer(energy, states.getManager(), draws, random));
    }

    /** With an estimate of Z from elsewhere. */
    static LogLikelihood of(TiltedEnergy energy, NDArray states, LogMean normalizer) {
        LogLikelihood unnormalized = unnormalized(energy, states);
        return new LogLikelihood(
                unnormalized.nats - normalizer.value(),
                Math.hypot(unnormalized.standardError, normalizer.standardError()),
                normalizer.value(),
                normalizer.effectiveSampleSize(),
                normalizer.draws());
    }

    /**
     * Computes the log-likelihood under the reference measure alone, which needs no estimate.
     *
     * @param reference q
     * @param states held-out data, {@code [n, d]} with n &gt; 1
     * @return the log-likelihood; log Z is 0, and nothing is drawn
     */
    public static LogLikelihood of(ReferenceMeasure reference, NDArray states) {
        return unnormalized(reference, states);
    }

    /**
     * Puts log-likelihoods below each other.
     *
     * @param found the estimates by name
     * @return a row each: nats, standard error, effective sample size and number of the draws that its normalizing constant is
     *     from, which are empty where that is known
     */
    public static Table table(Map<String, LogLikelihood> found) {
        StringColumn names = StringColumn.create("distribution");
        DoubleColumn nats = DoubleColumn.create("nats");
        DoubleColumn errors = DoubleColumn.create("standard error");
        DoubleColumn sizes = DoubleColumn.create("effective sample size");
        IntColumn draws = IntColumn.create("draws");
        found.forEach((name, one) -> {
            names.append(name);
            nats.append(one.nats);
            errors.append(one.standardError);
            if (one.draws == 0) {
                sizes.appendMissing();
                draws.appendMissing();
            } else {
                sizes.append(one.effectiveSampleSize);
                draws.append(one.draws);
            }
        });
        return Table.create("held-out log-likelihood of the latents", names, nats, errors, sizes, draws);
    }

    /** Minus the mean energy, as if it were normalized. */
    private static LogLikelihood unnormalized(EnergyFunction energy, NDArray states) {
        float[] energies = Scope.compute(() -> energy.energy(states).toFloatArray());
        double mean = 0;
        for (float value : energies) {
            mean += (double) value / energies.length;
        }
        double variance = 0;
        for (float value : energies) {
            variance += (value - mean) * (value - mean) / (energies.length - 1);
        }
        return new LogLikelihood(-mean, Math.sqrt(variance / energies.length), 0, 0, 0);
    }

    /** Estimates log Z by importance sampling from the reference measure. */
    static LogMean normalizer(TiltedEnergy energy, NDManager manager, int draws, RandomSource random) {
        double[] logWeights = new double[draws];
        for (int from = 0; from < draws; from += DRAWS_AT_ONCE) {
            Cancellation.check();
            int count = Math.min(DRAWS_AT_ONCE, draws - from);
            float[] tilts = Scope.compute(() -> energy.tilt()
                    .energy(energy.reference().sample(manager, count, random))
                    .toFloatArray());
            for (int i = 0; i < count; i++) {
                logWeights[from + i] = -tilts[i];
            }
        }
        return LogMean.of(logWeights);
    }
}
