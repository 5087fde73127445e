package io.github.mnistebm.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.UniformCube;
import io.github.mnistebm.energy.objective.ContrastiveDivergence;
import io.github.mnistebm.energy.objective.EnergyTrainingConfig;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import io.github.mnistebm.training.TrainingState;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A convolutional energy on pixels in [−1, 1], trained with short chains from a replay buffer (Du &amp; Mordatch 2019), without
 * autoencoder and reference mixture.
 */
class PixelEnergyTest {

    private static final int BATCH = 50;
    private static final double NOISE = 0.005;
    private static final double GRADIENT_BOUND = 0.03;
    private static final UniformCube CUBE = new UniformCube(DigitImages.PIXELS);

    private final RandomSource random = RandomSource.of(1);

    private NDManager manager;
    private NDArray chains;
    private TrainingHistory history;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static Block network(int channels) {
        return new SequentialBlock()
                .add(halving(channels, 5))
                .add(ResidualPerceptron.silu())
                .add(halving(2 * channels, 3))
                .add(ResidualPerceptron.silu())
                .add(halving(4 * channels, 3))
                .add(ResidualPerceptron.silu())
                .add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(64).build())
                .add(ResidualPerceptron.silu())
                .add(Linear.builder().setUnits(1).build());
    }

    private static Block halving(int channels, int kernel) {
        return Conv2d.builder()
                .setKernelShape(new Shape(kernel, kernel))
                .optStride(new Shape(2, 2))
                .optPadding(new Shape(kernel / 2, kernel / 2))
                .setFilters(channels)
                .build();
    }

    /** Grey values, scaled to [−1, 1], with small noise, so that the data are not on a grid. */
    private NDArray pixels(int count) throws IOException {
        try (DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages some = all.first(count)) {
            NDArray grey = manager.create(
                    some.grey().toType(DataType.FLOAT32, true).toFloatArray(),
                    some.grey().getShape());
            NDArray noise = random.normal(manager, grey.getShape()).mul(0.03f);
            return grey.div(127.5f).sub(1).add(noise).clip(-1, 1);
        }
    }

    /** Trains, and keeps the chains of the replay buffer. */
    private void train(int images, int channels, int epochs, int steps, int bufferBatches) throws IOException {
        EnergyTrainingConfig config = EnergyTrainingConfig.builder()
                .epochs(epochs)
                .batchSize(BATCH)
                .learningRate(1e-3)
                .importanceDraws(0)
                .steps(steps)
                .initialStepSize(10)
                .bufferBatches(bufferBatches)
                .restartProbability(0.02)
                .energyPenalty(0.1)
                .averageDecay(0.99)
                .build();
        TrainingListener keeper = new TrainingListener() {
            @Override
            public void stateReached(TrainingState state) {
                NDArray kept = state.arrays().get(ContrastiveDivergence.CHAINS);
                chains = manager.create(kept.toFloatArray(), kept.getShape());
            }
        };
        BlockEnergy energy = BlockEnergy.of(manager, network(channels), new Shape(1, 28, 28), random);
        history = new EnergyTrainer(config, target -> new ShortRunLangevin(target, NOISE, GRADIENT_BOUND))
                .train(energy, CUBE, pixels(images), random, keeper);
    }

    /** Uniform noise has the mean 0 and data −0.74: most pixels are black. */
    @Test
    void shortChainsLeaveTheNoiseAndStayWithinTheCube() throws IOException {
        train(500, 4, 3, 10, 1);
        assertThat(history.epochs()).isEqualTo(3);
        assertThat(chains.getShape()).isEqualTo(new Shape(BATCH, DigitImages.PIXELS));
        assertThat(chains.abs().max().getFloat()).isBetween(0f, 1f);
        assertThat(chains.mean().getFloat()).isLessThan(-0.1f);
    }

    /** The classifier reads noise too, but always as the same digit: digits are of many kinds, and as white as the data. */
    @Test
    @Tag("slow")
    void shortChainsDrawDigits() throws IOException {
        train(1000, 8, 45, 10, 4);
        assertThat(Math.abs(history.last(ContrastiveDivergence.ENERGY_GAP))).isLessThan(0.1);
        assertThat(white(chains)).isCloseTo(white(pixels(1000)), within(0.05));
        try (DigitClassifier classifier = DigitClassifier.load(DataFolder.classifier(), Device.cpu())) {
            assertThat(kinds(classifier, chains)).isGreaterThanOrEqualTo(6);
            // The mistaken version: chains that have not moved.
            assertThat(kinds(classifier, CUBE.sample(manager, 200, random))).isLessThanOrEqualTo(2);
        }
    }

    private static double white(NDArray pictures) {
        return pictures.gt(0).toType(DataType.FLOAT32, false).mean().getFloat();
    }

    /** Returns how many of the ten digits are read with a probability above 0.9, each in two pictures or more. */
    private static long kinds(DigitClassifier classifier, NDArray pictures) {
        return classifier
                .probabilities(pictures.gt(0).toType(DataType.UINT8, false))
                .gt(0.9f)
                .toType(DataType.FLOAT32, false)
                .sum(new int[] {0})
                .gt(1.5f)
                .countNonzero()
                .getLong();
    }
}
