package io.github.mnistebm.energy.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import org.junit.jupiter.api.Test;

class ReplayBufferTest {

    private final RandomSource random = RandomSource.of(1);

    private static final StandardNormal REFERENCE = new StandardNormal(1);

    @Test
    void givesBackWhatWasPutWhenItsTurnComesAgain() {
        try (NDManager manager = NDManager.newBaseManager();
                ReplayBuffer buffer = new ReplayBuffer(manager, REFERENCE, 3, 2, 0, random)) {
            buffer.take(random);
            buffer.put(manager.full(new Shape(3, 1), 7));
            buffer.take(random);
            buffer.put(manager.full(new Shape(3, 1), 8));
            assertThat(buffer.take(random).toFloatArray()).containsOnly(7);
            assertThat(buffer.take(random).toFloatArray()).containsOnly(8);
        }
    }

    @Test
    void goesOnWithTheBatchWhoseTurnItIs() {
        try (NDManager manager = NDManager.newBaseManager();
                ReplayBuffer buffer = new ReplayBuffer(manager, REFERENCE, 2, 3, 0, random)) {
            assertThat(buffer.chains().getShape()).isEqualTo(new Shape(6, 1));
            Tensors.copy(manager.arange(6f), buffer.chains());
            buffer.resumeAfter(7);
            assertThat(buffer.take(random).toFloatArray()).containsExactly(4, 5);
            assertThat(buffer.take(random).toFloatArray()).containsExactly(0, 1);
        }
    }

    @Test
    void startsAShareOfTheChainsAnew() {
        int n = 10_000;
        double share = 0.05;
        try (NDManager manager = NDManager.newBaseManager();
                ReplayBuffer buffer = new ReplayBuffer(manager, REFERENCE, n, 1, share, random)) {
            buffer.take(random);
            buffer.put(manager.full(new Shape(n, 1), 100));
            double anew = buffer.take(random).lt(50).countNonzero().getLong() / (double) n;
            assertThat(anew).isCloseTo(share, within(4.5 * Math.sqrt(share * (1 - share) / n)));
        }
    }
}
