package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SamplingAlgorithmTest {

    private static final StandardNormal NORMAL = new StandardNormal(3);

    @ParameterizedTest
    @EnumSource(SamplingAlgorithm.class)
    void convertsAStepSizeToThatOfLangevinDynamicsAndBack(SamplingAlgorithm algorithm) {
        assertThat(algorithm.langevinStepSize(algorithm.stepSize(0.3))).isCloseTo(0.3, within(1e-12));
    }

    /** A path of one leapfrog step is a step of MALA. Other conversions would miss the acceptance of 0.64 by far more than its error, 0.005. */
    @Test
    void theStepSizeOfHamiltonianMonteCarloIsThatOfAPathOfOneStep() {
        double stepSize = 0.8;
        double mala = acceptance(SamplingAlgorithm.MALA.kernel(NORMAL), stepSize);
        double paths = acceptance(new HamiltonianMonteCarlo(NORMAL, 1), SamplingAlgorithm.HMC.stepSize(stepSize));
        assertThat(paths).isCloseTo(mala, within(0.005));
    }

    private static double acceptance(TransitionKernel kernel, double stepSize) {
        RandomSource random = RandomSource.of(5);
        SamplerConfig config =
                SamplerConfig.builder().burnIn(0).steps(50).stepSize(stepSize).build();
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                NDArray start = random.normal(manager, new Shape(2000, 3));
                SampleRun run = Sampler.of(kernel, config).run(start, random)) {
            return run.meanAcceptanceRate();
        }
    }
}
