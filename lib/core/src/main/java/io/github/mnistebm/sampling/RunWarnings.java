package io.github.mnistebm.sampling;

import io.github.mnistebm.diagnostics.ChainDiagnostics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/** Collects the reasons to distrust a run of chains. */
final class RunWarnings {

    /** A chain whose acceptance is less than this share of the wanted one hardly moves. */
    private static final double LEAST_SHARE = 0.5;

    private final Table diagnostics;
    private final List<String> sentences = new ArrayList<>();

    RunWarnings(Table diagnostics) {
        this.diagnostics = diagnostics;
    }

    List<String> sentences() {
        return List.copyOf(sentences);
    }

    private void add(String format, Object... values) {
        sentences.add(String.format(Locale.ROOT, format, values));
    }

    /** Judges the worst quantity of each kind. */
    RunWarnings convergence() {
        Row rHat = worst(SampleRun.R_HAT, 1);
        // NaN is a reason too.
        if (!(rHat.getDouble(SampleRun.R_HAT) <= ChainDiagnostics.CONVERGED)) {
            add(
                    "R-hat of %s is %.3f, above %s: the chains do not agree yet. Run them longer.",
                    rHat.getString(SampleRun.QUANTITY), rHat.getDouble(SampleRun.R_HAT), ChainDiagnostics.CONVERGED);
        }
        sampleSize(SampleRun.BULK_SIZE);
        sampleSize(SampleRun.TAIL_SIZE);
        return this;
    }

    private void sampleSize(String column) {
        Row size = worst(column, -1);
        if (!(size.getDouble(column) >= ChainDiagnostics.LEAST_SAMPLE_SIZE)) {
            add(
                    "The %s of %s is %.0f, below %.0f. Run more steps, or more chains.",
                    column,
                    size.getString(SampleRun.QUANTITY),
                    size.getDouble(column),
                    ChainDiagnostics.LEAST_SAMPLE_SIZE);
        }
    }

    /** Returns the row of the greatest value, times a sign; of NaN if there is one. */
    private Row worst(String column, int sign) {
        DoubleColumn values = diagnostics.doubleColumn(column);
        int worst = 0;
        for (int row = 1; row < values.size(); row++) {
            // NaN is the greatest of all.
            if (Double.compare(sign * values.getDouble(row), sign * values.getDouble(worst)) > 0) {
                worst = row;
            }
        }
        return diagnostics.row(worst);
    }

    RunWarnings divergences(long divergences, long steps) {
        if (divergences > 0) {
            add(
                    "%d of %d steps diverged: the chains may miss places where the energy is steep."
                            + " Raise the target acceptance, or choose coordinates in which the target is smoother.",
                    divergences, steps);
        }
        return this;
    }

    RunWarnings acceptance(float[] rates, double target) {
        int slow = 0;
        double sum = 0;
        for (float rate : rates) {
            slow += rate < LEAST_SHARE * target ? 1 : 0;
            sum += rate;
        }
        if (slow > 0) {
            add(
                    "%d of %d chains accept less than half as often as the wanted %.0f %%; the mean is %.0f %%."
                            + " Burn in longer, or start with a smaller step size.",
                    slow, rates.length, 100 * target, 100 * sum / rates.length);
        }
        return this;
    }
}
