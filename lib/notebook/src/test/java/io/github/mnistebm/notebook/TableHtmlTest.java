package io.github.mnistebm.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mnistebm.InEveryLocale;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

class TableHtmlTest {

    @InEveryLocale
    void showsRealNumbersInFourSignificantDigits() {
        Table table = Table.create(
                "table",
                IntColumn.create("epoch", 10, 20, 30, 40, 5000),
                DoubleColumn.create("loss", 119.87654, 0.0123456, -3.14159, 0, 1.5e-9));
        assertThat(TableHtml.of(table))
                .contains("<th>epoch</th>", "<th>loss</th>")
                .contains("<td>5000</td>")
                .contains("<td>119.9</td>", "<td>0.01235</td>", "<td>-3.142</td>", "<td>0</td>", "<td>1.500e-09</td>");
    }
}
