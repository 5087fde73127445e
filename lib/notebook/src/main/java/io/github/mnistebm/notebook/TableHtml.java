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
        table.columns().forEach(column -> shown.addColumns(texts(column)));
        return shown.write().toString("html");
    }

    private static StringColumn texts(Column<?> column) {
        StringColumn texts = StringColumn.create(column.name());
        for (int row = 0; row < column.size(); row++) {
            boolean real = column instanceof DoubleColumn && !column.isMissing(row);
            texts.append(real ? significant(((DoubleColumn) column).getDouble(row)) : column.getUnformattedString(row));
        }
        return texts;
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
