package io.github.mnistebm.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JobsTest {

    private static final Duration EVER = Duration.ofDays(1);

    private final Jobs jobs = new Jobs();

    @AfterEach
    void stop() {
        jobs.close();
    }

    @Test
    void theEndOfAJobWakesTheThreadThatWaitsForAnEvent() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Jobs.Job job = jobs.submit(
                progress -> {
                    go.await();
                    return "done";
                },
                () -> {});
        assertThat(job.event(Duration.ZERO)).isNull();
        go.countDown();
        assertThat(job.event(EVER)).isSameAs(Jobs.END);
        assertThat(job.result()).isEqualTo("done");
        assertThat(jobs.counts()).isEqualTo(new Jobs.Counts(1, 1, 0, 0, 0));
    }

    @Test
    void eventsComeInOrderAndBeforeTheEnd() throws Exception {
        Jobs.Job job = jobs.submit(
                progress -> {
                    progress.accept("one");
                    progress.accept("two");
                    return "done";
                },
                () -> {});
        assertThat(job.event(EVER)).isEqualTo("one");
        assertThat(job.event(EVER)).isEqualTo("two");
        assertThat(job.event(EVER)).isSameAs(Jobs.END);
    }

    @Test
    void theEndComesEvenWhereNobodyReadTheEvents() throws Exception {
        Jobs.Job job = jobs.submit(
                progress -> {
                    for (int i = 0; i < 10_000; i++) {
                        progress.accept("event " + i);
                    }
                    return "done";
                },
                () -> {});
        assertThat(job.result()).isEqualTo("done");
        String last = job.event(EVER);
        int events = 0;
        for (; last != Jobs.END; last = job.event(EVER)) {
            events++;
        }
        assertThat(events).isBetween(1, 100);
    }

    @Test
    void aFailureIsAnEndToo() throws Exception {
        Jobs.Job job = jobs.submit(
                progress -> {
                    throw new IllegalStateException("broken");
                },
                () -> {});
        assertThat(job.event(EVER)).isSameAs(Jobs.END);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(job::result)
                .withMessageContaining("broken");
        assertThat(jobs.counts().failed()).isEqualTo(1);
    }

    @Test
    void aJobThatIsCancelledWhileItWaitsGivesItsPlaceToAnother() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger ended = new AtomicInteger();
        Jobs.Work<String> work = progress -> {
            go.await();
            return "done";
        };
        jobs.submit(work, () -> {});
        for (int i = 0; i < Jobs.QUEUE_LENGTH - 1; i++) {
            jobs.submit(work, () -> {});
        }
        // The first may not have left the queue.
        Jobs.Job waiting = jobs.submit(work, ended::incrementAndGet);
        waiting.cancel();
        assertThat(waiting.event(EVER)).isSameAs(Jobs.END);
        assertThat(ended).hasValue(1);
        assertThatExceptionOfType(CancellationException.class).isThrownBy(waiting::result);
        jobs.submit(work, () -> {});
        go.countDown();
    }

    @Test
    void closingWaitsForTheJobsThatWereAcceptedAndTakesNoMore() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Jobs.Job running = jobs.submit(
                progress -> {
                    go.await();
                    return "first";
                },
                () -> {});
        Jobs.Job waiting = jobs.submit(progress -> "second", () -> {});
        Thread closing = new Thread(jobs::close);
        closing.start();
        while (!jobs.isDraining()) {
            Thread.onSpinWait();
        }
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> jobs.submit(progress -> "late", () -> {}));
        go.countDown();
        closing.join();
        assertThat(running.result()).isEqualTo("first");
        assertThat(waiting.result()).isEqualTo("second");
    }

    @Test
    void aJobWaitsForThePartOfThePreparationThatRunsAndForNoOther() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger others = new AtomicInteger();
        jobs.prepare(List.of(waitingFor(go), others::incrementAndGet));
        Jobs.Job job = jobs.submit(progress -> "done", () -> {});
        go.countDown();
        assertThat(job.result()).isEqualTo("done");
        assertThat(others).hasValue(0);
    }

    @Test
    void aPartOfThePreparationThatFailsIsLeftOut() throws Exception {
        CountDownLatch prepared = new CountDownLatch(1);
        Callable<?> fails = () -> {
            throw new IOException("no such file");
        };
        jobs.prepare(List.of(fails, Executors.callable(prepared::countDown)));
        prepared.await();
        assertThat(jobs.counts()).isEqualTo(new Jobs.Counts(0, 0, 0, 0, 0));
    }

    @Test
    void closingEndsThePreparation() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        AtomicInteger others = new AtomicInteger();
        jobs.prepare(List.of(
                Executors.callable(started::countDown), waitingFor(new CountDownLatch(1)), others::incrementAndGet));
        started.await();
        jobs.close();
        assertThat(others).hasValue(0);
    }

    private static Callable<?> waitingFor(CountDownLatch latch) {
        return () -> {
            latch.await();
            return null;
        };
    }
}
