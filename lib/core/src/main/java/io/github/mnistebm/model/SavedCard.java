package io.github.mnistebm.model;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.mnistebm.io.Json;
import io.github.mnistebm.io.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model's card on disk, with two checksums added. The checksum of the card is computed with zeros in its own place. A user who
 * edits a card removes that line. Cards that were saved by earlier versions have no checksums.
 *
 * @param card the card
 * @param weights the SHA-256 checksum of the weights' file, 64 hexadecimal digits; null if unknown
 */
record SavedCard(ModelCard card, String weights) {

    private static final String WEIGHTS = "weightsSha256";
    private static final String CARD = "cardSha256";
    private static final String ZEROS = "0".repeat(64);
    /** Keeps the nulls of the card: an evaluation has null for a number that is not known. */
    private static final Gson TREES = Json.PRETTY.newBuilder().serializeNulls().create();

    private static final Pattern CHECKSUM = Pattern.compile("\"" + CARD + "\": \"([0-9a-f]{64})\"");

    /** Reads a card. Fails with a message that does not name the file. */
    static SavedCard parse(String text) {
        JsonElement json = JsonParser.parseString(text);
        if (!json.isJsonObject()) {
            throw new JsonParseException(text.isBlank() ? "the file is empty" : "expected a JSON object");
        }
        JsonObject object = json.getAsJsonObject();
        ModelCard card = Json.PRETTY.fromJson(object, ModelCard.class);
        if (object.has(CARD)) {
            Matcher checksum = CHECKSUM.matcher(text);
            if (!checksum.find() || !sum(text, checksum.start(1)).equals(checksum.group(1))) {
                throw new IllegalArgumentException(
                        CARD + ": the card is damaged, or was changed by hand. If you changed it, delete this entry");
            }
        }
        JsonElement weights = object.get(WEIGHTS);
        if (weights != null
                && !(weights.isJsonPrimitive() && weights.getAsString().matches("[0-9a-f]{64}"))) {
            throw new IllegalArgumentException(WEIGHTS + ": expected 64 hexadecimal digits, found " + weights);
        }
        return new SavedCard(card, weights == null ? null : weights.getAsString());
    }

    private static String sum(String text, int at) {
        String zeroed = text.substring(0, at) + ZEROS + text.substring(at + ZEROS.length());
        return Sha256.of(zeroed.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the content of the file. */
    String text() {
        JsonObject json = Json.PRETTY.toJsonTree(card).getAsJsonObject();
        if (weights != null) {
            json.addProperty(WEIGHTS, weights);
        }
        json.addProperty(CARD, ZEROS);
        String text = TREES.toJson(json) + "\n";
        int at = text.lastIndexOf(ZEROS);
        return text.substring(0, at) + sum(text, at) + text.substring(at + ZEROS.length());
    }
}
