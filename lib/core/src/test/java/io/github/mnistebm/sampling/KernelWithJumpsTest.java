package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.GaussianMixture;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KernelWithJumpsTest {

    private final RandomSource random = RandomSource.of(1);

    private static final int CHAINS = 10_000;

    /** Two modes 16 standard deviations apart, which Langevin dynamics does not cross between. */
    private static GaussianMixture target(NDManager manager, double leftWeight) {
        return GaussianMixture.of(
                manager, new double[] {leftWeight, 1 - leftWeight}, new double[][] {{-8, 0}, {8, 0}}, new double[][] {
                    {1, 0, 0, 1}, {1, 0, 0, 1}
                });
    }

    private static double shareOnTheLeft(SampleRun run) {
        int left = 0;
        float[] states = run.last().toFloatArray();
        for (int chain = 0; chain < CHAINS; chain++) {
            left += states[2 * chain] < 0 ? 1 : 0;
        }
        return left / (double) CHAINS;
    }

    private SampleRun run(NDManager manager, TransitionKernel kernel) {
        SamplerConfig config =
                SamplerConfig.builder().burnIn(0).steps(120).stepSize(0.5).build();
        NDArray start = manager.zeros(new Shape(CHAINS, 2)).add(manager.create(new float[] {8, 0}));
        return Sampler.of(kernel, config).run(start, random);
    }

    private static IndependenceMetropolis jumps(EnergyFunction target, ReferenceMeasure proposal) {
        return new IndependenceMetropolis(target, proposal, target.minus(proposal));
    }

    @Test
    void crossBetweenModesAndKeepTheirWeights() {
        try (NDManager manager = NDManager.newBaseManager();
                GaussianMixture target = target(manager, 0.3);
                GaussianMixture proposal = target(manager, 0.5)) {
            TransitionKernel kernel =
                    new KernelWithJumps(new MetropolisAdjustedLangevin(target), jumps(target, proposal), 6);
            try (SampleRun run = run(manager, kernel)) {
                double tolerance = 4.5 * Math.sqrt(0.3 * 0.7 / CHAINS);
                assertThat(shareOnTheLeft(run)).isCloseTo(0.3, within(tolerance));
                // A jump goes to the other side with probability 1/2, and from right to left is accepted with 3/7.
                assertThat(run.jumpAcceptanceRate()).isCloseTo(0.3 + 0.7 * (0.5 + 0.5 * 3 / 7), within(0.02));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SamplingAlgorithm.class,
            names = {"MALA", "HMC"})
    void everyOtherStepIsAJumpFromTheMeasureThatIsGiven(SamplingAlgorithm algorithm) {
        try (NDManager manager = NDManager.newBaseManager();
                GaussianMixture target = target(manager, 0.3);
                GaussianMixture proposal = target(manager, 0.5);
                SampleRun run = run(manager, algorithm.kernelWithJumps(target, proposal))) {
            assertThat(shareOnTheLeft(run)).isCloseTo(0.3, within(4.5 * Math.sqrt(0.3 * 0.7 / CHAINS)));
            assertThat(run.jumpAcceptanceRate()).isCloseTo(0.3 + 0.7 * (0.5 + 0.5 * 3 / 7), within(0.02));
        }
    }

    @Test
    void withoutJumpsTheModesAreNotLeft() {
        try (NDManager manager = NDManager.newBaseManager();
                GaussianMixture target = target(manager, 0.3);
                SampleRun run = run(manager, new MetropolisAdjustedLangevin(target))) {
            assertThat(shareOnTheLeft(run)).isZero();
            assertThat(run.jumpAcceptanceRate()).isNaN();
        }
    }

    @Test
    void aJumpProposedFromTheTargetIsAlwaysAccepted() {
        try (NDManager manager = NDManager.newBaseManager();
                GaussianMixture target = target(manager, 0.3)) {
            ChainState state = ChainState.at(target, target.sample(manager, 100, random));
            Transition transition = jumps(target, target).step(state, manager.create(0.1f), 0, random);
            assertThat(transition.jump()).isTrue();
            for (float acceptance : transition.acceptanceProbability().toFloatArray()) {
                assertThat(acceptance).isCloseTo(1, within(1e-4f));
            }
        }
    }
}
