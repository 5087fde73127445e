package io.github.mnistebm.evaluation.likelihood;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.diagnostics.LogMean;
import io.github.mnistebm.sampling.ChainState;
import io.github.mnistebm.sampling.MetropolisAdjustedLangevin;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import java.util.function.IntConsumer;

/**
 * Annealed importance sampling (Neal 2001, "Annealed importance sampling", equations 3 to 7) of the normalizing constant Z of
 * p(u) = exp(−f(u)) q(u) / Z, through the distributions exp(−βₜ f) q with βₜ = t/T, each of which one MALA step leaves as
 * it is.
 *
 * <p>Forwards, from draws of q, the mean weight is an unbiased estimate of Z, and its logarithm on average too low; backwards,
 * from draws of p, the mean of the inverse weights is one of 1/Z, and the estimate of log Z on average too high. The two bound
 * log Z between them (Grosse, Ghahramani &amp; Adams 2015, "Sandwiching the marginal likelihood using bidirectional Monte
 * Carlo"), as far as the draws of p are such.
 */
public final class AnnealedImportanceSampling {

    private final TiltedEnergy energy;
    private final int temperatures;
    private final double stepSize;

    /**
     * Creates an estimator.
     *
     * @param energy f and q
     * @param temperatures T, at least 1
     * @param stepSize the step size of the MALA steps
     * @throws IllegalArgumentException if {@code temperatures} is not positive
     */
    public AnnealedImportanceSampling(TiltedEnergy energy, int temperatures, double stepSize) {
        if (temperatures < 1) {
            throw new IllegalArgumentException("temperatures: must be at least 1, found " + temperatures);
        }
        this.energy = energy;
        this.temperatures = temperatures;
        this.stepSize = stepSize;
    }

    /**
     * Estimates the log-likelihood with log Z from below, so that it is itself on average too high.
     *
     * @param states held-out data, {@code [n, d]} with n &gt; 1
     * @param chains draws of q to start from, at least 2
     * @param random the source of randomness
     * @param progress the consumer of the number of temperatures done
     * @return the estimate
     */
    public LogLikelihood upper(NDArray states, int chains, RandomSource random, IntConsumer progress) {
        return Scope.compute(() -> {
            NDArray start = energy.reference().sample(states.getManager(), chains, random);
            return LogLikelihood.of(energy, states, LogMean.of(logWeights(start, true, random, progress)));
        });
    }

    /**
     * Estimates the log-likelihood with log Z from above, so that it is itself on average too low.
     *
     * @param states held-out data, {@code [n, d]} with n &gt; 1
     * @param samples the samples of p to start from, {@code [chains, d]} with at least 2 chains
     * @param random the source of randomness
     * @param progress the consumer of the number of temperatures done
     * @return the estimate
     */
    public LogLikelihood lower(NDArray states, NDArray samples, RandomSource random, IntConsumer progress) {
        double[] inverse = logWeights(samples, false, random, progress);
        for (int i = 0; i < inverse.length; i++) {
            inverse[i] = -inverse[i];
        }
        return LogLikelihood.of(energy, states, LogMean.of(inverse).inverse());
    }

    /** log w = −Σₜ (βₜ − βₜ₋₁) f(uₜ₋₁), along u₀ … u_T forwards, along u_T … u₀ backwards. */
    double[] logWeights(NDArray start, boolean forwards, RandomSource random, IntConsumer progress) {
        return Scope.compute(() -> {
            NDManager manager = start.getManager();
            NDArray step = Tensors.scalar(manager, stepSize);
            NDArray share = Tensors.scalar(manager, -1.0 / temperatures);
            NDArray total = manager.zeros(start.getShape().slice(0, 1));
            NDArray positions = start.duplicate();
            for (int t = 1; t <= temperatures; t++) {
                Cancellation.check();
                int index = t;
                Scope.run(() -> {
                    if (forwards) {
                        total.addi(energy.tilt().energy(positions).muli(share));
                    }
                    int passed = forwards ? index : temperatures - index + 1;
                    EnergyFunction tilt = energy.tilt().atTemperature((double) temperatures / passed);
                    TiltedEnergy between = new TiltedEnergy(tilt, energy.reference());
                    NDArray moved = new MetropolisAdjustedLangevin(between)
                            .step(ChainState.at(between, positions), step, index, random)
                            .state()
                            .positions();
                    Tensors.copy(moved, positions);
                    if (!forwards) {
                        total.addi(energy.tilt().energy(positions).muli(share));
                    }
                });
                progress.accept(t);
            }
            return total.toType(DataType.FLOAT64, true).toDoubleArray();
        });
    }
}
