package io.github.mnistebm.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CancellationTest {

    @AfterEach
    void clearInterruption() {
        Thread.interrupted();
    }

    @Test
    void anInterruptedThreadStaysInterrupted() {
        Cancellation.check();
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(CancellationException.class).isThrownBy(Cancellation::check);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aComputationIsAwaited() {
        assertThat(Cancellation.await(() -> 42)).isEqualTo(42);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cancellation.await(() -> {
                    throw new IllegalArgumentException("of the computation");
                }))
                .withMessage("of the computation");
    }

    @Test
    void anEndlessComputationIsLeftBehind() {
        CountDownLatch never = new CountDownLatch(1);
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(() -> Cancellation.await(() -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return 0;
                }));
        assertThat(Thread.interrupted()).isTrue();
        never.countDown();
    }
}
