package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.Sampler;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ChainStartTest {

    private final RandomSource random = RandomSource.of(1);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** f(u) = Σ (uᵢ − 1)² / 2s² with a standard normal q: the target has the mean 1 / (1 + s²) and the variance s² / (1 + s²). */
    private static TiltedEnergy measured(int dimension, double s) {
        EnergyFunction tilt = EnergyFunction.of(dimension, (state, gradient) -> {
            double energy = 0;
            for (int i = 0; i < dimension; i++) {
                gradient[i] = (state[i] - 1) / (s * s);
                energy += (state[i] - 1) * (state[i] - 1) / (2 * s * s);
            }
            return energy;
        });
        return new TiltedEnergy(tilt, new StandardNormal(dimension));
    }

    @Test
    void evenWeightsResampleThePool() {
        ChainStart.States states = ChainStart.TARGET.states(manager, measured(2, 2), 100, random);
        assertThat(states.origin().partsChains(100)).isTrue();
        assertThat(states.origin().sequential()).isFalse();
        assertThat(states.origin().toString()).matches("from 20,000 draws worth 1\\d,\\d{3}, Pareto k -?\\d\\.\\d\\d");
        ChainStart.States related = ChainStart.TARGET.states(manager, measured(2, 0.3), 1000, random);
        assertThat(related.origin().sequential()).isFalse();
        assertThat(related.origin().partsChains(1000)).isFalse();
    }

    /** In 30 dimensions hardly any of the pool is where the target is: without the stages in between, a few states would stand for all. */
    @Test
    void unevenWeightsAreLeftToSequentialMonteCarlo() {
        int chains = 1000;
        double s = 0.3;
        ChainStart.States states = ChainStart.TARGET.states(manager, measured(30, s), chains, random);
        assertThat(states.origin().sequential()).isTrue();
        assertThat(states.origin().partsChains(chains)).isFalse();
        assertThat(states.origin().toString()).startsWith("by sequential Monte Carlo, since Pareto k is ");
        double variance = s * s / (1 + s * s);
        double tolerance = 4 * Math.sqrt(variance / chains);
        assertThat((double) states.positions().mean().getFloat()).isCloseTo(1 / (1 + s * s), within(tolerance));
        NDArray deviations = states.positions().sub(1 / (1 + s * s));
        assertThat(deviations.square().mean().getFloat() / variance).isCloseTo(1, within(0.2));
    }

    @Test
    void drawsOfTheReferenceMeasureAreNotTheTarget() {
        ChainStart.States states = ChainStart.REFERENCE.states(manager, measured(2, 1), 1000, random);
        assertThat((double) states.positions().mean().getFloat()).isCloseTo(0, within(4 / Math.sqrt(2000)));
        assertThat(states.origin()).hasToString("from draws of the reference measure");
    }

    /** Nothing is lost: the bundled model's energies and latents are those of chains that run for longer than a thousand steps. */
    @Test
    @Tag("slow")
    void drawingsFromTheTargetHaveTheMomentsOfLongChains() throws IOException {
        int chains = 400;
        try (DigitModel model = DigitModel.load(DataFolder.pretrained(), Device.cpu())) {
            SamplerConfig length = SamplerConfig.builder()
                    .stepSize(model.stepSize())
                    .burnIn(100)
                    .steps(100)
                    .build();
            SamplerConfig longer = SamplerConfig.builder()
                    .stepSize(model.stepSize())
                    .burnIn(700)
                    .steps(700)
                    .build();
            NDArray start = ChainStart.TARGET
                    .states(manager, model.energy(), chains, random)
                    .positions();
            try (SampleRun drawn = Sampler.of(model.kernel(), length).run(start, random);
                    SampleRun run = model.sample(chains, longer, random)) {
                requireSameMean(
                        model.energy().energy(drawn.last()), model.energy().energy(run.last()));
                for (int i = 0; i < model.energy().dimension(); i++) {
                    NDArray one = drawn.last().get(":, " + i);
                    NDArray other = run.last().get(":, " + i);
                    requireSameMean(one, other);
                    requireSameMean(one.square(), other.square());
                }
            }
        }
    }

    /** Chains that share an ancestor make the drawn states worth fewer. */
    private static void requireSameMean(NDArray drawn, NDArray run) {
        double variance = run.sub(run.mean()).square().mean().getFloat();
        double error = Math.sqrt(variance * (2.0 / drawn.size() + 1.0 / run.size()));
        assertThat((double) drawn.mean().getFloat()).isCloseTo(run.mean().getFloat(), within(4.5 * error));
    }
}
