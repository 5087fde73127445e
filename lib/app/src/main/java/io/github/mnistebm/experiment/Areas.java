package io.github.mnistebm.experiment;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/** Columns of areas under curves, printed with four decimals. */
final class Areas {

    private static final NumberColumnFormatter FOUR_DECIMALS =
            new NumberColumnFormatter(new DecimalFormat("0.0000", DecimalFormatSymbols.getInstance(Locale.ROOT)));

    /** The names of the scores. */
    static final String ENERGY = "energy";

    static final String EXCESS = "energy beyond the expected";
    static final String RELATIVE_EXCESS = "energy beyond the expected, in expected deviations";
    static final String RECONSTRUCTION_ERROR = "reconstruction error";
    static final String BOTH = "both";

    private Areas() {}

    static DoubleColumn create(String name) {
        return format(DoubleColumn.create(name));
    }

    static DoubleColumn format(DoubleColumn column) {
        column.setPrintFormatter(FOUR_DECIMALS);
        return column;
    }
}
