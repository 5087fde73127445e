package io.github.mnistebm.cli.bench;

import io.github.mnistebm.cli.terminal.Interruption;
import io.github.mnistebm.io.StagedFile;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tech.tablesaw.api.Table;

/** Tables as files, written whole or not at all. */
final class TableFiles {

    private TableFiles() {}

    static void writeCsv(Table table, Path file) throws IOException {
        StringWriter writer = new StringWriter();
        table.write().csv(writer);
        write(file, writer.toString());
    }

    /** Writes the values as they are printed. */
    static void writeMarkdown(Table table, Path file) throws IOException {
        Stream<Stream<String>> head =
                Stream.of(table.columnNames().stream(), Collections.nCopies(table.columnCount(), "---").stream());
        Stream<Stream<String>> rows = IntStream.range(0, table.rowCount())
                .mapToObj(row -> table.columns().stream().map(column -> column.getString(row)));
        write(
                file,
                Stream.concat(head, rows)
                        .map(cells -> cells.collect(Collectors.joining(" | ", "| ", " |\n")))
                        .collect(Collectors.joining()));
    }

    private static void write(Path file, String text) throws IOException {
        Interruption.shield();
        StagedFile.write(file, text);
    }
}
