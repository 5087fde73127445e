package io.github.mnistebm.energy.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.sampling.Chains;
import io.github.mnistebm.sampling.TransitionKernel;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.TrainingHistory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Contrastive divergence (Hinton 2002). The gradient of the negative log-likelihood is that of
 *
 * <pre>mean f(data) − mean f(negatives)</pre>
 *
 * with negatives that chains bring from the present model; the reference measure, which has no parameters to train,
 * cancels.
 *
 * <p>Where the reference measure q resembles the data, draws uᵢ of it can share the work of the chains: by self-normalized
 * importance sampling, Σ wᵢ f(uᵢ) with wᵢ ∝ exp(−f(uᵢ)) estimates the same expectation (Bengio &amp; Senécal 2003), from draws
 * that have no memory. The negatives' mean is then half the chains' and half that of the weighted draws: the chains see what
 * the draws miss, where q is too small.
 *
 * @param config the numbers of chains, draws and steps, and the energy penalty; the step size adapts to the acceptance of the configuration's sampler
 * @param kernel makes the kernel of the chains for an energy, such as {@code MetropolisAdjustedLangevin::new}
 */
public record ContrastiveDivergence(EnergyTrainingConfig config, Function<TiltedEnergy, TransitionKernel> kernel)
        implements EnergyLoss {

    /** Mean energy of the data, a column of the history. */
    public static final String DATA_ENERGY = "data energy";

    /** Mean energy of the negatives, a column of the history. */
    public static final String NEGATIVE_ENERGY = "negative energy";

    /** Data energy less negative energy: about 0 while the chains keep up with the model. */
    public static final String ENERGY_GAP = "energy gap";

    /** Mean acceptance probability of the chains, a column of the history. */
    public static final String ACCEPTANCE = "acceptance";

    /** Step size of the chains at the epoch's end, a column of the history. */
    public static final String STEP_SIZE = "step size";

    /** The chains of the replay buffer, {@code [buffer batches * negatives, d]}; an array of the training's state. */
    public static final String CHAINS = "chains";

    /** Gain of the step size adaptation, which goes on as long as the target changes. */
    private static final double ADAPTATION_GAIN = 0.05;

    private static final double LEAST_ACCEPTANCE = 0.05;

    /** The number of steps after which chains move, unless the energy is out of bounds: the step size has adapted by then. */
    private static final long ADAPTED_STEPS = 1000;

    /** Share of the weighted draws in the mean over negatives, where there are some. */
    private static final float DRAWS_SHARE = 0.5f;

    @Override
    public List<String> measures() {
        return List.of(DATA_ENERGY, NEGATIVE_ENERGY, ENERGY_GAP, ACCEPTANCE, STEP_SIZE);
    }

    @Override
    public String furtherRemedy() {
        return ", or a larger --energy-penalty";
    }

    @Override
    public LossEstimator begin(
            NDManager manager, TiltedEnergy energy, int batchSize, TrainingHistory before, RandomSource random) {
        return new Estimator(manager, energy, batchSize, before, random);
    }

    private final class Estimator implements LossEstimator {
        private final NDManager manager;
        private final TiltedEnergy energy;
        private final int batchSize;
        private final Chains chains;
        private final ReplayBuffer buffer;
        private final NDArray signs;
        private final long draws;
        private long updates;
        /** The chain steps of the epoch, without jumps. */
        private long steps;

        private double acceptance;

        Estimator(NDManager parent, TiltedEnergy energy, int batchSize, TrainingHistory before, RandomSource random) {
            this.manager = parent.newSubManager();
            this.energy = energy;
            this.batchSize = batchSize;
            int negatives = batchSize * config.samplesPerDatapoint();
            double stepSize =
                    before.epochs() == 0 ? config.sampler().stepSize(config.initialStepSize()) : before.last(STEP_SIZE);
            this.acceptance = before.last(ACCEPTANCE);
            this.chains = Chains.of(
                    manager,
                    kernel.apply(energy),
                    negatives,
                    stepSize,
                    config.sampler().targetAcceptance());
            this.buffer = config.negatives() == NegativeSource.PERSISTENT
                    ? new ReplayBuffer(
                            manager,
                            energy.reference(),
                            negatives,
                            config.bufferBatches(),
                            config.restartProbability(),
                            random)
                    : null;
            this.draws = (long) batchSize * config.importanceDraws();
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                double chainShare = draws == 0 ? 1 : 1 - DRAWS_SHARE;
                this.signs = manager.full(new Shape(batchSize), 1f / batchSize)
                        .concat(manager.full(new Shape(negatives), (float) (-chainShare / negatives)));
                NDScope.unregister(signs);
            }
        }

        @Override
        public Batch batch(NDArray data, RandomSource random) {
            updates++;
            NDList parts = new NDList(data, negatives(data, random));
            if (draws > 0) {
                parts.add(energy.reference().sample(manager, draws, random));
            }
            NDArray states = NDArrays.concat(parts);
            return new Batch() {
                @Override
                public NDArray states() {
                    return states;
                }

                @Override
                public NDArray coefficients(NDArray tilts) {
                    return Estimator.this.coefficients(tilts);
                }

                @Override
                public NDArray measures(NDArray tilts) {
                    return Estimator.this.measures(data, tilts.get(new NDIndex().addSliceDim(0, batchSize)));
                }
            };
        }

        private NDArray negatives(NDArray data, RandomSource random) {
            NDArray start =
                    switch (config.negatives()) {
                        case DATA -> data.repeat(0, config.samplesPerDatapoint());
                        case PERSISTENT -> buffer.take(random);
                        case NOISE ->
                            energy.reference().sample(manager, (long) batchSize * config.samplesPerDatapoint(), random);
                    };
            chains.start(start, random);
            for (int step = 0; step < config.steps(); step++) {
                Cancellation.check();
                chains.advance(1);
                chains.adapt(ADAPTATION_GAIN);
            }
            NDArray moved = chains.positions();
            if (buffer != null) {
                buffer.put(moved);
            }
            return moved;
        }

        /** ∂/∂f of mean f(data) − mean f(negatives) + α (mean f² over data + mean f² over negatives). */
        private NDArray coefficients(NDArray tilts) {
            NDArray each = signs;
            if (draws > 0) {
                NDArray ofDraws = tilts.get(new NDIndex().addSliceDim(signs.size(), tilts.size()));
                NDArray weights = ofDraws.neg().softmax(0);
                each = signs.concat(weights.muli(Tensors.scalar(manager, -DRAWS_SHARE)));
            }
            return config.energyPenalty() == 0
                    ? each
                    : each.abs()
                            .muli(tilts)
                            .muli(Tensors.scalar(manager, 2 * config.energyPenalty()))
                            .addi(each);
        }

        /** Sums of the acceptances over steps, since an update's steps may all be jumps. */
        private NDArray measures(NDArray data, NDArray tilts) {
            steps += chains.steps();
            NDArray dataEnergies = energy.reference().energy(data).addi(tilts);
            return NDArrays.stack(new NDList(
                    dataEnergies.mean(),
                    chains.energies().mean(),
                    chains.acceptanceRate().mean().muli(Tensors.scalar(manager, chains.steps()))));
        }

        @Override
        public double[] measured(float[] sums, int batches) {
            double ofData = (double) sums[0] / batches;
            double ofNegatives = (double) sums[1] / batches;
            // An update of a single step may consist of a jump only.
            acceptance = steps == 0 ? acceptance : sums[2] / steps;
            steps = 0;
            return new double[] {ofData, ofNegatives, ofData - ofNegatives, acceptance, chains.stepSize()};
        }

        /**
         * The gap is bounded, because if a mixture has a component for almost every data point, the energy of its draws exceeds that of the
         * data by half as many nats as there are dimensions.
         */
        @Override
        public Optional<String> fault(double[] measured, int dimension) {
            double widest = WIDEST_GAP + dimension;
            if (!(Math.abs(measured[2]) <= widest)) {
                return Optional.of(String.format(
                        Locale.ROOT,
                        "the energy gap between data and negatives is %.4g nats, expected at most %.0f",
                        measured[2],
                        widest));
            }
            if (!(acceptance >= LEAST_ACCEPTANCE) && updates * config.steps() >= ADAPTED_STEPS) {
                return Optional.of(String.format(
                        Locale.ROOT,
                        "the acceptance is %.3f, expected at least %.2f: the chains stand still",
                        acceptance,
                        LEAST_ACCEPTANCE));
            }
            return Optional.empty();
        }

        @Override
        public Map<String, NDArray> state() {
            return buffer == null ? Map.of() : Map.of(CHAINS, buffer.chains());
        }

        @Override
        public void resumeAfter(long done) {
            updates = done;
            chains.resumeAfter(done * config.steps());
            if (buffer != null) {
                buffer.resumeAfter(done);
            }
        }

        @Override
        public void close() {
            chains.close();
            if (buffer != null) {
                buffer.close();
            }
            manager.close();
        }
    }
}
