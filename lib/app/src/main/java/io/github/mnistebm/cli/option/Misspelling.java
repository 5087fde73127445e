package io.github.mnistebm.cli.option;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Finds the options that a user may have meant. */
public final class Misspelling {

    private static final int MOST = 5;

    private Misspelling() {}

    /**
     * Returns a question that names the options of a command that are like a word: those that end in it, or else those that a few
     * edits change it to.
     *
     * @param command the command
     * @param word an argument that no option is called, such as {@code --num-imges=3}
     * @return a sentence; empty if no option is like the word
     */
    public static String question(CommandSpec command, String word) {
        String name = word.split("=", 2)[0];
        List<String> options = command.options().stream()
                .filter(option -> !option.hidden())
                .map(OptionSpec::longestName)
                .toList();
        List<String> meant = options.stream()
                .filter(option -> option.endsWith(name.replaceFirst("^-+", "-")))
                .toList();
        if (meant.isEmpty()) {
            int least = options.stream()
                    .mapToInt(option -> edits(name, option))
                    .min()
                    .orElse(name.length());
            meant = options.stream()
                    .filter(option -> 3 * least <= name.length() && edits(name, option) == least)
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
        return meant.isEmpty()
                ? ""
                : meant.stream().limit(MOST).collect(Collectors.joining(" or ", "Did you mean ", "?"));
    }

    /** Returns the least number of characters to insert, delete or replace (Levenshtein 1966). */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 1; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
