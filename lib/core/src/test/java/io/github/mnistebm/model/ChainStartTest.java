package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
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
        assertThat(states.origin().steps(100, 200)).isEqualTo(40);
        assertThat(states.origin().sequential()).isFalse();
        assertThat(states.origin().toString()).matches("from 20,000 draws worth 1\\d,\\d{3}, Pareto k -?\\d\\.\\d\\d");
        ChainStart.States related = ChainStart.TARGET.states(manager, measured(2, 0.3), 1000, random);
        assertThat(related.origin().sequential()).isFalse();
        // A standard normal distribution is not fitted, so that no jump parts the chains.
        assertThat(related.origin().steps(1000, 200)).isEqualTo(200);
    }

    /** In 30 dimensions hardly any of the pool is where the target is: without the stages in between, a few states would stand for all. */
    @Test
    void unevenWeightsAreLeftToSequentialMonteCarlo() {
        int chains = 1000;
        double s = 0.3;
        ChainStart.States states = ChainStart.TARGET.states(manager, measured(30, s), chains, random);
        assertThat(states.origin().sequential()).isTrue();
        assertThat(states.origin().steps(chains, 200)).isEqualTo(200);
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

    @Test
    void chainsWithJumpsTakeTheStepsThatPartThem() {
        ChainStart.Origin origin = new ChainStart.Origin(100_000, 4000, 37, 0.5, false);
        assertThat(origin.steps(200, 200)).isEqualTo(40);
        assertThat(origin.steps(201, 200)).isEqualTo(74);
        assertThat(new ChainStart.Origin(100_000, 4000, 7, 0.5, false).steps(1000, 200))
                .isEqualTo(40);
        assertThat(new ChainStart.Origin(100_000, 4000, 120, 0.5, false).steps(1000, 200))
                .isEqualTo(200);
        assertThat(new ChainStart.Origin(100_000, 4000, 7, 0.9, true).steps(1000, 200))
                .isEqualTo(200);
        assertThat(origin.steps(1, 2)).isEqualTo(1);
    }

    /** Nothing is lost: the bundled model's energies and latents are those of chains that run for longer than a thousand steps. */
    @Test
    @Tag("slow")
    void drawingsFromTheTargetHaveTheMomentsOfLongChains() throws IOException {
        int chains = 400;
        try (DigitModel model = DigitModel.load(DataFolder.pretrained(), Device.cpu())) {
            SamplerConfig longer = SamplerConfig.builder()
                    .stepSize(model.stepSize())
                    .burnIn(700)
                    .steps(700)
                    .build();
            NDList kept = new NDList();
            DigitSampler.of(model)
                    .draw(
                            chains,
                            1,
                            (latents, images, means) -> kept.add(Scope.owned(manager, latents.duplicate())),
                            steps -> {});
            NDArray drawn = kept.singletonOrThrow();
            try (SampleRun run = model.sample(chains, longer, random)) {
                requireSameMean(model.energy().energy(drawn), model.energy().energy(run.last()));
                for (int i = 0; i < model.energy().dimension(); i++) {
                    NDArray one = drawn.get(":, " + i);
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
