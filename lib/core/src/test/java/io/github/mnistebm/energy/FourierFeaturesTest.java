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
import io.github.mnistebm.energy.objective.EnergyTrainingConfig;
import io.github.mnistebm.sampling.IndependenceMetropolis;
import io.github.mnistebm.sampling.LangevinWithJumps;
import io.github.mnistebm.sampling.MetropolisAdjustedLangevin;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.TrainingListener;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
     * same 20,000 draws for both densities, is about √(2 · 0.01 / 20,000) = 0.001 nats.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void itLearnsADensityToWithinTwoHundredthsOfANat(int seed) {
        RandomSource random = RandomSource.of(seed);
        SplittableRandom ofData = new SplittableRandom(seed);
        NDArray heldOut = draws(20_000, ofData);
        BlockEnergy features = features(random);
        double ofTruth = mean(truth(heldOut)) - logIntegral(truth(grid()));

        // The mistaken version: a model that has not learned anything.
        assertThat(ofTruth - logLikelihood(features, heldOut)).isGreaterThan(0.3);

        EnergyTrainingConfig config = EnergyTrainingConfig.builder()
                .epochs(20)
                .batchSize(500)
                .learningRate(1e-2)
                .importanceDraws(4)
                .steps(4)
                .initialStepSize(0.05)
                .bufferBatches(1)
                .restartProbability(0)
                .averageDecay(0.99)
                .build();
        new EnergyTrainer(config, FourierFeaturesTest::kernel)
                .train(features, reference, draws(10_000, ofData), random, TrainingListener.NONE);
        double shortfall = ofTruth - logLikelihood(features, heldOut);
        assertThat(shortfall).isBetween(-0.003, 0.02);
    }

    private static LangevinWithJumps kernel(TiltedEnergy energy) {
        return new LangevinWithJumps(
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
