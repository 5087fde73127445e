package io.github.mnistebm.cli.terminal;

import io.github.mnistebm.io.ClockTime;
import java.util.List;

/**
 * One line that says how far a piece of work is. It shows as much as fits: the position first, then the first of the values, the time
 * left, the other values, and the rate.
 *
 * @param position the work and how far it is, such as {@code energy 3/12}
 * @param values the latest measurements, the most important first, such as {@code train loss 81.204}; may be empty
 * @param nanosLeft an estimate of the remaining time; negative if there is none yet
 * @param rate the speed with its unit; empty if there is none yet
 */
public record StatusLine(String position, List<String> values, long nanosLeft, String rate) {

    private static final String SEPARATOR = "  ";

    /** Returns the line in at most that many columns. */
    String in(int columns) {
        String left = nanosLeft < 0 ? "" : ClockTime.of(nanosLeft) + " left";
        int first = Math.min(1, values.size());
        // By importance: the longest line that fits.
        for (int shown = values.size(); shown > first; shown--) {
            for (String speed : List.of(rate, "")) {
                String line = line(shown, left, speed);
                if (line.length() <= columns) {
                    return line;
                }
            }
        }
        for (String line : List.of(line(first, left, rate), line(first, left, ""), line(first, "", ""))) {
            if (line.length() <= columns) {
                return line;
            }
        }
        return position.substring(0, Math.min(position.length(), columns));
    }

    private String line(int shown, String left, String speed) {
        StringBuilder line = new StringBuilder(position);
        if (shown > 0) {
            line.append(SEPARATOR).append(String.join(", ", values.subList(0, shown)));
        }
        for (String part : List.of(left, speed)) {
            line.append(part.isEmpty() ? "" : SEPARATOR + part);
        }
        return line.toString();
    }
}
