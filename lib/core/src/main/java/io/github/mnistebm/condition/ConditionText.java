package io.github.mnistebm.condition;

import io.github.mnistebm.morphology.Measure;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads conditions as a user writes them, such as {@code 3 or 8, slant < -10, not bold}:
 *
 * <pre>
 * condition = either { "," either }
 * either    = both { "or" both }
 * both      = one { "and" one }
 * one       = "not" one | "(" condition ")" | [ "digit" ] DIGIT | WORD
 *           | MEASURE ( "&lt;" | "&gt;" ) NUMBER | MEASURE "between" NUMBER "and" NUMBER
 * </pre>
 *
 * A comma means <em>and</em>, and binds less than <em>or</em>. A measure is thickness, slant, width, height, length or area. The words are those of
 * {@link Word}.
 */
final class ConditionText {

    private static final Pattern TOKEN =
            Pattern.compile("\\s*([+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)|[A-Za-z]+|[<>]=?|\\S)\\s*(?:°|px²?)?");
    private static final Pattern NUMBER = Pattern.compile("[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)");
    private static final Pattern DIGIT = Pattern.compile("\\d{1,9}");

    private final String text;
    private final Matcher matcher;

    /** The token to be read, empty at the end, and its place. */
    private String token = "";

    private int start;
    private int next;

    private ConditionText(String text) {
        this.text = text;
        this.matcher = TOKEN.matcher(text);
        advance();
    }

    static Condition read(String text) {
        ConditionText reader = new ConditionText(text);
        Condition condition = reader.condition();
        if (!reader.token.isEmpty()) {
            throw reader.unexpected("a comma, \"or\", \"and\" or the end");
        }
        return condition;
    }

    private void advance() {
        if (matcher.find(next)) {
            token = matcher.group(1).toLowerCase(Locale.ROOT);
            start = matcher.start(1);
            next = matcher.end();
        } else {
            token = "";
            start = text.length();
        }
    }

    private boolean skips(String expected) {
        boolean there = token.equals(expected);
        if (there) {
            advance();
        }
        return there;
    }

    private Condition condition() {
        Condition condition = either();
        int at = start;
        while (skips(",")) {
            condition = joined(condition, either(), at);
        }
        return condition;
    }

    private Condition either() {
        Condition condition = both();
        while (skips("or")) {
            condition = condition.or(both());
        }
        return condition;
    }

    private Condition both() {
        Condition condition = one();
        int at = start;
        while (skips("and")) {
            condition = joined(condition, one(), at);
        }
        return condition;
    }

    private Condition joined(Condition first, Condition second, int at) {
        try {
            return first.and(second);
        } catch (IllegalArgumentException e) {
            throw problem(e.getMessage(), at, at + 1);
        }
    }

    private Condition one() {
        if (skips("not")) {
            return one().not();
        }
        if (skips("(")) {
            Condition inside = condition();
            if (!skips(")")) {
                throw unexpected("a closing bracket");
            }
            return inside;
        }
        if (skips("digit") || DIGIT.matcher(token).matches()) {
            if (!DIGIT.matcher(token).matches()) {
                throw unexpected("a digit");
            }
            Condition digit = Condition.digit(Integer.parseInt(token));
            advance();
            return digit;
        }
        Optional<Measure> measure = Measure.named(token);
        if (measure.isPresent()) {
            advance();
            return measured(Condition.measure(measure.get()));
        }
        Optional<Word> word = Word.named(token);
        if (word.isEmpty()) {
            throw unexpected("a digit, a measure (" + listed(Measure.values()) + "), " + listed(Word.values())
                    + ", \"not\" or a bracket");
        }
        advance();
        return word.get().condition();
    }

    private static String listed(Object[] names) {
        return Arrays.stream(names).map(Object::toString).collect(Collectors.joining(", "));
    }

    private Condition measured(Condition.OfMeasure measure) {
        if (skips("<") || skips("<=")) {
            return measure.below(number());
        }
        if (skips(">") || skips(">=")) {
            return measure.above(number());
        }
        if (!skips("between")) {
            throw unexpected("<, > or \"between\"");
        }
        int at = start;
        double low = number();
        if (!skips("and")) {
            throw unexpected("\"and\" and a number");
        }
        int end = next;
        double high = number();
        if (!(low < high)) {
            throw problem("expected the lower number first", at, Math.min(end, text.length()));
        }
        return measure.between(low, high);
    }

    private double number() {
        if (!NUMBER.matcher(token).matches()) {
            throw unexpected("a number");
        }
        double value = Double.parseDouble(token);
        advance();
        return value;
    }

    private IllegalArgumentException unexpected(String expected) {
        String found = token.isEmpty() ? "the end" : "\"" + text.substring(start, start + token.length()) + "\"";
        return problem("expected " + expected + ", found " + found, start, start + token.length());
    }

    /** Points at the place of a mistake. */
    private IllegalArgumentException problem(String message, int from, int to) {
        String marked = text.substring(0, from) + "»" + text.substring(from, to) + "«" + text.substring(to);
        return new IllegalArgumentException(message + ", at character " + (from + 1) + ": " + marked);
    }
}
