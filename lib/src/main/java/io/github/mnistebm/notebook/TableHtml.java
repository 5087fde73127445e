package io.github.mnistebm.notebook;

import java.util.Locale;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Tables as HTML, real numbers in four significant digits. */
final class TableHtml {

    private TableHtml() {}

    static String of(Table table) {
        Table shown = Table.create(table.name());
        for (Column<?> column : table.columns()) {
            shown.addColumns(column instanceof DoubleColumn numbers ? rounded(numbers) : column);
        }
        return shown.write().toString("html");
    }

    private static StringColumn rounded(DoubleColumn numbers) {
        StringColumn strings = StringColumn.create(numbers.name());
        for (int row = 0; row < numbers.size(); row++) {
            strings.append(numbers.isMissing(row) ? "" : significant(numbers.getDouble(row)));
        }
        return strings;
    }

    private static String significant(double value) {
        if (value == 0) {
            return "0";
        }
        int decimals = 3 - (int) Math.floor(Math.log10(Math.abs(value)));
        return decimals > 8
                ? String.format(Locale.ROOT, "%.3e", value)
                : String.format(Locale.ROOT, "%." + Math.max(0, decimals) + "f", value);
    }
}
