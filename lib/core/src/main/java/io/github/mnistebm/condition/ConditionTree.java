package io.github.mnistebm.condition;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.mnistebm.morphology.Measure;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/**
 * Reads conditions as a tree in JSON. A text is a condition as a user writes it, a number a digit, and an object one of
 *
 * <pre>
 * {"digit": 3}
 * {"word": "bold"}
 * {"measure": "slant", "above": -30, "below": -10}      one or both ends
 * {"and": [ … ]}    {"or": [ … ]}    {"not": … }
 * </pre>
 */
final class ConditionTree {

    private static final int MOST_DEPTH = 50;

    /** The most characters of a value that a message shows. */
    private static final int LONGEST = 40;

    private static final String ABOVE = "above";
    private static final String BELOW = "below";
    private static final String MEASURE = "measure";

    private ConditionTree() {}

    static Condition read(String name, JsonElement json, int depth) {
        if (depth > MOST_DEPTH) {
            throw problem(name, "at most " + MOST_DEPTH + " conditions inside each other", null);
        }
        if (json instanceof JsonPrimitive primitive && primitive.isString()) {
            try {
                return Condition.parse(primitive.getAsString());
            } catch (IllegalArgumentException e) {
                throw new InvalidConditionException(name, e.getMessage(), e);
            }
        }
        if (json instanceof JsonPrimitive primitive && primitive.isNumber()) {
            return digit(name, primitive);
        }
        if (!(json instanceof JsonObject object) || object.size() == 0) {
            throw problem(name, "a text, a digit or an object with and, or, not, digit, word or measure", json);
        }
        if (object.has(MEASURE)) {
            return measured(name, object);
        }
        String key = object.keySet().iterator().next();
        JsonElement value = object.get(key);
        String path = name + "." + key;
        if (object.size() > 1) {
            throw problem(name, "one of and, or, not, digit and word", json);
        }
        return switch (key) {
            case "and" -> several(path, value, depth, Condition::and);
            case "or" -> several(path, value, depth, Condition::or);
            case "not" -> read(path, value, depth + 1).not();
            case "digit" -> digit(path, value);
            case "word" -> word(path, value);
            default -> throw problem(name, "and, or, not, digit, word or measure", new JsonPrimitive(key));
        };
    }

    private static Condition several(String name, JsonElement json, int depth, BinaryOperator<Condition> operation) {
        if (!(json instanceof JsonArray array) || array.isEmpty()) {
            throw problem(name, "a list of conditions", json);
        }
        List<JsonElement> elements = array.asList();
        Condition condition = read(name + "[0]", elements.get(0), depth + 1);
        for (int i = 1; i < elements.size(); i++) {
            Condition next = read(name + "[" + i + "]", elements.get(i), depth + 1);
            try {
                condition = operation.apply(condition, next);
            } catch (IllegalArgumentException e) {
                throw new InvalidConditionException(name, e.getMessage(), e);
            }
        }
        return condition;
    }

    private static Condition digit(String name, JsonElement json) {
        double value = number(name, json);
        if (value != Math.rint(value) || value < 0 || value > Integer.MAX_VALUE) {
            throw problem(name, "a digit", json);
        }
        return Condition.digit((int) value);
    }

    private static Condition word(String name, JsonElement json) {
        return named(Word::named, json)
                .orElseThrow(() -> problem(name, "one of " + List.of(Word.values()), json))
                .condition();
    }

    private static <T> Optional<T> named(Function<String, Optional<T>> names, JsonElement json) {
        return json instanceof JsonPrimitive text ? names.apply(text.getAsString()) : Optional.empty();
    }

    private static Condition measured(String name, JsonObject object) {
        Measure measure = named(Measure::named, object.get(MEASURE))
                .orElseThrow(
                        () -> problem(name + ".measure", "one of " + List.of(Measure.values()), object.get(MEASURE)));
        if (!Set.of(MEASURE, ABOVE, BELOW).containsAll(object.keySet()) || object.size() == 1) {
            throw problem(name, "above, below or both beside the measure", object);
        }
        double low = object.has(ABOVE) ? number(name + ".above", object.get(ABOVE)) : Double.NEGATIVE_INFINITY;
        double high = object.has(BELOW) ? number(name + ".below", object.get(BELOW)) : Double.POSITIVE_INFINITY;
        if (!(low < high)) {
            throw problem(name, "above less than below", object);
        }
        return new Interval(measure, low, high);
    }

    private static double number(String name, JsonElement json) {
        if (json instanceof JsonPrimitive primitive && primitive.isNumber()) {
            double value = primitive.getAsDouble();
            if (Double.isFinite(value)) {
                return value;
            }
        }
        throw problem(name, "a number", json);
    }

    private static InvalidConditionException problem(String name, String expected, JsonElement found) {
        String text = String.valueOf(found);
        String shortened = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
        return new InvalidConditionException(
                name, "expected " + expected + (found == null ? "" : ", found " + shortened), null);
    }
}
