package io.github.mnistebm.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mnistebm.InEveryLocale;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class TableHtmlTest {

    @InEveryLocale
    void showsRealNumbersInFourSignificantDigits() {
        Table table = Table.create(
                "table",
                IntColumn.create("epoch", 10, 20, 30, 40, 5000),
                DoubleColumn.create("loss", 119.87654, 0.0123456, -3.14159, 0, 1.5e-9));
        assertThat(TableHtml.of(table))
                .contains(right("th", "epoch"), right("th", "loss"))
                .contains(right("td", "5000"))
                .contains(
                        right("td", "119.9"),
                        right("td", "0.01235"),
                        right("td", "-3.142"),
                        right("td", "0"),
                        right("td", "1.500e-09"));
    }

    private static String right(String tag, String text) {
        return "<" + tag + " style=\"text-align:right\">" + text + "</" + tag + ">";
    }

    @InEveryLocale
    void valuesOfLikeSizesShareTheirDecimals() {
        Table table = Table.create("table", DoubleColumn.create("loss", 103.847, 9.96, 53.4358));
        assertThat(TableHtml.of(table)).contains(right("td", "103.8"), right("td", "10.0"), right("td", "53.4"));
    }

    @InEveryLocale
    void textsAreOnTheLeftAndEscaped() {
        Table table = Table.create("table", StringColumn.create("a < b", "x & y", null));
        assertThat(TableHtml.of(table))
                .contains("<th style=\"text-align:left\">a &lt; b</th>", "<td style=\"text-align:left\">x &amp; y</td>")
                .contains("<td style=\"text-align:left\"></td>");
    }

    @Test
    void aMapIsATableInItsOrder() {
        Map<String, Double> map = new LinkedHashMap<>();
        map.put("second", 2.0);
        map.put("first", 1.0);
        Table table = Tables.of("title", "name", "value", map);
        assertThat(table.stringColumn("name").asList()).containsExactly("second", "first");
        assertThat(table.doubleColumn("value").asList()).containsExactly(2.0, 1.0);
    }
}
