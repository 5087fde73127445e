package io.github.mnistebm.notebook;

import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Named numbers as tables, which a notebook shows better than maps. */
public final class Tables {

    private Tables() {}

    /**
     * Makes a table of two columns.
     *
     * @param title the table's name
     * @param names the heading of the names
     * @param values the heading of the numbers
     * @param numbers the numbers by name
     * @return the table, in the order of the map
     */
    public static Table of(String title, String names, String values, Map<String, Double> numbers) {
        return Table.create(
                title, StringColumn.create(names, numbers.keySet()), DoubleColumn.create(values, numbers.values()));
    }
}
