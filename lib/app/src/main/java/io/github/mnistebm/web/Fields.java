package io.github.mnistebm.web;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.github.mnistebm.condition.Condition;
import io.github.mnistebm.condition.InvalidConditionException;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.web.http.InvalidRequestException;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the fields of a request. An exception names a wrong field and the expected value. */
final class Fields {

    private static final TypeAdapter<JsonElement> ELEMENTS = new Gson().getAdapter(JsonElement.class);

    private final Map<String, JsonElement> fields;

    private Fields(Map<String, JsonElement> fields) {
        this.fields = fields;
    }

    /**
     * Reads a request's body.
     *
     * @param body JSON
     * @param names the fields that there may be
     * @return the fields
     * @throws InvalidRequestException if the body is not an object, has another field, or one twice
     */
    static Fields of(String body, List<String> names) {
        JsonReader reader = new JsonReader(new StringReader(body));
        reader.setStrictness(Strictness.STRICT);
        try {
            Map<String, JsonElement> fields = read(reader, names);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new InvalidRequestException("body", "expected one JSON object, found more after it");
            }
            return new Fields(fields);
        } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
            throw new InvalidRequestException(
                    "body", "expected JSON, which this is not, near " + shortened(reader.getPath()));
        }
    }

    private static Map<String, JsonElement> read(JsonReader reader, List<String> names) throws IOException {
        if (reader.peek() != JsonToken.BEGIN_OBJECT) {
            throw new InvalidRequestException("body", "expected a JSON object");
        }
        Map<String, JsonElement> fields = new HashMap<>();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            if (!names.contains(name)) {
                throw new InvalidRequestException(
                        shortened(name), "unknown field. Expected " + String.join(", ", names));
            }
            if (fields.put(name, ELEMENTS.read(reader)) != null) {
                throw new InvalidRequestException(name, "expected once, found twice");
            }
        }
        reader.endObject();
        return fields;
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    /** A whole number in a range, or the default where the field is missing. */
    Integer integer(String name, int least, int most, Integer otherwise) {
        return fields.containsKey(name) ? Integer.valueOf(integer(name, fields.get(name), least, most)) : otherwise;
    }

    private static int integer(String path, JsonElement element, int least, int most) {
        double value = number(path, element);
        if (value != Math.rint(value) || !(value >= least && value <= most)) {
            throw new InvalidRequestException(
                    path, "expected a whole number from " + least + " to " + most + ", found " + found(element));
        }
        return (int) value;
    }

    /** A number in a range, or the default where the field is missing. */
    double number(String name, double least, double most, double otherwise) {
        if (!fields.containsKey(name)) {
            return otherwise;
        }
        double value = number(name, fields.get(name));
        if (!(value >= least && value <= most)) {
            throw new InvalidRequestException(
                    name, "expected a number from " + least + " to " + most + ", found " + found(fields.get(name)));
        }
        return value;
    }

    private static double number(String path, JsonElement element) {
        if (element instanceof JsonPrimitive primitive && primitive.isNumber()) {
            // Not by way of BigDecimal, which would write out 1e999999999 digit by digit.
            double value = Double.parseDouble(primitive.getAsString());
            if (!Double.isNaN(value)) {
                return value;
            }
        }
        throw new InvalidRequestException(path, "expected a number, found " + found(element));
    }

    private static String found(JsonElement element) {
        if (element.isJsonArray()) {
            return "an array";
        }
        return element.isJsonObject() ? "an object" : shortened(element.toString());
    }

    /** A text, or the default where the field is missing. */
    String text(String name, String otherwise) {
        if (!fields.containsKey(name)) {
            return otherwise;
        }
        if (fields.get(name) instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw new InvalidRequestException(name, "expected a text, found " + found(fields.get(name)));
    }

    /** A condition, or null where the field is missing. */
    Condition condition(String name) {
        if (!fields.containsKey(name)) {
            return null;
        }
        try {
            return Condition.of(name, fields.get(name));
        } catch (InvalidConditionException e) {
            throw new InvalidRequestException(e.place(), e.problem());
        }
    }

    /** The value of a field as it was sent; null where it is missing. */
    JsonElement sent(String name) {
        return fields.get(name);
    }

    /** An image, 28 rows of 28 pixels 0 or 1; returned row by row. */
    byte[] image(String name) {
        return image(name, required(name));
    }

    /** Images, each 28 rows of 28 pixels 0 or 1; returned one after the other, row by row. */
    byte[] images(String name, int most) {
        JsonElement element = required(name);
        if (!(element instanceof JsonArray images) || images.isEmpty() || images.size() > most) {
            throw new InvalidRequestException(name, "expected an array of 1 to " + most + " images");
        }
        byte[] pixels = new byte[images.size() * DigitImages.PIXELS];
        for (int i = 0; i < images.size(); i++) {
            byte[] image = image(name + "[" + i + "]", images.get(i));
            System.arraycopy(image, 0, pixels, i * DigitImages.PIXELS, DigitImages.PIXELS);
        }
        return pixels;
    }

    private JsonElement required(String name) {
        if (!fields.containsKey(name)) {
            throw new InvalidRequestException(name, "is missing");
        }
        return fields.get(name);
    }

    private static byte[] image(String path, JsonElement element) {
        byte[] pixels = new byte[DigitImages.PIXELS];
        JsonArray rows = side(path, element, "rows");
        for (int y = 0; y < DigitImages.SIDE; y++) {
            String row = path + "[" + y + "]";
            JsonArray values = side(row, rows.get(y), "pixels");
            for (int x = 0; x < DigitImages.SIDE; x++) {
                pixels[y * DigitImages.SIDE + x] = (byte) integer(row + "[" + x + "]", values.get(x), 0, 1);
            }
        }
        return pixels;
    }

    private static JsonArray side(String path, JsonElement element, String of) {
        if (element instanceof JsonArray array && array.size() == DigitImages.SIDE) {
            return array;
        }
        String found = element instanceof JsonArray array ? String.valueOf(array.size()) : found(element);
        throw new InvalidRequestException(path, "expected " + DigitImages.SIDE + " " + of + ", found " + found);
    }
}
