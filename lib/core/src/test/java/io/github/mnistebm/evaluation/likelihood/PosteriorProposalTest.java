package io.github.mnistebm.evaluation.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PosteriorProposalTest {

    private static final StandardNormal PRIOR = new StandardNormal(2);
    private static final int DRAWS = 5000;

    private final RandomSource random = RandomSource.of(1);
    private NDManager manager;
    private LaplaceApproximation fitted;

    @BeforeEach
    void fit() {
        manager = NDManager.newBaseManager();
        LinearGaussian model = new LinearGaussian(manager);
        NDArray data = model.sample(random.normal(manager, new Shape(2, 2)), random);
        fitted = LaplaceApproximation.fit(
                        model.given(data), List.of(PRIOR), random.normal(manager, new Shape(2, 2)), random)
                .get(0);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void hasTheCovarianceOfTheLinearGaussianPosterior() {
        DMatrixRMaj expected = LinearGaussian.posteriorCovariance();
        float[] found = fitted.roots().matMul(fitted.roots()).toFloatArray();
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isCloseTo((float) expected.get(i % 4), within(1e-4f));
        }
        float[] logDeterminants = fitted.logDeterminants().toFloatArray();
        assertThat(logDeterminants[0]).isCloseTo((float) Math.log(CommonOps_DDRM.det(expected)) / 2, within(1e-4f));
    }

    @Test
    void coordinatesGoBack() {
        NDArray latents = random.normal(manager, new Shape(6, 2));
        assertThat(fitted.latents(fitted.coordinates(latents)).toFloatArray())
                .containsExactly(latents.toFloatArray(), within(1e-4f));
    }

    @Test
    void theWeightsOfANormalizedDensityHaveMeanOne() {
        NDArray latents = proposal().sample(DRAWS, random);
        double[] weights = weights(latents, proposal().logDensities(latents));
        assertThat(mean(weights)).isCloseTo(1, within(4.5 * error(weights)));
        assertThat(error(weights)).isLessThan(0.01);
    }

    @Test
    void theWeightsByTheDensityThatIsNotWidenedDoNot() {
        NDArray latents = proposal().sample(DRAWS, random);
        double[] weights = weights(latents, logNormals(latents, 1));
        assertThat(mean(weights)).isGreaterThan(1 + 10 * 0.01);
    }

    private PosteriorProposal proposal() {
        return new PosteriorProposal(fitted);
    }

    /** Weights of a density like the posterior's, but 1.3 times as wide, for both observations. */
    private double[] weights(NDArray latents, double[] proposed) {
        double[] weights = logNormals(latents, 1.3);
        Arrays.setAll(weights, i -> Math.exp(weights[i] - proposed[i]));
        return weights;
    }

    private double[] logNormals(NDArray latents, double scale) {
        double[] logs = fitted.coordinates(latents)
                .square()
                .sum(new int[] {1})
                .toType(DataType.FLOAT64, false)
                .toDoubleArray();
        float[] volumes = fitted.logDeterminants().toFloatArray();
        Arrays.setAll(
                logs, i -> -logs[i] / (2 * scale * scale) - Math.log(2 * Math.PI * scale * scale) - volumes[i / DRAWS]);
        return logs;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double error(double[] values) {
        double mean = mean(values);
        return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / values.length / values.length);
    }
}
