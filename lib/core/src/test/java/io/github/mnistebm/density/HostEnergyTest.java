package io.github.mnistebm.density;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.energy.EnergyNetwork;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain loops compute the same as tensor operations. */
class HostEnergyTest {

    private static final int DIMENSION = 6;
    private static final int LANES = 80;

    private final RandomSource random = RandomSource.of(1);
    private NDManager manager;

    static List<List<Integer>> shapes() {
        return List.of(List.of(1), List.of(8), List.of(33), List.of(5, 7), List.of(9, 4, 6), List.of(200, 130));
    }

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private EnergyNetwork network(List<Integer> hiddenUnits) {
        EnergyNetwork network = EnergyNetwork.create(manager, DIMENSION, hiddenUnits, random);
        network.parameters()
                .addi(random.normal(manager, network.parameters().getShape()).muli(0.2));
        return network;
    }

    private GaussianMixture mixture(int components) {
        SplittableRandom numbers = new SplittableRandom(1);
        double[] weights = new double[components];
        double[][] means = new double[components][DIMENSION];
        double[][] covariances = new double[components][DIMENSION * DIMENSION];
        Arrays.fill(weights, 1.0 / components);
        for (int c = 0; c < components; c++) {
            for (int i = 0; i < DIMENSION; i++) {
                means[c][i] = 2 * numbers.nextGaussian();
                for (int j = 0; j < DIMENSION; j++) {
                    covariances[c][i * DIMENSION + j] = (i == j ? 1 + 0.5 * numbers.nextDouble() : 0) + 0.1;
                }
            }
        }
        return GaussianMixture.of(manager, weights, means, covariances);
    }

    private void assertAgrees(EnergyFunction energy) {
        NDArray states = random.normal(manager, new Shape(LANES, DIMENSION)).mul(3);
        float[] values = states.toFloatArray();
        float[][] positions = new float[DIMENSION][LANES];
        for (int lane = 0; lane < LANES; lane++) {
            for (int i = 0; i < DIMENSION; i++) {
                positions[i][lane] = values[lane * DIMENSION + i];
            }
        }
        EnergyAndGradient expected = energy.energyAndGradient(states);
        float[] expectedEnergies = expected.energy().toFloatArray();
        float[] expectedGradients = expected.gradient().toFloatArray();
        HostEnergy.Evaluator evaluator = energy.onHost().orElseThrow().evaluator(LANES);
        float[] energies = new float[LANES];
        float[] alone = new float[LANES];
        float[][] gradients = new float[DIMENSION][LANES];
        evaluator.energyAndGradient(LANES, positions, energies, gradients);
        evaluator.energy(LANES, positions, alone);
        assertThat(alone).isEqualTo(energies);
        for (int lane = 0; lane < LANES; lane++) {
            assertThat(energies[lane]).isCloseTo(expectedEnergies[lane], within(tolerance(expectedEnergies[lane])));
            for (int i = 0; i < DIMENSION; i++) {
                float gradient = expectedGradients[lane * DIMENSION + i];
                assertThat(gradients[i][lane]).isCloseTo(gradient, within(tolerance(gradient)));
            }
        }
    }

    private static float tolerance(float value) {
        return 1e-5f * (10 + Math.abs(value));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void ofANetwork(List<Integer> hiddenUnits) {
        assertAgrees(network(hiddenUnits));
    }

    @Test
    void ofTheStandardNormal() {
        assertAgrees(new StandardNormal(DIMENSION));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1000})
    void ofAMixture(int components) {
        assertAgrees(mixture(components));
    }

    @Test
    void ofATiltedMeasure() {
        assertAgrees(new TiltedEnergy(network(List.of(8, 8)), mixture(3)));
    }

    @Test
    void ofASum() {
        assertAgrees(network(List.of(8, 8)).plus(mixture(3)).plus(new StandardNormal(DIMENSION)));
    }

    @Test
    void atATemperature() {
        assertAgrees(new TiltedEnergy(network(List.of(8)), new StandardNormal(DIMENSION)).atTemperature(0.7));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 3})
    void ofATemperedMeasure(double temperature) {
        assertAgrees(new TiltedEnergy(network(List.of(8)), new StandardNormal(DIMENSION)).tempered(temperature));
        assertAgrees(new TiltedEnergy(network(List.of(8)), mixture(3)).tempered(temperature));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 3})
    void samplesOfATemperedMeasureHaveItsMoments(double temperature) {
        assertMoments(new StandardNormal(DIMENSION).tempered(temperature));
        assertMoments(mixture(3).tempered(temperature));
    }

    @Test
    void followsTheParametersThatANetworkHasWhenItIsAsked() {
        EnergyNetwork network = network(List.of(8));
        assertAgrees(network);
        network.parameters().muli(0.5);
        assertAgrees(network);
    }

    @Test
    void samplesOfAMixtureHaveItsMoments() {
        assertMoments(mixture(3));
    }

    @Test
    void samplesOfTheStandardNormalHaveItsMoments() {
        assertMoments(new StandardNormal(DIMENSION));
    }

    /** Means and products of coordinates against those of as many samples by tensor operations. */
    private void assertMoments(ReferenceMeasure measure) {
        HostReference host = measure.onHost().orElseThrow();
        SplittableRandom generator = new SplittableRandom(2);
        int blocks = 500;
        int n = blocks * LANES;
        double[] sums = new double[DIMENSION];
        double[][] products = new double[DIMENSION][DIMENSION];
        float[][] positions = new float[DIMENSION][LANES];
        for (int block = 0; block < blocks; block++) {
            host.sample(LANES, generator, positions);
            for (int i = 0; i < DIMENSION; i++) {
                for (int lane = 0; lane < LANES; lane++) {
                    sums[i] += positions[i][lane];
                    for (int j = 0; j <= i; j++) {
                        products[i][j] += positions[i][lane] * positions[j][lane];
                    }
                }
            }
        }
        NDArray samples = measure.sample(manager, n, random);
        for (int i = 0; i < DIMENSION; i++) {
            NDArray coordinate = samples.get(":," + i);
            assertSameMean(sums[i] / n, coordinate, n);
            for (int j = 0; j <= i; j++) {
                assertSameMean(products[i][j] / n, coordinate.mul(samples.get(":," + j)), n);
            }
        }
    }

    private static void assertSameMean(double found, NDArray values, int n) {
        double mean = values.mean().getFloat();
        double variance = values.sub(values.mean()).square().mean().getFloat();
        assertThat(found).isCloseTo(mean, within(4.5 * Math.sqrt(2 * variance / n)));
    }
}
