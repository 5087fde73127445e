package io.github.mnistebm.energy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.github.mnistebm.data.MiniBatches;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.energy.objective.EnergyLoss;
import io.github.mnistebm.energy.objective.EnergyTrainingConfig;
import io.github.mnistebm.energy.objective.LossEstimator;
import io.github.mnistebm.energy.objective.Objective;
import io.github.mnistebm.sampling.SamplingAlgorithm;
import io.github.mnistebm.sampling.TransitionKernel;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.Adam;
import io.github.mnistebm.training.CosineSchedule;
import io.github.mnistebm.training.ExponentialMovingAverage;
import io.github.mnistebm.training.TrainingDivergedException;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import io.github.mnistebm.training.TrainingState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;

/**
 * Trains an energy by Adam with a cosine schedule, and keeps the moving average of its parameters. An {@link EnergyLoss} gives the states
 * at which an update evaluates f, and the coefficients of their gradients. All of an update stays on the device.
 */
public final class EnergyTrainer {

    /** The history's phase. */
    public static final String PHASE = "energy";

    /** The phase in the history of a {@link #pretrainer}. */
    public static final String PRETRAINING = "pretraining";

    /** The moving average of the weights, {@code [p]}; an array of the training's state. */
    public static final String AVERAGE = "average";

    private final String phase;
    private final EnergyTrainingConfig config;
    private final EnergyLoss loss;

    /**
     * Creates a trainer by the objective of the configuration. The chains of contrastive divergence move by {@linkplain
     * SamplingAlgorithm#kernelWithJumps(TiltedEnergy) the sampler of the configuration, with jumps}.
     *
     * @param config the configuration of the training
     */
    public EnergyTrainer(EnergyTrainingConfig config) {
        this(config, config.sampler()::kernelWithJumps);
    }

    /**
     * Creates a trainer by the objective of the configuration, with chains that move by a kernel of one's own.
     *
     * @param config the configuration of the training, whose sampler gives the acceptance to adapt the step size to, and the unit of the first
     *     step size
     * @param kernel makes the kernel of the chains of contrastive divergence for an energy, such as {@code
     *     MetropolisAdjustedLangevin::new}
     */
    public EnergyTrainer(EnergyTrainingConfig config, Function<TiltedEnergy, TransitionKernel> kernel) {
        this(config, EnergyLoss.of(config, kernel));
    }

    /**
     * Creates a trainer by any objective.
     *
     * @param config the epochs, the size of a batch, the learning rate and the decay of the average
     * @param loss the objective, in the place of that of the configuration
     */
    public EnergyTrainer(EnergyTrainingConfig config, EnergyLoss loss) {
        this(PHASE, config, loss);
    }

    private EnergyTrainer(String phase, EnergyTrainingConfig config, EnergyLoss loss) {
        this.phase = phase;
        this.config = config;
        this.loss = loss;
    }

    /**
     * Creates a trainer for the first epochs of an energy, with which another trainer goes on. Its history and the events of its listener
     * have the phase {@value #PRETRAINING}.
     *
     * @param config the configuration of these first epochs, with an objective that needs no chains
     * @return the trainer
     * @throws IllegalArgumentException if the objective is contrastive divergence
     */
    public static EnergyTrainer pretrainer(EnergyTrainingConfig config) {
        if (config.objective() == Objective.CONTRASTIVE_DIVERGENCE) {
            throw new IllegalArgumentException(
                    "pretraining: expected an objective without chains, found " + config.objective());
        }
        return new EnergyTrainer(PRETRAINING, config, EnergyLoss.of(config, energy -> null));
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
     * @return the history: the measures of the objective, {@value TrainingHistory#SECONDS}
     * @throws TrainingDivergedException if at an epoch's end {@linkplain LossEstimator#fault a measurement is out of bounds}, or a value
     *     is not finite; f is then as it was at the end of the epoch before
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
        try (NDManager manager = data.getManager().newSubManager();
                Session session = new Session(manager, tilt, energy, data, history, random.numbered(0))) {
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
    public TrainingHistory newHistory() {
        List<String> columns = new ArrayList<>(loss.measures());
        columns.add(TrainingHistory.SECONDS);
        return TrainingHistory.of(phase, columns.toArray(String[]::new));
    }

    /** The state of one training. */
    private final class Session implements AutoCloseable {
        private final NDManager manager;
        private final TrainableEnergy tilt;
        private final int dimension;
        private final NDArray data;
        private final int batchSize;
        private final Adam adam;
        private final CosineSchedule schedule;
        private final ExponentialMovingAverage average;
        private final LossEstimator estimator;
        private final NDArray kept;
        /** The sums of an epoch's measures; null before the first update. */
        private NDArray totals;

        private long updates;

        Session(
                NDManager manager,
                TrainableEnergy tilt,
                TiltedEnergy energy,
                NDArray data,
                TrainingHistory history,
                RandomSource random) {
            this.manager = manager;
            this.tilt = tilt;
            this.dimension = energy.dimension();
            this.data = data;
            this.batchSize = (int) Math.min(config.batchSize(), data.getShape().get(0));
            this.adam = new Adam(tilt.parameters());
            this.schedule = new CosineSchedule(
                    config.learningRate(), config.epochs() * (data.getShape().get(0) / batchSize));
            this.average = new ExponentialMovingAverage(tilt.parameters(), config.averageDecay());
            this.estimator = loss.begin(manager, energy, batchSize, history, random);
            this.kept = Scope.computeOwned(() -> {
                NDArray copy = tilt.parameters().duplicate();
                copy.attach(manager);
                return copy;
            });
        }

        /** Returns the arrays that training changes, by name. */
        private Map<String, NDArray> state() {
            Map<String, NDArray> state = new LinkedHashMap<>(adam.moments());
            state.put("parameters", tilt.parameters());
            state.put(AVERAGE, average.average());
            state.putAll(estimator.state());
            return state;
        }

        void resume(TrainingState from) {
            from.copyInto(state());
            Tensors.copy(average.average(), kept);
            updates = from.history().epochs() * (data.getShape().get(0) / batchSize);
            adam.resumeAfter(updates);
            average.resumeAfter(updates);
            estimator.resumeAfter(updates);
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
            listener.epochBegins(phase, epoch);
            try (NDScope scope = new NDScope();
                    MiniBatches batches = MiniBatches.shuffled(data, batchSize, random)) {
                scope.suppressNotUsedWarning();
                for (int batch = 0; batch < batches.count(); batch++) {
                    Cancellation.check();
                    try (NDScope update = new NDScope()) {
                        update.suppressNotUsedWarning();
                        update(batches.get(batch), random);
                    }
                    listener.batchDone(phase, epoch, config.epochs(), batch + 1, batches.count());
                }
                double[] measured = estimator.measured(totals.toFloatArray(), batches.count());
                Tensors.clear(totals);
                requireSane(measured, history);
                Tensors.copy(average.average(), kept);
                double[] row = Arrays.copyOf(measured, measured.length + 1);
                row[measured.length] = (System.nanoTime() - start) / 1e9;
                history.add(row);
            }
            listener.epochDone(history);
            listener.stateReached(new TrainingState(history, state()));
        }

        private void requireSane(double[] measured, TrainingHistory history) {
            Optional<String> fault = estimator.fault(measured, dimension).or(() -> new TrainingState(history, state())
                    .notFinite()
                    .map(name -> name + " has a value that is not finite"));
            fault.ifPresent(cause -> {
                throw new TrainingDivergedException(
                        history,
                        cause,
                        "a smaller learning rate (" + (phase.equals(PHASE) ? "--ebm-lr" : "--pretraining-lr")
                                + ") than " + config.learningRate() + loss.furtherRemedy());
            });
        }

        private void update(NDArray positives, RandomSource random) {
            LossEstimator.Batch batch = estimator.batch(positives, random);
            EnergyAndGradient weighted = tilt.parameterGradient(batch.states(), batch::coefficients);
            double rate = schedule.rate(updates++);
            adam.update(List.of(weighted.gradient()), rate);
            average.update();
            batch.update(weighted.energy(), rate);
            NDArray measures = batch.measures(weighted.energy());
            if (totals == null) {
                totals = manager.zeros(measures.getShape());
                NDScope.unregister(totals);
            }
            totals.addi(measures);
        }

        /** Leaves f with the averaged parameters of the last complete epoch. */
        private void keepLastEpoch() {
            Tensors.copy(kept, tilt.parameters());
        }

        @Override
        public void close() {
            adam.close();
            average.close();
            estimator.close();
        }
    }
}
