package io.github.mnistebm.web;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.github.mnistebm.data.DigitImages;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;

/** Reads the fields of a request, and says of a wrong one what was expected of it. */
final class Fields {

    private static final Gson GSON = new Gson();

    private final JsonObject object;

    private Fields(JsonObject object) {
        this.object = object;
    }

    /**
     * Reads a request's body.
     *
     * @param body JSON
     * @param names the fields that there may be
     * @return the fields
     * @throws InvalidRequestException if the body is not an object, or has another field
     */
    static Fields of(String body, List<String> names) {
        JsonElement element = parse(body);
        if (!element.isJsonObject()) {
            throw new InvalidRequestException("body", "expected a JSON object");
        }
        for (String name : element.getAsJsonObject().keySet()) {
            if (!names.contains(name)) {
                throw new InvalidRequestException(
                        shortened(name), "unknown field. Expected " + String.join(", ", names));
            }
        }
        return new Fields(element.getAsJsonObject());
    }

    private static JsonElement parse(String body) {
        JsonReader reader = new JsonReader(new StringReader(body));
        reader.setStrictness(Strictness.STRICT);
        try {
            JsonElement element = GSON.getAdapter(JsonElement.class).read(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new InvalidRequestException("body", "expected one JSON object, found more after it");
            }
            return element;
        } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
            throw new InvalidRequestException("body", "expected JSON, which this is not, near " + reader.getPath());
        }
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    /** A whole number in a range, or the default where the field is missing. */
    int integer(String name, int least, int most, int otherwise) {
        return object.has(name) ? integer(name, object.get(name), least, most) : otherwise;
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
        if (!object.has(name)) {
            return otherwise;
        }
        double value = number(name, object.get(name));
        if (!(value >= least && value <= most)) {
            throw new InvalidRequestException(
                    name, "expected a number from " + least + " to " + most + ", found " + found(object.get(name)));
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
        if (!object.has(name)) {
            return otherwise;
        }
        if (object.get(name) instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw new InvalidRequestException(name, "expected a text, found " + found(object.get(name)));
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
        if (!object.has(name)) {
            throw new InvalidRequestException(name, "is missing");
        }
        return object.get(name);
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
