package io.github.mnistebm.training;

import java.util.Arrays;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/** The course of one phase of training: a table with a row an epoch. Not safe for use by several threads. */
public final class TrainingHistory {

    /** The name of the first column. */
    public static final String EPOCH = "epoch";

    /** The name of the column of the time that each epoch took, in a history that has one. */
    public static final String SECONDS = "seconds";

    private final Table table;
    private boolean interrupted;

    private TrainingHistory(Table table) {
        this.table = table;
    }

    /**
     * Starts an empty history.
     *
     * @param phase its name
     * @param columns the names of what is measured each epoch
     * @return the history
     */
    public static TrainingHistory of(String phase, String... columns) {
        Table table = Table.create(phase, IntColumn.create(EPOCH));
        for (String column : columns) {
            table.addColumns(DoubleColumn.create(column));
        }
        return new TrainingHistory(table);
    }

    /**
     * Adds the next epoch.
     *
     * @param values one for each column, in their order
     * @throws IllegalArgumentException if they are too many or too few
     */
    public void add(double... values) {
        if (values.length != table.columnCount() - 1) {
            throw new IllegalArgumentException(
                    "expected values for " + table.columnNames() + ", found " + Arrays.toString(values));
        }
        table.intColumn(EPOCH).append(table.rowCount() + 1);
        for (int i = 0; i < values.length; i++) {
            table.doubleColumn(i + 1).append(values[i]);
        }
    }

    /** Notes that the user stopped the training. */
    public void markInterrupted() {
        interrupted = true;
    }

    /**
     * Returns whether the user stopped the training before its last epoch.
     *
     * @return true if so
     */
    public boolean interrupted() {
        return interrupted;
    }

    /**
     * Returns how many epochs are complete.
     *
     * @return the number of rows
     */
    public int epochs() {
        return table.rowCount();
    }

    /**
     * Returns the last epoch's value of a column.
     *
     * @param column its name
     * @return the value; NaN before the first epoch
     */
    public double last(String column) {
        return epochs() == 0 ? Double.NaN : table.doubleColumn(column).get(epochs() - 1);
    }

    /**
     * Returns the table, which grows as training goes on.
     *
     * @return epoch (from 1) and the measured columns; named after the phase
     */
    public Table table() {
        return table;
    }
}
