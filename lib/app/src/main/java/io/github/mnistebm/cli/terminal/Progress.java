package io.github.mnistebm.cli.terminal;

import io.github.mnistebm.evaluation.ModelEvaluation;
import io.github.mnistebm.io.ClockTime;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;
import tech.tablesaw.api.Table;

/** Shows how far a command is: one line that changes on a terminal, plain lines otherwise. */
public final class Progress implements TrainingListener, ModelEvaluation.Listener, AutoCloseable {

    private static final long PLAIN_INTERVAL_NANOS = 10_000_000_000L;

    private static final long SHARES = 1000;

    private final boolean terminal = System.console() != null && !"dumb".equals(System.getenv("TERM"));
    private ProgressBar bar;
    private String phase;
    private DoubleConsumer measured;
    private volatile List<String> values = List.of();
    private int epochs;
    private int epochsBefore;
    private long start;
    private long lastLine;

    @Override
    public void batchDone(String nextPhase, int epoch, int ofEpochs, int batch, int batches) {
        if (!nextPhase.equals(phase)) {
            epochs = ofEpochs;
            epochsBefore = epoch - 1;
            begin(nextPhase, (long) (ofEpochs - epochsBefore) * batches, state -> training(state, batches));
        }
        if (terminal) {
            bar.stepTo((epoch - 1L - epochsBefore) * batches + batch);
        } else if (isLineDue()) {
            double done = (epoch - 1 - epochsBefore) + (double) batch / batches;
            printShare(done / (epochs - epochsBefore));
        }
    }

    /** Work without epochs, such as the fit of a mixture, counts in percent. */
    private StatusLine training(ProgressState state, int batches) {
        long done = state.getCurrent();
        long all = state.getMax();
        String position = epochs == 1
                ? phase + " " + 100 * done / all + " %"
                : phase + " " + Math.min(epochs, epochsBefore + done / batches + 1) + "/" + epochs;
        return epochs == 1 ? line(position, 100.0 * done / all, 100, " %/s") : line(position, done, all, " batches/s");
    }

    private StatusLine line(String position, double done, double all, String unit) {
        double seconds = (System.nanoTime() - start) / 1e9;
        if (done <= 0 || seconds <= 0) {
            return new StatusLine(position, values, -1, "");
        }
        double rate = done / seconds;
        String speed = String.format(Locale.ROOT, rate < 10 ? "%.1f" : "%,.0f", rate) + unit;
        return new StatusLine(position, values, (long) ((all - done) / rate * 1e9), speed);
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
        System.out.printf(Locale.ROOT, "%s: %.0f %%, %s left%n", phase, 100 * done, ClockTime.of(left));
    }

    @Override
    public void epochDone(TrainingHistory history) {
        if (terminal) {
            values = lastValues(history.table());
            return;
        }
        lastLine = System.nanoTime();
        int epoch = history.epochs();
        long left = (lastLine - start) / (epoch - epochsBefore) * (epochs - epoch);
        System.out.println(phase + " " + epoch + "/" + epochs + ": " + String.join(", ", lastRow(history.table()))
                + ", " + ClockTime.of(left) + " left");
    }

    /** Returns the last row's values with their names, but not its time. */
    public static List<String> lastValues(Table history) {
        List<String> values = lastRow(history);
        values.removeIf(value -> value.startsWith(TrainingHistory.SECONDS + " "));
        return values;
    }

    private static List<String> lastRow(Table history) {
        List<String> values = new ArrayList<>();
        int row = history.rowCount() - 1;
        for (int column = 1; column < history.columnCount(); column++) {
            double value = history.doubleColumn(column).get(row);
            values.add(history.column(column).name()
                    + String.format(Locale.ROOT, Math.abs(value) < 10 ? " %.3f" : " %.1f", value));
        }
        return values;
    }

    /** Counts chain steps. */
    public LongConsumer sampling(long chainSteps) {
        begin(
                "sampling",
                chainSteps,
                state -> line(
                        "sampling " + 100 * state.getCurrent() / chainSteps + " %",
                        state.getCurrent(),
                        chainSteps,
                        " chain steps/s"));
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
                        ClockTime.of((long) ((chainSteps - done) / rate * 1e9)));
            }
        };
    }

    /** Shows a share from 0 to 1. */
    public DoubleConsumer share(String name) {
        begin(
                name,
                SHARES,
                state -> line(
                        name + " " + 100 * state.getCurrent() / SHARES + " %",
                        100.0 * state.getCurrent() / SHARES,
                        100,
                        " %/s"));
        return done -> {
            if (terminal) {
                bar.stepTo((long) (SHARES * done));
            } else if (done > 0 && isLineDue()) {
                printShare(done);
            }
        };
    }

    @Override
    public void partDone(String measurement, double share) {
        if (!measurement.equals(phase)) {
            measured = share(measurement);
        }
        measured.accept(share);
        if (share >= 1) {
            end();
        }
    }

    private void begin(String nextPhase, long work, Function<ProgressState, StatusLine> line) {
        end();
        phase = nextPhase;
        values = List.of();
        start = System.nanoTime();
        lastLine = start;
        if (terminal) {
            bar = new ProgressBarBuilder()
                    .setTaskName(nextPhase)
                    .setInitialMax(work)
                    .setUpdateIntervalMillis(200)
                    .setRenderer((state, columns) -> line.apply(state).in(columns))
                    .build();
        }
    }

    /** Ends the line that changes, so that others can be printed. */
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
