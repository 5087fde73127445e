package io.github.mnistebm.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.ConditionTraining;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.TinyModel;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Digits given a condition. */
class GivenTest {

    private static final String TREE =
            "{\"and\": [{\"or\": [{\"digit\": 1}, 7]}, {\"measure\": \"slant\", \"below\": 20}, {\"not\": {\"word\": \"bold\"}}]}";

    @TempDir
    private static Path folder;

    private static DigitServer server;

    @BeforeAll
    static void start() throws IOException {
        Path with = folder.resolve("with");
        Path without = folder.resolve("without");
        try (DigitModel model = TinyModel.trained(1);
                DigitImages all = DigitImages.train(DataFolder.mnist(), Device.cpu());
                DigitImages train = all.first(2000)) {
            model.save(without);
            new ConditionTraining(model).train(train, TrainingListener.NONE);
            model.save(with);
        }
        Map<String, Path> models = new LinkedHashMap<>();
        models.put("with", with);
        models.put("without", without);
        server =
                DigitServer.start(new ServerConfig(ServerConfig.LOOPBACK, 0, models, DataFolder.mnist(), Device.cpu()));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static JsonObject json(String request) throws IOException {
        return JsonParser.parseString(TestServer.body(TestServer.exchange(server, request)))
                .getAsJsonObject();
    }

    private static JsonObject generated(String body) throws IOException {
        return json(TestServer.post("/api/generate", body, ""));
    }

    @Test
    void aTreeAndItsTextDrawTheSameDigits() throws IOException {
        JsonObject tree = generated("{\"images\": 5, \"given\": " + TREE + "}");
        JsonObject text = generated("{\"images\": 5, \"given\": \"1 or 7, slant < 20, not bold\"}");
        assertThat(tree.getAsJsonArray("images")).hasSize(5).isEqualTo(text.get("images"));
        assertThat(tree.get("given")).isEqualTo(text.get("given"));
        assertThat(tree.getAsJsonObject("request").get("given")).isEqualTo(JsonParser.parseString(TREE));
        JsonObject given = tree.getAsJsonObject("given");
        assertThat(given.get("condition").getAsString())
                .isEqualTo("1 or 7, slant < 20.0, thickness below quantile 0.8");
        assertThat(given.get("share").getAsDouble()).isBetween(0.02, 0.5);
        assertThat(given.get("error").getAsDouble()).isPositive();
        assertThat(given.get("text").getAsString()).endsWith("of this model's images");
    }

    @Test
    void withoutAConditionNothingIsSaidOfOne() throws IOException {
        JsonObject all = generated("{\"images\": 2}");
        assertThat(all.has("given")).isFalse();
        assertThat(all.getAsJsonObject("request").has("given")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"given": true}                                    | given
                    {"given": {"and": [3, {"not": {"word": "red"}}]}}  | given.and[1].not.word
                    {"given": {"measure": "hue", "above": 1}}          | given.measure
                    {"given": {"or": [{"not": "blod"}]}}               | given.or[0].not
                    {"given": {"and": [3, 8]}}                         | given.and
                    {"given": 12}                                      | given
                    {"given": 1e999999999}                             | given
                    {"given": 3, "steps": 10}                          | steps
                    {"given": 3, "temperature": 2}                     | temperature
                    {"given": 3, "model": "without"}                   | given
                    """)
    void aWrongConditionIsToldWhere(String body, String field) throws IOException {
        JsonObject problem = generated(body);
        assertThat(problem.get("status").getAsInt()).isEqualTo(400);
        JsonArray errors = problem.getAsJsonArray("errors");
        assertThat(errors.get(0).getAsJsonObject().get("field").getAsString()).isEqualTo(field);
    }

    @Test
    void theScalesAreThoseOfTheTrainingImages() throws IOException {
        JsonObject scales = json(TestServer.get("/api/conditions"));
        assertThat(scales.getAsJsonArray("classes")).hasSize(10);
        assertThat(scales.getAsJsonArray("measures")).hasSize(6);
        JsonObject slant = scales.getAsJsonArray("measures").get(1).getAsJsonObject();
        assertThat(slant.get("name").getAsString()).isEqualTo("slant");
        assertThat(slant.get("unit").getAsString()).isEqualTo("°");
        assertThat(slant.getAsJsonArray("quantiles")).hasSize(101);
        assertThat(slant.get("least").getAsDouble()).isBetween(-60.0, -10.0);
        assertThat(slant.get("greatest").getAsDouble()).isBetween(30.0, 70.0);
        double sum = 0;
        for (JsonElement share : slant.getAsJsonArray("histogram")) {
            assertThat(share.getAsDouble()).isBetween(0.0, 0.2);
            sum += share.getAsDouble();
        }
        assertThat(sum).isCloseTo(0.99, within(1e-6));
        JsonObject bold = scales.getAsJsonArray("words").get(0).getAsJsonObject();
        assertThat(bold.get("word").getAsString()).isEqualTo("bold");
        assertThat(bold.get("above").getAsDouble()).isBetween(3.0, 5.0);
        assertThat(bold.has("below")).isFalse();
    }

    @Test
    void aModelWithoutNetworksForConditionsTellsSo() throws IOException {
        JsonObject problem = json(TestServer.get("/api/conditions?model=without"));
        assertThat(problem.get("status").getAsInt()).isEqualTo(404);
        assertThat(problem.get("detail").getAsString()).contains("train --conditions-only");
        JsonArray models = JsonParser.parseString(
                        TestServer.body(TestServer.exchange(server, TestServer.get("/api/models"))))
                .getAsJsonArray();
        assertThat(models.get(0).getAsJsonObject().get("conditions").getAsBoolean())
                .isTrue();
        assertThat(models.get(1).getAsJsonObject().get("conditions").getAsBoolean())
                .isFalse();
    }
}
