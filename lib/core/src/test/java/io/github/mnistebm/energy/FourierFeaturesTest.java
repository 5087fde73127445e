package io.github.mnistebm.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.energy.objective.EnergyLoss;
import io.github.mnistebm.energy.objective.EnergyTrainingConfig;
import io.github.mnistebm.energy.objective.LossEstimator;
import io.github.mnistebm.energy.objective.NoiseContrastiveEstimation;
import io.github.mnistebm.energy.objective.Objective;
import io.github.mnistebm.sampling.IndependenceMetropolis;
import io.github.mnistebm.sampling.KernelWithJumps;
import io.github.mnistebm.sampling.MetropolisAdjustedLangevin;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An energy of Fourier features in two dimensions, f(u) = Σ wₖ cos(aₖ · u + bₖ) (Rahimi &amp; Recht 2007), learned from draws of a ring
 * with three bright arcs. Both densities are normalized by quadrature on a grid.
 */
class FourierFeaturesTest {

    private static final double RADIUS = 1.2;
    private static final double WIDTH = 0.25;
    private static final int FEATURES = 64;
    /** The standard deviation of the frequencies: that of a feature's period is about five times the ring's width. */
    private static final float FREQUENCY = 2;

    /** Half the width of the grid. Beyond it, the reference measure has 1e-5 of its mass. */
    private static final double REACH = 4.5;

    private static final int POINTS = 401;
    private static final double SPACING = 2 * REACH / (POINTS - 1);

    private final StandardNormal reference = new StandardNormal(2);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** The logarithm of the ring's density, up to its normalizing constant. */
    private static double logDensity(double x, double y) {
        double distance = (Math.hypot(x, y) - RADIUS) / WIDTH;
        return -distance * distance / 2 + Math.log1p(0.6 * Math.cos(3 * Math.atan2(y, x)));
    }

    /** Draws by rejection from the uniform distribution on the square of the grid. */
    private NDArray draws(int count, SplittableRandom random) {
        float[] values = new float[2 * count];
        int drawn = 0;
        while (drawn < count) {
            double x = REACH * (2 * random.nextDouble() - 1);
            double y = REACH * (2 * random.nextDouble() - 1);
            if (1.6 * random.nextDouble() < Math.exp(logDensity(x, y))) {
                values[2 * drawn] = (float) x;
                values[2 * drawn + 1] = (float) y;
                drawn++;
            }
        }
        return manager.create(values, new Shape(count, 2));
    }

    private NDArray grid() {
        float[] values = new float[2 * POINTS * POINTS];
        for (int i = 0; i < POINTS * POINTS; i++) {
            values[2 * i] = (float) (-REACH + SPACING * (i / POINTS));
            values[2 * i + 1] = (float) (-REACH + SPACING * (i % POINTS));
        }
        return manager.create(values, new Shape(POINTS * POINTS, 2));
    }

    /** The true log-density at each row, up to a constant. */
    private static double[] truth(NDArray states) {
        float[] values = states.toFloatArray();
        return IntStream.range(0, values.length / 2)
                .mapToDouble(i -> logDensity(values[2 * i], values[2 * i + 1]))
                .toArray();
    }

    private static double[] logDensities(EnergyFunction energy, NDArray states) {
        float[] energies = energy.energy(states).toFloatArray();
        return IntStream.range(0, energies.length)
                .mapToDouble(i -> -energies[i])
                .toArray();
    }

    /** Integrates the density, of which the logarithm is given on the grid, and returns the logarithm. */
    private static double logIntegral(double[] logDensities) {
        double sum = 0;
        for (double logDensity : logDensities) {
            sum += Math.exp(logDensity);
        }
        return Math.log(sum * SPACING * SPACING);
    }

    private static double mean(double[] values) {
        return IntStream.range(0, values.length)
                .mapToDouble(i -> values[i])
                .average()
                .orElseThrow();
    }

    @Test
    void theQuadratureIntegratesADensityOfKnownMassTo1() {
        assertThat(logIntegral(logDensities(reference, grid()))).isCloseTo(0, within(5e-5));
    }

    /**
     * The held-out log-likelihood falls short of the truth by the divergence KL(truth ‖ model). The error of its estimate, from the
     * same 20,000 draws for both densities, is about √(2 · 0.02 / 20,000) = 0.0014 nats.
     */
    @ParameterizedTest
    @CsvSource({
        "CONTRASTIVE_DIVERGENCE, 1",
        "CONTRASTIVE_DIVERGENCE, 2",
        "CONTRASTIVE_DIVERGENCE, 3",
        "NOISE_CONTRASTIVE, 1",
        "NOISE_CONTRASTIVE, 2",
        "NOISE_CONTRASTIVE, 3",
        "ENERGY_DISCREPANCY, 1",
        "ENERGY_DISCREPANCY, 2",
        "ENERGY_DISCREPANCY, 3",
        "SCORE_MATCHING, 1",
        "SCORE_MATCHING, 2",
        "SCORE_MATCHING, 3"
    })
    void itLearnsADensityToWithinAFewHundredthsOfANat(Objective objective, int seed) {
        EnergyLoss loss = EnergyLoss.of(config(objective), FourierFeaturesTest::kernel);
        double shortfall = shortfall(loss, seed);
        // Score matching learns the density of the data with its noise, whose ring is 1.08 times as wide.
        assertThat(shortfall).isBetween(-0.004, objective == Objective.SCORE_MATCHING ? 0.04 : 0.02);
    }

    @Test
    void theConstantOfNoiseContrastiveEstimationIsTheNormalizerOfTheQuadrature() {
        RandomSource random = RandomSource.of(1);
        BlockEnergy features = features(random);
        TrainingHistory history = new EnergyTrainer(config(Objective.NOISE_CONTRASTIVE), FourierFeaturesTest::kernel)
                .train(features, reference, draws(10_000, new SplittableRandom(1)), random, TrainingListener.NONE);
        double logNormalizer = logIntegral(logDensities(new TiltedEnergy(features, reference), grid()));
        // That of the last epochs' parameters, where the network has their average. Without log ν, log 8 would be
        // between them.
        assertThat(history.last(NoiseContrastiveEstimation.LOG_NORMALIZER)).isCloseTo(logNormalizer, within(0.05));
    }

    @Test
    void noiseOfTheWrongSignTeachesNothing() {
        EnergyLoss right = new NoiseContrastiveEstimation(8);
        EnergyLoss mistaken = (manager, energy, batchSize, before, random) -> {
            LossEstimator estimator = right.begin(manager, energy, batchSize, before, random);
            return (data, source) -> new LossEstimator.Batch() {
                private final LossEstimator.Batch batch = estimator.batch(data, source);

                @Override
                public NDArray states() {
                    return batch.states();
                }

                @Override
                public NDArray coefficients(NDArray tilts) {
                    return batch.coefficients(tilts).abs();
                }

                @Override
                public NDArray measures(NDArray tilts) {
                    return manager.zeros(new Shape(2));
                }
            };
        };
        assertThat(shortfall(mistaken, 1)).isGreaterThan(0.3);
    }

    private static EnergyTrainingConfig config(Objective objective) {
        return EnergyTrainingConfig.builder()
                .objective(objective)
                .epochs(20)
                .batchSize(500)
                .learningRate(1e-2)
                .importanceDraws(4)
                .steps(4)
                .initialStepSize(0.05)
                .bufferBatches(1)
                .restartProbability(0)
                .averageDecay(0.99)
                .noiseDraws(8)
                .perturbation(objective == Objective.SCORE_MATCHING ? 0.1 : 0.5)
                .build();
    }

    /** Trains the features from f = 0, and returns the nats by which the model falls short of the truth. */
    private double shortfall(EnergyLoss loss, int seed) {
        RandomSource random = RandomSource.of(seed);
        SplittableRandom ofData = new SplittableRandom(seed);
        NDArray heldOut = draws(20_000, ofData);
        BlockEnergy features = features(random);
        double ofTruth = mean(truth(heldOut)) - logIntegral(truth(grid()));

        // The mistaken version: a model that has not learned anything.
        assertThat(ofTruth - logLikelihood(features, heldOut)).isGreaterThan(0.3);

        new EnergyTrainer(config(Objective.CONTRASTIVE_DIVERGENCE), loss)
                .train(features, reference, draws(10_000, ofData), random, TrainingListener.NONE);
        return ofTruth - logLikelihood(features, heldOut);
    }

    private static KernelWithJumps kernel(TiltedEnergy energy) {
        return new KernelWithJumps(
                new MetropolisAdjustedLangevin(energy),
                new IndependenceMetropolis(energy, energy.reference(), energy.tilt()),
                2);
    }

    /** The features of random frequencies and phases, with weights of 0. */
    private BlockEnergy features(RandomSource random) {
        BlockEnergy energy = BlockEnergy.of(
                manager,
                new SequentialBlock()
                        .add(Linear.builder().setUnits(FEATURES).build())
                        .add(LambdaBlock.singleton(NDArray::cos))
                        .add(Linear.builder().setUnits(1).optBias(false).build()),
                new Shape(2),
                random);
        NDArray frequencies = energy.namedParameters().get("01Linear_weight");
        Tensors.copy(random.normal(manager, frequencies.getShape()).mul(FREQUENCY), frequencies);
        NDArray phases = energy.namedParameters().get("01Linear_bias");
        Tensors.copy(random.uniform(manager, 0, (float) (2 * Math.PI), phases.getShape()), phases);
        Tensors.clear(energy.namedParameters().get("03Linear_weight"));
        return energy;
    }

    private double logLikelihood(TrainableEnergy tilt, NDArray heldOut) {
        TiltedEnergy energy = new TiltedEnergy(tilt, reference);
        return mean(logDensities(energy, heldOut)) - logIntegral(logDensities(energy, grid()));
    }
}
