package io.github.mnistebm.notebook;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Tables as HTML: texts to the left, numbers to the right. A column of real numbers has as many decimals as give its greatest four
 * significant digits; where its values are of very different sizes, each has four.
 */
final class TableHtml {

    /** The ratio of sizes from which on a column's values do not share their decimals. */
    private static final double VERY_DIFFERENT = 1000;

    private TableHtml() {}

    static String of(Table table) {
        StringBuilder html = new StringBuilder("<table>\n<thead>\n<tr>");
        for (Column<?> column : table.columns()) {
            html.append(cell("th", column, column.name()));
        }
        html.append("</tr>\n</thead>\n<tbody>\n");
        List<List<String>> texts =
                table.columns().stream().map(TableHtml::texts).toList();
        for (int row = 0; row < table.rowCount(); row++) {
            html.append("<tr>");
            for (int column = 0; column < table.columnCount(); column++) {
                html.append(cell("td", table.column(column), texts.get(column).get(row)));
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table>").toString();
    }

    private static String cell(String tag, Column<?> column, String text) {
        String side = column instanceof NumericColumn ? "right" : "left";
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return "<" + tag + " style=\"text-align:" + side + "\">" + escaped + "</" + tag + ">";
    }

    private static List<String> texts(Column<?> column) {
        if (!(column instanceof DoubleColumn numbers)) {
            return IntStream.range(0, column.size())
                    .mapToObj(column::getUnformattedString)
                    .toList();
        }
        double[] sizes = DoubleStream.of(numbers.asDoubleArray())
                .map(Math::abs)
                .filter(size -> size > 0 && size < Double.POSITIVE_INFINITY)
                .toArray();
        double greatest = DoubleStream.of(sizes).max().orElse(1);
        boolean shared =
                greatest < VERY_DIFFERENT * DoubleStream.of(sizes).min().orElse(1);
        return numbers.asList().stream()
                .map(value -> value == null || value.isNaN() ? "" : number(value, shared ? greatest : Math.abs(value)))
                .toList();
    }

    /** Returns a number with the decimals that give a size four significant digits. */
    private static String number(double value, double size) {
        int decimals = size == 0 ? 0 : 3 - (int) Math.floor(Math.log10(size));
        return decimals > 8
                ? String.format(Locale.ROOT, "%.3e", value)
                : String.format(Locale.ROOT, "%." + Math.max(0, decimals) + "f", value);
    }
}
