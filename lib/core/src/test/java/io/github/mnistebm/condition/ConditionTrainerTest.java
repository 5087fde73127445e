package io.github.mnistebm.condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.morphology.Measure;
import io.github.mnistebm.morphology.Morphology;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.training.TrainingListener;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Training on examples whose distributions are known. */
class ConditionTrainerTest {

    private static final int DIMENSION = 3;

    private static NDManager manager;
    private static ConditionNetworks networks;

    @BeforeAll
    static void train() {
        manager = NDManager.newBaseManager();
        Examples examples = examples(8000, 1);
        networks = ConditionTrainer.train(
                manager,
                examples,
                examples(4000, 2),
                2,
                examples.morphologies(),
                RandomSource.of(3),
                TrainingListener.NONE);
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    private static double probability(float[] latent) {
        return 1 / (1 + Math.exp(-2 * latent[0] + latent[1]));
    }

    private static double thickness(float[] latent) {
        return 3 + 0.5 * latent[2];
    }

    private static double slant(float[] latent) {
        return 20 * Math.sin(latent[0]);
    }

    private static double slantScale(float[] latent) {
        return Math.exp(0.5 * latent[1]);
    }

    private static double logistic(SplittableRandom random) {
        double p = random.nextDouble(1e-9, 1);
        return Math.log(p / (1 - p));
    }

    /** Class 1 with a probability that is the sigmoid of a linear function; two measures of logistic distributions. */
    private static Examples examples(int n, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] latents = new float[n * DIMENSION];
        byte[] labels = new byte[n];
        Morphology[] morphologies = new Morphology[n];
        for (int i = 0; i < n; i++) {
            float[] latent = new float[DIMENSION];
            for (int j = 0; j < DIMENSION; j++) {
                latent[j] = (float) random.nextGaussian();
                latents[i * DIMENSION + j] = latent[j];
            }
            labels[i] = (byte) (random.nextDouble() < probability(latent) ? 1 : 0);
            morphologies[i] = new Morphology(
                    thickness(latent) + 0.1 * logistic(random),
                    slant(latent) + slantScale(latent) * logistic(random),
                    10,
                    20,
                    40 + logistic(random),
                    100 + logistic(random));
        }
        return new Examples(manager.create(latents, new Shape(n, DIMENSION)), labels, morphologies);
    }

    @Test
    void findsTheProbabilitiesOfClasses() {
        Examples fresh = examples(2000, 4);
        float[] latents = fresh.latents().toFloatArray();
        float[] found = networks.probabilities(fresh.latents()).get(":, 1").toFloatArray();
        double error = 0;
        for (int i = 0; i < found.length; i++) {
            error += Math.abs(found[i] - probability(row(latents, i))) / found.length;
        }
        assertThat(error).isLessThan(0.03);
    }

    @Test
    void findsTheDistributionsOfMeasures() {
        Examples fresh = examples(2000, 5);
        float[] latents = fresh.latents().toFloatArray();
        NDArray outputs = networks.measures(fresh.latents());
        float[] found = outputs.toFloatArray();
        int columns = 2 * Measure.values().length;
        double thickness = 0;
        double slant = 0;
        double logScale = 0;
        for (int i = 0; i < 2000; i++) {
            float[] latent = row(latents, i);
            thickness += Math.abs(found[i * columns] - thickness(latent)) / 2000;
            slant += Math.abs(found[i * columns + 1] - slant(latent)) / 2000;
            logScale += Math.abs(found[i * columns + Measure.values().length + 1] - 0.5 * latent[1]) / 2000;
        }
        assertThat(thickness).isLessThan(0.03);
        assertThat(slant).isLessThan(0.4);
        assertThat(logScale).isLessThan(0.2);
    }

    private static float[] row(float[] latents, int i) {
        return new float[] {latents[i * DIMENSION], latents[i * DIMENSION + 1], latents[i * DIMENSION + 2]};
    }

    /** Of 2000 latents, the error of a coverage of one half is 1.1 points. */
    @Test
    void isCalibratedOnFreshExamples() {
        Calibration calibration = Calibration.of(networks, examples(2000, 6));
        assertThat(calibration.expectedCalibrationError()).isLessThan(0.04);
        assertThat(calibration.coverages()[Measure.SLANT.ordinal()][0]).isCloseTo(0.5, within(0.045));
        assertThat(calibration.coverages()[Measure.SLANT.ordinal()][2]).isCloseTo(0.9, within(0.03));
        assertThat(calibration.coverages()[Measure.THICKNESS.ordinal()][2]).isCloseTo(0.9, within(0.03));
    }

    /** Twice the scale covers more, and a temperature of a third is too sure. */
    @Test
    void calibrationShowsNetworksThatAreNot() {
        ConditionNetworks wrong = ConditionNetworks.of(manager, DIMENSION, 2, networks.tensors());
        wrong.measureNetwork().outputBias().addi((float) Math.log(2));
        wrong.classNetwork().outputWeight().muli(3);
        wrong.classNetwork().outputBias().muli(3);
        Calibration calibration = Calibration.of(wrong, examples(2000, 6));
        assertThat(calibration.expectedCalibrationError()).isGreaterThan(0.06);
        assertThat(calibration.coverages()[Measure.SLANT.ordinal()][0]).isGreaterThan(0.6);
        assertThat(calibration.coverageError()).isGreaterThan(0.1);
    }

    @Test
    void keepsQuantilesOfTheImages() {
        Morphology[] images = new Morphology[101];
        for (int i = 0; i < images.length; i++) {
            images[i] = new Morphology(i, -i, 0, 0, 0, 0);
        }
        ConditionNetworks kept = ConditionTrainer.train(
                manager, examples(300, 1), examples(100, 2), 2, images, RandomSource.of(1), TrainingListener.NONE);
        assertThat(kept.quantile(Measure.THICKNESS, 0.8)).isCloseTo(80, within(1e-3));
        assertThat(kept.quantile(Measure.SLANT, 0.125)).isCloseTo(-87.5, within(1e-3));
        assertThat(kept.quantile(Measure.THICKNESS, 1)).isCloseTo(100, within(1e-3));
        assertThat(kept.share(Measure.SLANT, -87.5)).isCloseTo(0.125, within(1e-5));
        assertThat(kept.share(Measure.THICKNESS, -1)).isZero();
        assertThat(kept.share(Measure.THICKNESS, 101)).isEqualTo(1);
    }

    @Test
    void examplesNeedALabelEach() {
        assertThatThrownBy(() -> new Examples(manager.zeros(new Shape(3, 2)), new byte[2], new Morphology[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found 3 latents, 2 labels, 0 measures");
    }
}
