package io.github.mnistebm.notebook;

import io.github.mnistebm.evaluation.ModelEvaluation;
import io.github.mnistebm.io.ClockTime;
import io.github.mnistebm.training.TrainingListener;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * Shows in the output of a cell how far its work is, and the time left: a line for each task that takes
 * more than two seconds, which changes twice a second. In a notebook:
 *
 * <pre>{@code
 * LiveProgress progress = LiveProgress.of(text -> display(text), (line, text) -> updateDisplay(line, text));
 * SampleRun samples = model.sample(2000, config, random, progress.steps("sampling", 1000));
 * }</pre>
 *
 * <p>One thread at a time may use it, as cells do.
 */
public final class LiveProgress implements TrainingListener, ModelEvaluation.Listener {

    /** A task that takes less shows nothing. */
    private static final long FIRST_NANOS = 2_000_000_000L;

    private static final long INTERVAL_NANOS = 500_000_000L;

    private final UnaryOperator<String> show;
    private final BiConsumer<String, String> replace;
    private final LongSupplier nanoTime;
    private String task;
    private String line;
    private long start;
    private long lastChange;
    private double shareAtStart;
    private double lastShare;

    LiveProgress(UnaryOperator<String> show, BiConsumer<String, String> replace, LongSupplier nanoTime) {
        this.show = show;
        this.replace = replace;
        this.nanoTime = nanoTime;
    }

    /**
     * Creates a display of progress.
     *
     * @param show shows a new line, and returns its identifier: the kernel's {@code display}
     * @param replace replaces the text of a line, which its first argument identifies: the kernel's {@code updateDisplay}
     * @return the display
     */
    public static LiveProgress of(UnaryOperator<String> show, BiConsumer<String, String> replace) {
        return new LiveProgress(show, replace, System::nanoTime);
    }

    /** Takes the number of steps done, as {@code int} or as {@code long}. */
    // The two forms of andThen could be ambiguous, but nobody chains a display.
    @SuppressWarnings("overloads")
    public interface Steps extends IntConsumer, LongConsumer {

        @Override
        default void accept(int done) {
            accept((long) done);
        }
    }

    /**
     * Begins a task that counts steps.
     *
     * @param name the name of the task
     * @param all the number of its steps; at least 1
     * @return the consumer of the number of steps done
     */
    public Steps steps(String name, long all) {
        DoubleConsumer share = share(name);
        return done -> share.accept((double) done / all);
    }

    /**
     * Begins a task.
     *
     * @param name the name of the task
     * @return the consumer of the share that is done, in [0, 1]
     */
    public DoubleConsumer share(String name) {
        begin(name);
        return this::change;
    }

    @Override
    public void partDone(String measurement, double share) {
        beginUnlessGoingOn(measurement, share);
        change(share);
    }

    @Override
    public void batchDone(String phase, int epoch, int epochs, int batch, int batches) {
        double share = (epoch - 1 + (double) batch / batches) / epochs;
        beginUnlessGoingOn(phase, share);
        change(share);
    }

    private void beginUnlessGoingOn(String name, double share) {
        if (!name.equals(task) || share < lastShare || lastShare == 1) {
            begin(name);
            shareAtStart = Math.min(share, 1);
            lastShare = shareAtStart;
        }
    }

    private void begin(String name) {
        task = name;
        line = null;
        start = nanoTime.getAsLong();
        lastChange = start;
        shareAtStart = 0;
        lastShare = 0;
    }

    private void change(double share) {
        if (share <= lastShare) {
            return;
        }
        lastShare = Math.min(share, 1);
        long now = nanoTime.getAsLong();
        boolean ends = lastShare == 1 && line != null;
        if (ends || now - lastChange >= (line == null ? FIRST_NANOS : INTERVAL_NANOS)) {
            lastChange = now;
            display(text(now - start));
        }
    }

    private String text(long nanos) {
        if (lastShare == 1) {
            return task + ": took " + ClockTime.of(nanos);
        }
        long left = (long) (nanos / (lastShare - shareAtStart) * (1 - lastShare));
        return String.format(Locale.ROOT, "%s: %.0f %%, %s left", task, 100 * lastShare, ClockTime.of(left));
    }

    private void display(String text) {
        if (line == null) {
            line = show.apply(text);
        } else {
            replace.accept(line, text);
        }
    }
}
