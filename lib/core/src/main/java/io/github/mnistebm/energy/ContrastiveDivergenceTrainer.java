package io.github.mnistebm.energy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.data.MiniBatches;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.sampling.Chains;
import io.github.mnistebm.sampling.TransitionKernel;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.Adam;
import io.github.mnistebm.training.CosineSchedule;
import io.github.mnistebm.training.ExponentialMovingAverage;
import io.github.mnistebm.training.TrainingDivergedException;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import io.github.mnistebm.training.TrainingState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Function;

/**
 * Trains an energy by contrastive divergence (Hinton 2002). The gradient of the negative log-likelihood is that
 * of
 *
 * <pre>mean f(data) − mean f(negatives)</pre>
 *
 * with negatives that chains bring from the present model; the reference measure, which has no parameters to train,
 * cancels. All of an update stays on the device.
 *
 * <p>Where the reference measure q resembles the data, draws uᵢ of it can share the work of the chains: by self-normalized
 * importance sampling, Σ wᵢ f(uᵢ) with wᵢ ∝ exp(−f(uᵢ)) estimates the same expectation (Bengio &amp; Senécal 2003), from draws
 * that have no memory. The negatives' mean is then half the chains' and half that of the weighted draws: the chains see what
 * the draws miss, where q is too small.
 */
public final class ContrastiveDivergenceTrainer {

    /** The history's phase. */
    public static final String PHASE = "energy";

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

    /** The moving average of the weights, {@code [p]}; an array of the training's state. */
    public static final String AVERAGE = "average";

    /** The chains of the replay buffer, {@code [buffer batches * negatives, d]}; an array of the training's state. */
    public static final String CHAINS = "chains";

    /** Gain of the step size adaptation, which goes on as long as the target changes. */
    private static final double ADAPTATION_GAIN = 0.05;

    /**
     * The widest energy gap, in nats, without one nat for each dimension. If a mixture has a component for almost every data point, the
     * energy of its draws exceeds that of the data by half as many nats as there are dimensions.
     */
    private static final double WIDEST_GAP = 20;

    private static final double LEAST_ACCEPTANCE = 0.05;

    /** The number of steps after which chains move, unless the energy is out of bounds: the step size has adapted by then. */
    private static final long ADAPTED_STEPS = 1000;

    /** Share of the weighted draws in the mean over negatives, where there are some. */
    private static final float DRAWS_SHARE = 0.5f;

    private final ContrastiveDivergenceConfig config;
    private final Function<TiltedEnergy, TransitionKernel> kernel;

    /**
     * Creates a trainer.
     *
     * @param config the configuration of the training
     * @param kernel makes the kernel of the chains for an energy, such as {@code MetropolisAdjustedLangevin::new}
     */
    public ContrastiveDivergenceTrainer(
            ContrastiveDivergenceConfig config, Function<TiltedEnergy, TransitionKernel> kernel) {
        this.config = config;
        this.kernel = kernel;
    }

    /**
     * Trains. At the end f has the moving average of its parameters. If the thread is interrupted, training
     * goes back to the end of the last complete epoch and returns with a history that says so.
     *
     * @param tilt f; changed
     * @param reference q
     * @param data {@code [n, d]}
     * @param random the source of randomness; each epoch has a source of its own, by its number
     * @param listener the listener to the batches and epochs
     * @return the history: {@value #DATA_ENERGY}, {@value #NEGATIVE_ENERGY}, {@value #ENERGY_GAP}, {@value
     *     #ACCEPTANCE}, {@value #STEP_SIZE}, {@value TrainingHistory#SECONDS}
     * @throws TrainingDivergedException if at an epoch's end the energy gap is wider than 20 nats and one for each dimension, the
     *     chains stand still, or a value is not finite; f is then as it was at the end of the epoch before
     * @throws IllegalArgumentException if the data are of another dimension than f
     */
    public TrainingHistory train(
            TrainableEnergy tilt,
            ReferenceMeasure reference,
            NDArray data,
            RandomSource random,
            TrainingListener listener) {
        return train(tilt, reference, data, random, listener, null);
    }

    /**
     * Like {@link #train(TrainableEnergy, ReferenceMeasure, NDArray, RandomSource, TrainingListener)}, from a state that a training of the same
     * configuration reached.
     *
     * @param tilt f; changed
     * @param reference q
     * @param data {@code [n, d]}
     * @param random the source of randomness; each epoch has a source of its own, by its number
     * @param listener the listener to the batches and epochs
     * @param from the state; null to begin at the beginning
     * @return the history, that of the state included
     * @throws TrainingDivergedException as above
     * @throws CancellationException if the thread is interrupted before the first update
     * @throws IllegalArgumentException if the data are of another dimension than f, or the state is that of another
     *     configuration
     */
    public TrainingHistory train(
            TrainableEnergy tilt,
            ReferenceMeasure reference,
            NDArray data,
            RandomSource random,
            TrainingListener listener,
            TrainingState from) {
        TiltedEnergy energy = new TiltedEnergy(tilt, reference);
        if (data.getShape().dimension() != 2 || data.getShape().get(1) != energy.dimension()) {
            throw new IllegalArgumentException(
                    "data: expected shape (n, " + energy.dimension() + "), found " + data.getShape());
        }
        TrainingHistory history = from == null ? newHistory() : from.history();
        double stepSize = from == null ? config.initialStepSize() : history.last(STEP_SIZE);
        try (NDManager manager = data.getManager().newSubManager();
                Session session = new Session(manager, tilt, energy, data, stepSize, random.numbered(0))) {
            if (from != null) {
                session.resume(from);
            }
            session.run(random, history, listener);
            return history;
        }
    }

    /**
     * Creates the history of a training.
     *
     * @return a history without epochs
     */
    public static TrainingHistory newHistory() {
        return TrainingHistory.of(
                PHASE, DATA_ENERGY, NEGATIVE_ENERGY, ENERGY_GAP, ACCEPTANCE, STEP_SIZE, TrainingHistory.SECONDS);
    }

    /** The state of one training. */
    private final class Session implements AutoCloseable {
        private final NDManager manager;
        private final TrainableEnergy tilt;
        private final TiltedEnergy energy;
        private final Chains chains;
        private final NDArray data;
        private final int batchSize;
        private final Adam adam;
        private final CosineSchedule schedule;
        private final ExponentialMovingAverage average;
        private final ReplayBuffer buffer;
        private final NDArray signs;
        private final long draws;
        private final NDArray kept;
        private final NDArray totals;
        private long updates;
        /** The chain steps of the epoch, without jumps. */
        private long steps;

        Session(
                NDManager manager,
                TrainableEnergy tilt,
                TiltedEnergy energy,
                NDArray data,
                double stepSize,
                RandomSource random) {
            this.manager = manager;
            this.tilt = tilt;
            this.energy = energy;
            this.data = data;
            this.batchSize = (int) Math.min(config.batchSize(), data.getShape().get(0));
            int negatives = batchSize * config.samplesPerDatapoint();
            this.adam = new Adam(tilt.parameters());
            this.schedule = new CosineSchedule(
                    config.learningRate(), config.epochs() * (data.getShape().get(0) / batchSize));
            this.average = new ExponentialMovingAverage(tilt.parameters(), config.averageDecay());
            this.chains = Chains.of(manager, kernel.apply(energy), negatives, stepSize, config.targetAcceptance());
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
                this.kept = tilt.parameters().duplicate();
                this.kept.attach(manager);
                this.totals = manager.zeros(new Shape(3));
                NDScope.unregister(signs, kept, totals);
            }
        }

        /** Returns the arrays that training changes, by name. The step size of the chains is in the history. */
        private Map<String, NDArray> state() {
            Map<String, NDArray> state = new LinkedHashMap<>(adam.moments());
            state.put("parameters", tilt.parameters());
            state.put(AVERAGE, average.average());
            if (buffer != null) {
                state.put(CHAINS, buffer.chains());
            }
            return state;
        }

        void resume(TrainingState from) {
            from.copyInto(state());
            Tensors.copy(average.average(), kept);
            updates = from.history().epochs() * (data.getShape().get(0) / batchSize);
            adam.resumeAfter(updates);
            average.resumeAfter(updates);
            chains.resumeAfter(updates * config.steps());
            if (buffer != null) {
                buffer.resumeAfter(updates);
            }
        }

        /** Trains until the last epoch or an interruption. */
        void run(RandomSource random, TrainingHistory history, TrainingListener listener) {
            try {
                while (history.epochs() < config.epochs()) {
                    epoch(random.numbered(history.epochs() + 1), history, listener);
                }
            } catch (CancellationException e) {
                Thread.interrupted();
                history.markInterrupted();
            } finally {
                keepLastEpoch();
            }
        }

        private void epoch(RandomSource random, TrainingHistory history, TrainingListener listener) {
            long start = System.nanoTime();
            int epoch = history.epochs() + 1;
            listener.epochBegins(PHASE, epoch);
            try (NDScope scope = new NDScope();
                    MiniBatches batches = MiniBatches.shuffled(data, batchSize, random)) {
                scope.suppressNotUsedWarning();
                for (int batch = 0; batch < batches.count(); batch++) {
                    Cancellation.check();
                    try (NDScope update = new NDScope()) {
                        update.suppressNotUsedWarning();
                        update(batches.get(batch), random);
                    }
                    listener.batchDone(PHASE, epoch, config.epochs(), batch + 1, batches.count());
                }
                // An update of a single step may consist of a jump only.
                double acceptance = steps == 0 ? history.last(ACCEPTANCE) : (double) totals.getFloat(2) / steps;
                steps = 0;
                float[] means = totals.div(batches.count()).toFloatArray();
                Tensors.clear(totals);
                double gap = means[0] - means[1];
                requireSane(gap, acceptance, history);
                Tensors.copy(average.average(), kept);
                history.add(means[0], means[1], gap, acceptance, chains.stepSize(), (System.nanoTime() - start) / 1e9);
            }
            listener.epochDone(history);
            listener.stateReached(new TrainingState(history, state()));
        }

        private void requireSane(double gap, double acceptance, TrainingHistory history) {
            double widest = WIDEST_GAP + energy.dimension();
            if (!(Math.abs(gap) <= widest)) {
                throw diverged(
                        history,
                        String.format(
                                Locale.ROOT,
                                "the energy gap between data and negatives is %.4g nats, expected at most %.0f",
                                gap,
                                widest));
            }
            if (!(acceptance >= LEAST_ACCEPTANCE) && updates * config.steps() >= ADAPTED_STEPS) {
                throw diverged(
                        history,
                        String.format(
                                Locale.ROOT,
                                "the acceptance is %.3f, expected at least %.2f: the chains stand still",
                                acceptance,
                                LEAST_ACCEPTANCE));
            }
            new TrainingState(history, state()).notFinite().ifPresent(name -> {
                throw diverged(history, name + " has a value that is not finite");
            });
        }

        private TrainingDivergedException diverged(TrainingHistory history, String cause) {
            return new TrainingDivergedException(
                    history,
                    cause,
                    "a smaller learning rate (--ebm-lr) than " + config.learningRate()
                            + ", or a larger --energy-penalty");
        }

        private void update(NDArray positives, RandomSource random) {
            NDList states = new NDList(positives, negatives(positives, random));
            if (draws > 0) {
                states.add(energy.reference().sample(manager, draws, random));
            }
            EnergyAndGradient loss = tilt.parameterGradient(NDArrays.concat(states), this::coefficients);
            adam.update(List.of(loss.gradient()), schedule.rate(updates++));
            average.update();
            count(positives, loss.energy().get(new NDIndex().addSliceDim(0, batchSize)));
        }

        /** Adds to the totals. */
        private void count(NDArray positives, NDArray tilts) {
            steps += chains.steps();
            NDArray dataEnergies = energy.reference().energy(positives).addi(tilts);
            totals.addi(NDArrays.stack(new NDList(
                    dataEnergies.mean(),
                    chains.energies().mean(),
                    chains.acceptanceRate().mean().muli(Tensors.scalar(manager, chains.steps())))));
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

        private NDArray negatives(NDArray positives, RandomSource random) {
            NDArray start =
                    switch (config.negatives()) {
                        case DATA -> positives.repeat(0, config.samplesPerDatapoint());
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

        /** Leaves f with the averaged parameters of the last complete epoch. */
        private void keepLastEpoch() {
            Tensors.copy(kept, tilt.parameters());
        }

        @Override
        public void close() {
            adam.close();
            average.close();
            chains.close();
            if (buffer != null) {
                buffer.close();
            }
        }
    }
}
