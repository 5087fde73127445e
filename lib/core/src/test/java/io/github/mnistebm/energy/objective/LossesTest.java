package io.github.mnistebm.energy.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.energy.EnergyNetwork;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.training.TrainingHistory;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Losses and their derivatives against sums in double precision. */
class LossesTest {

    private static final int DATA = 3;
    private static final int DRAWS = 4;

    private final RandomSource random = RandomSource.of(1);
    private final StandardNormal reference = new StandardNormal(2);

    private NDManager manager;
    private TiltedEnergy energy;
    private EnergyNetwork network;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        network = EnergyNetwork.create(manager, 2, List.of(6), random);
        network.parameters()
                .addi(random.normal(manager, network.parameters().getShape()).mul(0.3f));
        energy = new TiltedEnergy(network, reference);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private LossEstimator.Batch batch(EnergyLoss loss, NDArray data, int seed) {
        return loss.begin(manager, energy, (int) data.getShape().get(0), TrainingHistory.of("energy"), random)
                .batch(data, RandomSource.of(seed));
    }

    private NDArray data(int count) {
        return random.normal(manager, new Shape(count, 2));
    }

    private static double[] doubles(NDArray array) {
        float[] values = array.toFloatArray();
        double[] result = new double[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = values[i];
        }
        return result;
    }

    private static double[] differences(ToDoubleFunction<double[]> loss, double[] at) {
        double step = 1e-5;
        double[] result = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            double[] moved = at.clone();
            moved[i] += step;
            double above = loss.applyAsDouble(moved);
            moved[i] -= 2 * step;
            result[i] = (above - loss.applyAsDouble(moved)) / (2 * step);
        }
        return result;
    }

    /** Fails unless the batch has the loss, its value at f = 0 and its derivatives, and unless it differs from mistaken losses. */
    private void assertIs(
            LossEstimator.Batch batch, ToDoubleFunction<double[]> loss, List<ToDoubleFunction<double[]>> mistaken) {
        NDArray tilts = random.normal(manager, batch.states().getShape().slice(0, 1));
        double[] at = doubles(tilts);
        double[] measures = doubles(batch.measures(tilts));
        assertThat(measures[0]).isCloseTo(loss.applyAsDouble(at), within(1e-5));
        assertThat(measures[1]).isCloseTo(loss.applyAsDouble(new double[at.length]), within(1e-5));
        double[] coefficients = doubles(batch.coefficients(tilts));
        assertThat(coefficients).containsExactly(differences(loss, at), within(1e-6));
        for (ToDoubleFunction<double[]> wrong : mistaken) {
            double[] others = differences(wrong, at);
            assertThat(IntStream.range(0, at.length).mapToDouble(i -> Math.abs(others[i] - coefficients[i])))
                    .anyMatch(difference -> difference > 1e-2);
        }
    }

    /** The negative logarithm of the probability that each state is labelled as what it is, for noise ν times as frequent as data. */
    private static double logistic(double[] tilts, double draws, int signOfNoise) {
        double sum = 0;
        for (int i = 0; i < tilts.length; i++) {
            double ofData = 1 / (1 + draws * Math.exp(tilts[i]));
            sum -= i < DATA ? Math.log(ofData) : signOfNoise * Math.log(1 - ofData);
        }
        return sum / DATA;
    }

    @Test
    void noiseContrastiveEstimationIsALogisticRegressionOnTheRatioOfDensities() {
        LossEstimator.Batch batch = batch(new NoiseContrastiveEstimation(DRAWS), data(DATA), 1);
        assertThat(batch.states().getShape()).isEqualTo(new Shape(DATA * (1 + DRAWS), 2));
        assertIs(batch, tilts -> logistic(tilts, DRAWS, 1), List.of(tilts -> logistic(tilts, 1, 1)));
        NDArray tilts = manager.zeros(new Shape(DATA * (1 + DRAWS)));
        double[] wrong = differences(at -> logistic(at, DRAWS, -1), doubles(tilts));
        assertThat(doubles(batch.coefficients(tilts))[DATA]).isCloseTo(-wrong[DATA], within(1e-6));
    }

    /** Far from the noise, a state of the data has a loss of almost 0; far from the data, one of its whole energy. */
    @Test
    void theLogisticLossStaysFiniteForLargeEnergies() {
        LossEstimator.Batch batch = batch(new NoiseContrastiveEstimation(1), data(1), 1);
        NDArray tilts = manager.create(new float[] {500, 500});
        assertThat(doubles(batch.measures(tilts))[0]).isCloseTo(500, within(1e-3));
        assertThat(doubles(batch.coefficients(tilts))).containsExactly(new double[] {1, 0}, within(1e-6));
    }

    /** The mean of log(w/M + 1/M Σ exp(±(E(x) − E(drawn)))), with the energies of the reference measure. */
    private static double discrepancy(double[] tilts, double[] ofReference, double w, int sign) {
        double mean = 0;
        for (int i = 0; i < DATA; i++) {
            double sum = w;
            for (int j = 0; j < DRAWS; j++) {
                int drawn = DATA + i * DRAWS + j;
                double difference = tilts[i] + ofReference[i] - tilts[drawn] - ofReference[drawn];
                sum += Math.exp(sign * difference);
            }
            mean += Math.log(sum / DRAWS) / DATA;
        }
        return mean;
    }

    @Test
    void energyDiscrepancyComparesEachDatumWithItsOwnPerturbations() {
        NDArray data = data(DATA);
        LossEstimator.Batch batch = batch(new EnergyDiscrepancy(DRAWS, 0.5), data, 1);
        double[] ofReference = doubles(reference.energy(batch.states()));
        assertIs(
                batch,
                tilts -> discrepancy(tilts, ofReference, 1, 1),
                List.of(
                        tilts -> discrepancy(tilts, ofReference, 1, -1),
                        tilts -> discrepancy(tilts, ofReference, 0, 1),
                        tilts -> discrepancy(tilts, new double[tilts.length], 1, 1)));
    }

    /** The draws around a datum share one displacement: their differences have the variance 2 s², the draws themselves 2 s² too. */
    @Test
    void energyDiscrepancyMovesTheDatumBeforeItDrawsAroundIt() {
        double scale = 0.5;
        int count = 20_000;
        NDArray states = batch(new EnergyDiscrepancy(2, scale), manager.zeros(new Shape(count, 2)), 1)
                .states()
                .get(count + ":");
        NDArray pairs = states.reshape(count, 2, 2);
        NDArray between = pairs.get(":, 0").sub(pairs.get(":, 1"));
        // The relative error of a variance of 80,000 or 40,000 numbers is under 0.01.
        assertThat((double) states.square().mean().getFloat()).isCloseTo(2 * scale * scale, within(0.02));
        assertThat((double) between.square().mean().getFloat()).isCloseTo(2 * scale * scale, within(0.02));
    }

    /** For data and reference measure of variance 1, s ∇E(x̃) − ξ = s x + (s² − 1) ξ, with noise of the wrong sign s x + (s² + 1) ξ. */
    @Test
    void theScoreMatchingLossOfTheReferenceMeasureIsKnown() {
        double s = 0.5;
        double[] measures =
                doubles(batch(new DenoisingScoreMatching(s), data(100_000), 1).measures(manager.zeros(new Shape(1))));
        double perCoordinate = (s * s + (s * s - 1) * (s * s - 1)) / 2;
        assertThat(measures[1]).isCloseTo(2 * perCoordinate, within(0.01));
    }

    /** Along its own direction, the gradient with respect to the parameters is the slope of the loss. */
    @Test
    void theGradientOfScoreMatchingIsThatOfItsLoss() {
        NDArray data = data(200);
        EnergyLoss loss = new DenoisingScoreMatching(0.3);
        LossEstimator.Batch batch = batch(loss, data, 5);
        NDArray gradient =
                network.parameterGradient(batch.states(), batch::coefficients).gradient();
        double length = Math.sqrt(gradient.square().sum().getFloat());
        NDArray step = gradient.mul((float) (1e-2 / length));
        network.parameters().addi(step);
        double above = doubles(batch(loss, data, 5).measures(data))[0];
        network.parameters().subi(step.mul(2));
        double below = doubles(batch(loss, data, 5).measures(data))[0];
        assertThat((above - below) / 2e-2).isCloseTo(length, within(0.01 * length));
    }
}
