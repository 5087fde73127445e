package io.github.mnistebm.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.energy.objective.ContrastiveDivergence;
import io.github.mnistebm.energy.objective.EnergyLoss;
import io.github.mnistebm.energy.objective.EnergyTrainingConfig;
import io.github.mnistebm.energy.objective.NegativeSource;
import io.github.mnistebm.energy.objective.Objective;
import io.github.mnistebm.sampling.IndependenceMetropolis;
import io.github.mnistebm.sampling.KernelWithJumps;
import io.github.mnistebm.sampling.MetropolisAdjustedLangevin;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.Sampler;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.SamplingAlgorithm;
import io.github.mnistebm.sampling.UnadjustedLangevin;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.training.TrainingDivergedException;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import io.github.mnistebm.training.TrainingState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnergyTrainerTest {

    private final RandomSource random = RandomSource.of(1);

    private static final StandardNormal REFERENCE = new StandardNormal(1);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static EnergyTrainingConfig config(int epochs, NegativeSource negatives, double learningRate) {
        return config(epochs, negatives, learningRate, 0);
    }

    private static EnergyTrainingConfig config(
            int epochs, NegativeSource negatives, double learningRate, int importanceDraws) {
        return EnergyTrainingConfig.builder()
                .epochs(epochs)
                .batchSize(500)
                .learningRate(learningRate)
                .negatives(negatives)
                .importanceDraws(importanceDraws)
                .steps(20)
                .initialStepSize(0.3)
                .bufferBatches(2)
                .averageDecay(0.99)
                .build();
    }

    private static EnergyTrainer trainer(EnergyTrainingConfig config) {
        return new EnergyTrainer(config, MetropolisAdjustedLangevin::new);
    }

    /** Two modes, at −1 and 1, which the reference measure does not have. */
    private NDArray bimodal(int n) {
        NDArray sides = random.uniform(manager, 0, 1, new Shape(n, 1)).gt(0.5).toType(DataType.FLOAT32, false);
        return sides.mul(2).sub(1).add(random.normal(manager, new Shape(n, 1)).mul(0.5));
    }

    @ParameterizedTest
    @EnumSource(NegativeSource.class)
    void learnsADistributionFromItsSamples(NegativeSource negatives) {
        learns(config(60, negatives, 3e-2));
    }

    @Test
    void learnsItWithDrawsOfTheReferenceMeasureToo() {
        learns(config(60, NegativeSource.PERSISTENT, 3e-2, 4));
    }

    @ParameterizedTest
    @EnumSource(
            value = SamplingAlgorithm.class,
            names = {"MALA", "HMC"})
    void learnsItWithEachSampler(SamplingAlgorithm sampler) {
        EnergyTrainingConfig config = config(60, NegativeSource.PERSISTENT, 3e-2).toBuilder()
                .sampler(sampler)
                .steps(10)
                .build();
        TrainingHistory history = learns(new EnergyTrainer(config));
        assertThat(history.last(ContrastiveDivergence.ACCEPTANCE)).isCloseTo(sampler.targetAcceptance(), within(0.03));
    }

    /** The first epoch has one update of one step, which the adaptation changes by no more than 0.05 on the logarithmic scale. */
    @ParameterizedTest
    @EnumSource(SamplingAlgorithm.class)
    void theFirstStepSizeIsThatOfLangevinDynamicsConverted(SamplingAlgorithm sampler) {
        EnergyTrainingConfig config = config(1, NegativeSource.PERSISTENT, 1e-3).toBuilder()
                .sampler(sampler)
                .initialStepSize(0.02)
                .steps(1)
                .build();
        try (EnergyNetwork network = EnergyNetwork.create(manager, 1, List.of(4), random)) {
            TrainingHistory history =
                    new EnergyTrainer(config).train(network, REFERENCE, bimodal(500), random, TrainingListener.NONE);
            double expected = sampler == SamplingAlgorithm.HMC ? 0.2 : 0.02;
            assertThat(history.last(ContrastiveDivergence.STEP_SIZE)).isCloseTo(expected, withinPercentage(5.2));
        }
    }

    /** Steps so small that their bias is within the tolerance. */
    @Test
    void learnsItWithUnadjustedSteps() {
        TrainingHistory history = learns(new EnergyTrainer(config(60, NegativeSource.PERSISTENT, 3e-2).toBuilder()
                .sampler(SamplingAlgorithm.ULA)
                .initialStepSize(0.05)
                .steps(60)
                .build()));
        assertThat(history.last(ContrastiveDivergence.ACCEPTANCE)).isEqualTo(1);
        assertThat(history.last(ContrastiveDivergence.STEP_SIZE)).isCloseTo(0.05, within(1e-6));
    }

    private void learns(EnergyTrainingConfig config) {
        learns(trainer(config));
    }

    private TrainingHistory learns(EnergyTrainer trainer) {
        NDArray data = bimodal(5000);
        try (EnergyNetwork network = EnergyNetwork.create(manager, 1, List.of(32), random)) {
            TrainingHistory history = trainer.train(network, REFERENCE, data, random, TrainingListener.NONE);
            TiltedEnergy energy = new TiltedEnergy(network, REFERENCE);
            try (NDArray start = REFERENCE.sample(manager, 5000, random);
                    SampleRun run = Sampler.of(
                                    new MetropolisAdjustedLangevin(energy),
                                    SamplerConfig.builder()
                                            .burnIn(200)
                                            .steps(200)
                                            .build())
                            .run(start, random)) {
                double between = run.last().abs().lt(0.4).countNonzero().getLong() / 5000.0;
                double squares = run.last().square().mean().getFloat();
                // 11.2 % of the data lie between −0.4 and 0.4, and 31 % of the reference measure. The tolerance is that
                // of
                // a
                // short training; the Monte Carlo error of the share is 0.0045, that of the square 0.02.
                assertThat(between).isCloseTo(0.112, within(0.03));
                assertThat(squares).isCloseTo(1.25, within(0.12));
            }
            return history;
        }
    }

    /** Every other update of one chain step is a jump. Unadjusted steps are always accepted. */
    @Test
    void theAcceptanceIsThatOfStepsAlsoWhereUpdatesHoldAJumpOnly() {
        EnergyTrainingConfig config =
                config(3, NegativeSource.PERSISTENT, 1e-3).toBuilder().steps(1).build();
        EnergyTrainer trainer = new EnergyTrainer(
                config,
                energy -> new KernelWithJumps(
                        new UnadjustedLangevin(energy),
                        new IndependenceMetropolis(energy, energy.reference(), energy.tilt()),
                        2));
        try (EnergyNetwork network = EnergyNetwork.create(manager, 1, List.of(4), random)) {
            // An epoch has three updates; two of the second epoch's are jumps.
            TrainingHistory history = trainer.train(network, REFERENCE, bimodal(1500), random, TrainingListener.NONE);
            assertThat(history.table()
                            .doubleColumn(ContrastiveDivergence.ACCEPTANCE)
                            .asList())
                    .containsExactly(1.0, 1.0, 1.0);
        }
    }

    @Test
    void keepsAHistoryOfEachEpoch() {
        try (EnergyNetwork network = EnergyNetwork.create(manager, 1, List.of(4), random)) {
            TrainingHistory history = trainer(config(3, NegativeSource.PERSISTENT, 1e-3))
                    .train(network, REFERENCE, bimodal(1000), random, TrainingListener.NONE);
            assertThat(history.epochs()).isEqualTo(3);
            assertThat(history.last(ContrastiveDivergence.ACCEPTANCE)).isBetween(0.1, 1.0);
            assertThat(history.last(ContrastiveDivergence.ENERGY_GAP))
                    .isCloseTo(
                            history.last(ContrastiveDivergence.DATA_ENERGY)
                                    - history.last(ContrastiveDivergence.NEGATIVE_ENERGY),
                            within(1e-6));
            assertThat(history.interrupted()).isFalse();
        }
    }

    /** Keeps the averaged weights that the last complete epoch left. */
    private static class Keeper implements TrainingListener {
        private float[] average;

        @Override
        public void stateReached(TrainingState state) {
            average = state.arrays().get("average").toFloatArray();
        }
    }

    @Test
    void goesBackToTheLastGoodEpochWhenItDiverges() {
        NDArray data = bimodal(1000);
        try (EnergyNetwork network = EnergyNetwork.create(manager, 1, List.of(8), random)) {
            Keeper poison = new Keeper() {
                @Override
                public void epochDone(TrainingHistory history) {
                    data.addi(Float.NaN);
                }
            };
            assertThatThrownBy(() -> trainer(config(3, NegativeSource.PERSISTENT, 1e-3))
                            .train(network, REFERENCE, data, random, poison))
                    .isInstanceOf(TrainingDivergedException.class)
                    .hasMessageStartingWith(
                            "energy: epoch 2 has diverged: the energy gap between data and negatives is NaN nats, expected at most 21."
                                    + " Back to epoch 1.");
            assertThat(network.parameters().toFloatArray()).isEqualTo(poison.average);
        }
    }

    @Test
    void stopsWhenDataAndNegativesHaveNoEnergyInCommon() {
        NDArray data = bimodal(1000);
        try (EnergyNetwork network = EnergyNetwork.create(manager, 1, List.of(8), random)) {
            TrainingListener mover = new TrainingListener() {
                @Override
                public void epochDone(TrainingHistory history) {
                    data.addi(50);
                }
            };
            assertThatThrownBy(() -> trainer(config(3, NegativeSource.PERSISTENT, 1e-6))
                            .train(network, REFERENCE, data, random, mover))
                    .isInstanceOf(TrainingDivergedException.class)
                    .hasMessageContaining("epoch 2 has diverged: the energy gap between data and negatives is 12")
                    .hasMessageEndingWith("nats, expected at most 21. Back to epoch 1. Try a smaller learning rate"
                            + " (--ebm-lr) than 1.0E-6, or a larger --energy-penalty");
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {10, 100, 1000, 1e10})
    void aLearningRateBeyondAllReasonEndsAsDivergence(double learningRate) {
        NDArray data = bimodal(1000);
        try (EnergyNetwork network = EnergyNetwork.create(manager, 1, List.of(32), random)) {
            assertThatThrownBy(() -> trainer(config(5, NegativeSource.PERSISTENT, learningRate))
                            .train(network, REFERENCE, data, random, TrainingListener.NONE))
                    .isInstanceOf(TrainingDivergedException.class)
                    .hasMessageStartingWith("energy: epoch ");
        }
    }

    @Test
    void chainsThatStandStillEndAsDivergence() {
        // Narrower than the least step size that adaptation comes to.
        double width = 1e-5;
        try (GaussianMixture narrow = GaussianMixture.of(
                        manager, new double[] {1}, new double[][] {{0}}, new double[][] {{width * width}});
                EnergyNetwork network = EnergyNetwork.create(manager, 1, List.of(8), random)) {
            NDArray data = narrow.sample(manager, 1000, random);
            assertThatThrownBy(() -> trainer(config(100, NegativeSource.DATA, 1e-3))
                            .train(network, narrow, data, random, TrainingListener.NONE))
                    .isInstanceOf(TrainingDivergedException.class)
                    .hasMessageContaining("the acceptance is 0.000, expected at least 0.05: the chains stand still");
        }
    }

    @Test
    void anInterruptionKeepsTheLastCompleteEpoch() {
        try (EnergyNetwork network = EnergyNetwork.create(manager, 1, List.of(8), random)) {
            Keeper interruptor = new Keeper() {
                @Override
                public void batchDone(String phase, int epoch, int epochs, int batch, int batches) {
                    if (epoch == 3 && batch == 1) {
                        Thread.currentThread().interrupt();
                    }
                }
            };
            TrainingHistory history = trainer(config(5, NegativeSource.PERSISTENT, 1e-3))
                    .train(network, REFERENCE, bimodal(1000), random, interruptor);
            assertThat(history.interrupted()).isTrue();
            assertThat(history.epochs()).isEqualTo(2);
            assertThat(network.parameters().toFloatArray()).isEqualTo(interruptor.average);
            assertThat(Thread.interrupted()).isFalse();
        }
    }

    @Test
    void rejectsDataOfAnotherDimension() {
        try (EnergyNetwork network = EnergyNetwork.create(manager, 1, List.of(8), random)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> trainer(config(1, NegativeSource.DATA, 1e-3))
                            .train(network, REFERENCE, manager.zeros(new Shape(10, 2)), random, TrainingListener.NONE))
                    .withMessage("data: expected shape (n, 1), found (10, 2)");
        }
    }

    /** The first weights, of trainings before the objective was apart from the session. */
    @ParameterizedTest
    @CsvSource({
        "DATA, 1.14407, -0.9769164, -0.06903697, -0.87773275, 0.5660485, 1.0539508",
        "PERSISTENT, 1.1228278, -0.97304916, -0.07044842, -0.8782817, 0.56339186, 1.0557011",
        "NOISE, 1.1429094, -0.97282374, -0.06893016, -0.87776864, 0.56424415, 1.0555006"
    })
    void contrastiveDivergenceGivesTheWeightsThatItAlwaysGave(
            NegativeSource negatives, float w0, float w1, float w2, float w3, float w4, float w5) {
        RandomSource three = RandomSource.of(3);
        try (EnergyNetwork network = EnergyNetwork.create(manager, 2, List.of(8, 8), three)) {
            NDArray data = three.normal(manager, new Shape(200, 2)).mul(0.7f).add(0.5f);
            EnergyTrainingConfig config = EnergyTrainingConfig.builder()
                    .epochs(3)
                    .batchSize(50)
                    .learningRate(1e-2)
                    .negatives(negatives)
                    .importanceDraws(4)
                    .build();
            new EnergyTrainer(config).train(network, new StandardNormal(2), data, three, TrainingListener.NONE);
            assertThat(Arrays.copyOf(network.parameters().toFloatArray(), 6))
                    .containsExactly(new float[] {w0, w1, w2, w3, w4, w5}, within(1e-5f));
        }
    }

    private static EnergyTrainingConfig config(Objective objective, double learningRate) {
        return config(4, NegativeSource.PERSISTENT, learningRate).toBuilder()
                .objective(objective)
                .build();
    }

    @ParameterizedTest
    @EnumSource(Objective.class)
    void eachObjectiveGoesOnFromAStateAsIfItHadNeverStopped(Objective objective) {
        NDArray data = bimodal(2000);
        EnergyTrainer trainer = trainer(config(objective, 1e-2));
        float[] expected = trained(trainer, data, TrainingListener.NONE, null);
        List<TrainingState> states = new ArrayList<>();
        trained(
                trainer,
                data,
                new TrainingListener() {
                    @Override
                    public void stateReached(TrainingState state) {
                        if (state.history().epochs() == 2) {
                            Map<String, NDArray> arrays = new HashMap<>();
                            state.arrays()
                                    .forEach((name, array) ->
                                            arrays.put(name, manager.create(array.toFloatArray(), array.getShape())));
                            states.add(new TrainingState(state.history(), arrays));
                            Thread.currentThread().interrupt();
                        }
                    }
                },
                null);
        assertThat(states.get(0).history().epochs()).isEqualTo(2);
        assertThat(trained(trainer, data, TrainingListener.NONE, states.get(0))).isEqualTo(expected);
    }

    private float[] trained(EnergyTrainer trainer, NDArray data, TrainingListener listener, TrainingState from) {
        RandomSource seven = RandomSource.of(7);
        try (EnergyNetwork network = EnergyNetwork.create(manager, 1, List.of(8), seven)) {
            if (from != null) {
                from.copyInto(Map.of("parameters", network.parameters()));
            }
            trainer.train(network, REFERENCE, data, seven, listener, from);
            return network.parameters().toFloatArray();
        }
    }

    @Test
    void pretrainingNeedsAnObjectiveWithoutChains() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EnergyTrainer.pretrainer(config(Objective.CONTRASTIVE_DIVERGENCE, 1e-3)))
                .withMessage("pretraining: expected an objective without chains, found contrastive-divergence");
    }

    @ParameterizedTest
    @EnumSource(Objective.class)
    void eachObjectiveNamesADivergenceAndItsRemedy(Objective objective) {
        try (EnergyNetwork network = EnergyNetwork.create(manager, 1, List.of(32), random)) {
            assertThatThrownBy(() -> trainer(config(objective, 100))
                            .train(network, REFERENCE, bimodal(1000), random, TrainingListener.NONE))
                    .isInstanceOf(TrainingDivergedException.class)
                    .hasMessageStartingWith("energy: epoch ")
                    .hasMessageContaining("Try a smaller learning rate (--ebm-lr) than 100.0");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Objective.class,
            names = {"CONTRASTIVE_DIVERGENCE"},
            mode = EnumSource.Mode.EXCLUDE)
    void theLossOfTheOthersFallsBelowThatOfTheReferenceMeasure(Objective objective) {
        try (EnergyNetwork network = EnergyNetwork.create(manager, 1, List.of(8), random)) {
            TrainingHistory history = trainer(config(objective, 1e-2))
                    .train(network, REFERENCE, bimodal(5000), random, TrainingListener.NONE);
            assertThat(history.last(EnergyLoss.LOSS)).isLessThan(history.last(EnergyLoss.REFERENCE_LOSS));
        }
    }
}
