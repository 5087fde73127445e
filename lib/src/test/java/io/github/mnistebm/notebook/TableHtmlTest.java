package io.github.mnistebm.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

class TableHtmlTest {

    @Test
    void showsRealNumbersInFourSignificantDigits() {
        Table table = Table.create(
                "table",
                IntColumn.create("epoch", 10, 20, 30, 40, 50),
                DoubleColumn.create("loss", 119.87654, 0.0123456, -3.14159, 0, 1.5e-9));
        assertThat(TableHtml.of(table))
                .contains("<th>epoch</th>", "<th>loss</th>")
                .contains("<td>50</td>")
                .contains("<td>119.9</td>", "<td>0.01235</td>", "<td>-3.142</td>", "<td>0</td>", "<td>1.500e-09</td>");
    }
}
