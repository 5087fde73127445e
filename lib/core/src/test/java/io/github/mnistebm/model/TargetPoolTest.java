package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TargetPoolTest extends WithTinyModel {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = model.manager().newSubManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static TargetPool pool(int seed) {
        return TargetPool.of(model, RandomSource.of(seed));
    }

    private WalkStart.Start start(TargetPool pool, int chains, int seed) {
        return pool.choose(manager, model.energy(), chains, RandomSource.of(seed));
    }

    @Test
    void theSameSeedsChooseTheSameStates() {
        float[] chosen = start(pool(1), 36, 1).positions().toFloatArray();
        assertThat(start(pool(1), 36, 1).positions().toFloatArray()).isEqualTo(chosen);
        assertThat(start(pool(1), 36, 2).positions().toFloatArray()).isNotEqualTo(chosen);
        assertThat(start(pool(2), 36, 1).positions().toFloatArray()).isNotEqualTo(chosen);
    }

    /** With a standard error of 1 / √n of the standard deviation, of chains from the reference measure too. */
    @Test
    void theStatesAreDistributedAsTheTarget() {
        SamplerConfig config = SamplerConfig.builder()
                .stepSize(model.stepSize())
                .burnIn(300)
                .steps(100)
                .build();
        try (SampleRun run = model.sample(2000, config, 1)) {
            NDArray walked = model.energy().energy(run.last());
            NDArray chosen = model.energy().energy(start(pool(1), 2000, 1).positions());
            double deviation =
                    Math.sqrt(walked.sub(walked.mean()).square().mean().getFloat());
            assertThat((double) chosen.mean().getFloat())
                    .isCloseTo(walked.mean().getFloat(), within(4 * Math.sqrt(2 / 2000.0) * deviation));
        }
    }

    @Test
    void fewChainsStartApartAndTakeFewSteps() {
        WalkStart.Start few = start(pool(1), 36, 1);
        Set<String> different = new HashSet<>();
        float[] positions = few.positions().toFloatArray();
        int d = model.energy().dimension();
        for (int chain = 0; chain < 36; chain++) {
            different.add(Arrays.toString(Arrays.copyOfRange(positions, chain * d, chain * d + d)));
        }
        assertThat(different).hasSizeGreaterThan(33);
        assertThat(few.steps()).isEqualTo(40);
        // More chains than the pool has states: some start at the same one, but nearly all jumps of this model are
        // accepted.
        assertThat(start(pool(1), 20_000, 1).steps()).isEqualTo(40);
    }

    @Test
    void theStatesAreOfOneTemperature() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pool(1).choose(manager, model.energy().tempered(0.5), 1, RandomSource.of(1)))
                .withMessageStartingWith("energy: expected that of the pool's model");
    }
}
