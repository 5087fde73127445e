package io.github.mnistebm.cli.terminal;

import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import java.time.Duration;
import java.util.Locale;
import java.util.function.DoubleConsumer;
import java.util.function.LongConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import tech.tablesaw.api.Table;

/** Shows how far a command is: a bar with rate and time left on a terminal, plain lines otherwise. */
public final class Progress implements TrainingListener, AutoCloseable {

    private static final long PLAIN_INTERVAL_NANOS = 10_000_000_000L;

    private final boolean terminal = System.console() != null && !"dumb".equals(System.getenv("TERM"));
    private ProgressBar bar;
    private String phase;
    private int epochs;
    private int epochsBefore;
    private long start;
    private long lastLine;

    @Override
    public void batchDone(String nextPhase, int epoch, int ofEpochs, int batch, int batches) {
        if (!nextPhase.equals(phase)) {
            begin(nextPhase, (long) ofEpochs * batches, " batches");
            epochs = ofEpochs;
            epochsBefore = epoch - 1;
        }
        if (terminal) {
            bar.stepTo((epoch - 1L) * batches + batch);
        } else if (isLineDue()) {
            double done = (epoch - 1 - epochsBefore) + (double) batch / batches;
            printShare(done / (epochs - epochsBefore));
        }
    }

    /** Returns whether the last plain line was long ago. If so, counts the next one as written now. */
    private boolean isLineDue() {
        long now = System.nanoTime();
        boolean due = now - lastLine > PLAIN_INTERVAL_NANOS;
        lastLine = due ? now : lastLine;
        return due;
    }

    private void printShare(double done) {
        long left = (long) ((lastLine - start) * (1 - done) / done);
        System.out.printf(Locale.ROOT, "%s: %.0f %%, %s left%n", phase, 100 * done, clock(left));
    }

    @Override
    public void epochDone(TrainingHistory history) {
        String values = values(history.table());
        if (terminal) {
            // The bar's own clock makes the last column, the seconds of the epoch, superfluous.
            bar.setExtraMessage("  " + values.substring(0, values.lastIndexOf(", ")));
            return;
        }
        lastLine = System.nanoTime();
        int epoch = history.epochs();
        long left = (System.nanoTime() - start) / (epoch - epochsBefore) * (epochs - epoch);
        System.out.println(phase + " " + epoch + "/" + epochs + ": " + values + ", " + clock(left) + " left");
    }

    private static String values(Table history) {
        StringBuilder values = new StringBuilder();
        int row = history.rowCount() - 1;
        for (int column = 1; column < history.columnCount(); column++) {
            double value = history.doubleColumn(column).get(row);
            values.append(column == 1 ? "" : ", ")
                    .append(history.column(column).name())
                    .append(String.format(Locale.ROOT, Math.abs(value) < 10 ? " %.3f" : " %.1f", value));
        }
        return values.toString();
    }

    /** Counts chain steps. */
    public LongConsumer sampling(long chainSteps) {
        begin("sampling", chainSteps, " chain steps");
        return done -> {
            if (terminal) {
                bar.stepTo(done);
            } else if (isLineDue()) {
                double rate = done / ((lastLine - start) / 1e9);
                System.out.printf(
                        Locale.ROOT,
                        "sampling: %d %%, %.0f chain steps/s, %s left%n",
                        100 * done / chainSteps,
                        rate,
                        clock((long) ((chainSteps - done) / rate * 1e9)));
            }
        };
    }

    /** Shows a share from 0 to 1. */
    public DoubleConsumer share(String name) {
        begin(name, 100, " %");
        return done -> {
            if (terminal) {
                bar.stepTo((long) (100 * done));
            } else if (done > 0 && isLineDue()) {
                printShare(done);
            }
        };
    }

    private void begin(String nextPhase, long work, String unit) {
        end();
        phase = nextPhase;
        start = System.nanoTime();
        lastLine = start;
        if (terminal) {
            bar = new ProgressBarBuilder()
                    .setTaskName(nextPhase)
                    .setInitialMax(work)
                    .setUnit(unit, 1)
                    .showSpeed()
                    .setUpdateIntervalMillis(200)
                    .setStyle(ProgressBarStyle.ASCII)
                    .build();
        }
    }

    private static String clock(long nanos) {
        Duration duration = Duration.ofNanos(nanos);
        return String.format(Locale.ROOT, "%d:%02d", duration.toMinutes(), duration.toSecondsPart());
    }

    /** Ends the bar's line, so that others can be printed. */
    public void end() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
        phase = null;
    }

    @Override
    public void close() {
        end();
    }
}
