package io.github.mnistebm.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import ai.djl.Device;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.web.http.ClientConnector;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DigitServerTest {

    private static DigitServer server;
    private static HttpClient client;

    @BeforeAll
    static void start() throws IOException {
        server = DigitServer.start(config(0));
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static ServerConfig config(int port) {
        return TestServer.config(ServerConfig.LOOPBACK, port);
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.uri().resolve(path)).timeout(Duration.ofMinutes(1));
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest job(String path, String body) {
        return request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(job(path, body), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonObject json(HttpResponse<String> response) {
        return JsonParser.parseString(response.body()).getAsJsonObject();
    }

    /** An image with the same pixel everywhere. */
    static String image(int pixel) {
        String row = "[" + (pixel + ",").repeat(27) + pixel + "]";
        return "[" + (row + ",").repeat(27) + row + "]";
    }

    @Test
    void theSameSeedDrawsTheSameDigits() throws Exception {
        String body = "{\"images\": 3, \"steps\": 20, \"seed\": 7}";
        JsonObject first = json(post("/api/generate", body));
        JsonObject second = json(post("/api/generate", body));
        assertThat(first.getAsJsonArray("images")).hasSize(3).isEqualTo(second.get("images"));
        assertThat(first.getAsJsonArray("energies")).hasSize(3).isEqualTo(second.get("energies"));
        JsonObject other = json(post("/api/generate", "{\"images\": 3, \"steps\": 20, \"seed\": 8}"));
        assertThat(other.get("images")).isNotEqualTo(first.get("images"));
    }

    @Test
    void aStreamTellsOfProgressAndEndsWithTheResult() throws Exception {
        HttpRequest request = request("/api/generate")
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString("{\"images\": 2, \"steps\": 100}"))
                .build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        List<String> names = response.body()
                .lines()
                .filter(line -> line.startsWith("event: "))
                .toList();
        assertThat(names)
                .startsWith("event: progress")
                .endsWith("event: result")
                .hasSizeGreaterThan(20);
    }

    @Test
    void theMapHasTheMeansOfTheClassesAndIsLowestWhereTheDrawsAre() throws Exception {
        JsonObject map = json(post("/api/map", "{}"));
        assertThat(map.getAsJsonArray("means")).hasSize(10);
        int side = map.get("side").getAsInt();
        JsonArray energies = map.getAsJsonArray("energies");
        assertThat(energies).hasSize(side * side);
        double corner = energies.get(0).getAsDouble();
        double middle = energies.get(side * side / 2 + side / 2).getAsDouble();
        assertThat(middle).isLessThan(corner - 2);
        JsonElement zero = map.getAsJsonArray("means").get(0);
        assertThat(zero.getAsJsonObject().get("label").getAsString()).isEqualTo("0");
    }

    @Test
    void aPointOfTheMapIsDecodedAndRead() throws Exception {
        JsonObject decoded = json(post("/api/decode", "{\"x\": 1, \"y\": -0.5}"));
        assertThat(Base64.getDecoder().decode(decoded.get("frame").getAsString()))
                .hasSize(784 / 2);
        assertThat(decoded.getAsJsonObject("reading").get("as").getAsString()).matches("\\d");
        assertThat(json(post("/api/decode", "{\"x\": 101}")).get("detail").getAsString())
                .isEqualTo("x: expected a number from -100.0 to 100.0, found 101");
    }

    @Test
    void theStraightPathIsHigherThanThatOfLeastEnergy() throws Exception {
        JsonObject paths = json(post("/api/morph", "{\"from\": \"0\", \"to\": \"1\", \"seed\": 3}"));
        assertThat(highest(paths, "least")).isLessThan(highest(paths, "straight"));
        for (int seed = 1; seed <= 3; seed++) {
            JsonObject others = json(post("/api/morph", "{\"from\": \"4\", \"to\": \"9\", \"seed\": " + seed + "}"));
            // Where an end is the highest point of both, they are equal.
            assertThat(highest(others, "least"))
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(highest(others, "straight") + 0.01);
        }
        for (String end : List.of("least", "straight")) {
            assertThat(paths.getAsJsonObject(end).getAsJsonArray("points")).hasSize(33);
        }
        assertThat(json(post("/api/morph", "{\"from\": \"x\"}")).get("detail").getAsString())
                .isEqualTo("from: expected one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, found x");
    }

    private static double highest(JsonObject paths, String name) {
        double highest = Double.NEGATIVE_INFINITY;
        for (JsonElement energy : paths.getAsJsonObject(name).getAsJsonArray("energies")) {
            highest = Math.max(highest, energy.getAsDouble());
        }
        return highest;
    }

    @Test
    void aQuizHasSixImagesOfEachKindAndTheSameSeedGivesTheSame() throws Exception {
        JsonObject quiz = json(post("/api/quiz", "{\"seed\": 5}"));
        assertThat(quiz.getAsJsonArray("images")).hasSize(12);
        int real = 0;
        for (JsonElement each : quiz.getAsJsonArray("real")) {
            real += each.getAsBoolean() ? 1 : 0;
        }
        assertThat(real).isEqualTo(6);
        assertThat(quiz.get("expected").getAsDouble()).isBetween(0.45, 0.9);
        assertThat(json(post("/api/quiz", "{\"seed\": 5}"))).isEqualTo(quiz);
    }

    @Test
    void withoutStepsChainsStartAtDigitsAndTakeFew() throws Exception {
        JsonObject few = json(post("/api/generate", "{\"images\": 36}"));
        assertThat(few.get("steps").getAsInt()).isEqualTo(40);
        assertThat(few.getAsJsonObject("request").has("steps")).isFalse();
        JsonObject again = json(post("/api/generate", "{\"images\": 36}"));
        assertThat(again.get("images")).isEqualTo(few.get("images"));
        assertThat(again.get("energies")).isEqualTo(few.get("energies"));
        JsonObject cooler = json(post("/api/generate", "{\"images\": 4, \"temperature\": 0.5}"));
        assertThat(cooler.get("steps").getAsInt()).isLessThanOrEqualTo(200);
        JsonObject asked = json(post("/api/generate", "{\"images\": 4, \"steps\": 7}"));
        assertThat(asked.get("steps").getAsInt()).isEqualTo(7);
        assertThat(asked.getAsJsonObject("request").get("steps").getAsInt()).isEqualTo(7);
    }

    @Test
    void aStreamOf36DigitsTakesAtMost200KilobytesAndAFifthOfThatCompressed() throws Exception {
        String plain = stream("{\"images\": 36}", "");
        assertThat(plain.contains("event: result")).isTrue();
        assertThat(plain.length()).isLessThan(200_000);
        String compressed = stream("{\"images\": 36}", "Accept-Encoding: gzip, deflate, br\r\n");
        assertThat(compressed.contains("Content-Encoding: gzip")).isTrue();
        assertThat(compressed.length()).isLessThan(plain.length() / 5);
        assertThat(stream("{\"images\": 36}", "Accept-Encoding: gzip;q=0\r\n").contains("event: result"))
                .isTrue();
    }

    private static String stream(String body, String headers) throws IOException {
        return TestServer.exchange(
                server, TestServer.post("/api/generate", body, "Accept: text/event-stream\r\n" + headers));
    }

    @Test
    void theLastFrameShowsTheDigitsOfTheResult() throws Exception {
        List<JsonObject> events = stream("{\"images\": 5}", "")
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> JsonParser.parseString(line.substring("data: ".length()))
                        .getAsJsonObject())
                .toList();
        JsonObject last = events.get(events.size() - 2);
        byte[] frame = Base64.getDecoder().decode(last.get("frame").getAsString());
        assertThat(frame).hasSize(5 * 784 / 2);
        int pixel = 0;
        for (JsonElement image : events.get(events.size() - 1).getAsJsonArray("images")) {
            for (JsonElement row : image.getAsJsonArray()) {
                for (JsonElement white : row.getAsJsonArray()) {
                    int fifteenths = frame[pixel / 2] >> (pixel % 2 == 0 ? 4 : 0) & 15;
                    assertThat(fifteenths >= 8).isEqualTo(white.getAsInt() == 1);
                    pixel++;
                }
            }
        }
        assertThat(last.get("step")).isEqualTo(last.get("steps"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip"})
    void theFirstFrameComesWhileTheChainsWalk(String coding) throws Exception {
        Jobs.Counts before = TestServer.jobs(server);
        HttpRequest request = HttpRequest.newBuilder(job("/api/generate", TestServer.LONG_JOB), (name, value) -> true)
                .header("Accept", "text/event-stream")
                .header("Accept-Encoding", coding)
                .build();
        HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body();
                BufferedReader reader = new BufferedReader(new InputStreamReader(
                        coding.equals("gzip") ? new GZIPInputStream(body) : body, StandardCharsets.UTF_8))) {
            assertThat(reader.lines().filter(line -> line.startsWith("event: ")).findFirst())
                    .contains("event: progress");
            assertThat(TestServer.jobs(server).finished()).isEqualTo(before.finished());
        }
        TestServer.await(server, now -> now.cancelled() == before.cancelled() + 1);
    }

    @Test
    void digitsAreKeptForDownload() throws Exception {
        String id = json(post("/api/generate", "{\"images\": 2, \"steps\": 10}"))
                .get("id")
                .getAsString();
        HttpResponse<String> csv = get("/api/results/" + id + "/digits.csv");
        assertThat(csv.body().lines()).hasSize(3).first().asString().startsWith("energy,pixel0,");
        assertThat(get("/api/results/" + id + "/digits.png").body()).startsWith("\uFFFDPNG");
        assertThat(get("/api/results/" + id + "/digits.npz").body()).startsWith("PK");
        assertThat(get("/api/results/none/digits.png").statusCode()).isEqualTo(404);
    }

    @Test
    void aRestorationKeepsTheKnownPixels() throws Exception {
        JsonObject restored = json(
                post("/api/restore", "{\"image\": " + image(0) + ", \"known\": " + image(1) + ", \"completions\": 3}"));
        assertThat(restored.getAsJsonArray("completions")).hasSize(3).containsOnly(JsonParser.parseString(image(0)));
        assertThat(restored.get("standardDeviation")).isEqualTo(JsonParser.parseString(image(0).replace("0", "0.0")));
    }

    @Test
    void aScoreStandsBesideThoseOfTheTestDigits() throws Exception {
        JsonObject scored = json(post("/api/score", "{\"images\": [" + image(1) + "," + image(0) + "]}"));
        JsonObject allWhite = scored.getAsJsonArray("scores").get(0).getAsJsonObject();
        assertThat(allWhite.get("reconstructionErrorAbove").getAsDouble()).isEqualTo(1);
        int digits = 0;
        for (JsonElement count : scored.getAsJsonObject("testEnergies").getAsJsonArray("counts")) {
            digits += count.getAsInt();
        }
        assertThat(digits).isEqualTo(10_000);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    generate | {"images": 0}                | images
                    generate | {"images": 401}              | images
                    generate | {"images": "3"}              | images
                    generate | {"images": 1.5}              | images
                    generate | {"images": null}             | images
                    generate | {"images": [1]}              | images
                    generate | {"seed": 1e999999999}        | seed
                    generate | {"seed": 2147483648}         | seed
                    generate | {"steps": -1}                | steps
                    generate | {"images": 400, "steps": 9999} | steps
                    generate | {"temperature": 0}           | temperature
                    generate | {"temperature": NaN}         | body
                    generate | {"model": "../pretrained"}   | model
                    generate | {"model": 1}                 | model
                    generate | {"pictures": 1}              | pictures
                    generate | {"images": 1} {}             | body
                    generate | [1]                          | body
                    generate | no json                      | body
                    generate | ``                           | body
                    restore  | {}                           | image
                    restore  | {"image": [[0]]}             | image
                    restore  | {"image": 0}                 | image
                    score    | {"images": []}               | images
                    score    | {"images": [[]]}             | images[0]
                    """)
    void aWrongRequestIsToldWhichField(String path, String body, String field) throws Exception {
        HttpResponse<String> response = post("/api/" + path, body);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        JsonArray errors = json(response).getAsJsonArray("errors");
        assertThat(errors.get(0).getAsJsonObject().get("field").getAsString()).isEqualTo(field);
    }

    @Test
    void aWrongPixelIsNamed() throws Exception {
        String wrong = image(0).replaceFirst("0", "2");
        HttpResponse<String> response = post("/api/score", "{\"images\": [" + image(1) + "," + wrong + "]}");
        assertThat(json(response).get("detail").getAsString())
                .isEqualTo("images[1][0][0]: expected a whole number from 0 to 1, found 2");
    }

    @Test
    void deepNestingIsRefused() throws Exception {
        assertThat(post("/api/score", "{\"images\": " + "[".repeat(100_000)).statusCode())
                .isEqualTo(400);
    }

    @Test
    void tooLongABodyIsRefused() throws Exception {
        HttpResponse<String> response = post("/api/score", "{\"images\": [" + " ".repeat(600_000) + "]}");
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(json(response).get("status").getAsInt()).isEqualTo(413);
    }

    @Test
    void aFormOfAnotherSiteIsRefused() throws Exception {
        HttpRequest form = request("/api/generate")
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();
        assertThat(client.send(form, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/..%2f..%2fpom.xml",
                "/%2e%2e/%2e%2e/etc/passwd",
                "/META-INF/MANIFEST.MF",
                "/api/results/..%2f..%2f/digits.png"
            })
    void nothingButThePageIsServed(String path) throws Exception {
        assertThat(TestServer.exchange(server, TestServer.get(path))).containsPattern("^HTTP/1.1 40[04] ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/main.js", "/api/models", "/nothing", "/openapi.json"})
    void everyAnswerHasTheSecurityHeaders(String path) throws Exception {
        HttpResponse<String> response = get(path);
        assertThat(response.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "frame-ancestors 'none'")
                .doesNotContain("unsafe-inline");
        assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(response.headers().firstValue("Server")).isEmpty();
    }

    @Test
    void theDescriptionStatesTheLimitsOfTheCode() throws Exception {
        JsonObject description = json(get("/openapi.json"));
        ClientConnector.Limits limits = ClientConnector.Limits.DEFAULT;
        assertThat(description.getAsJsonObject("info").get("description").getAsString())
                .contains(limits.patience().toSeconds() + " seconds to send the head of a request")
                .contains(limits.connectionsOfAnAddress() + " connections from an address and " + limits.connections()
                        + " in all");
        JsonObject schemas = description.getAsJsonObject("components").getAsJsonObject("schemas");
        assertThat(maximum(schemas, "Generation", "images", "maximum")).isEqualTo(Generation.MAX_IMAGES);
        assertThat(maximum(schemas, "Generation", "steps", "maximum")).isEqualTo(Generation.MAX_STEPS);
        assertThat(maximum(schemas, "Generation", "temperature", "maximum")).isEqualTo(Generation.MAX_TEMPERATURE);
        assertThat(maximum(schemas, "Generation", "temperature", "minimum")).isEqualTo(Generation.MIN_TEMPERATURE);
        assertThat(maximum(schemas, "Restoration", "completions", "maximum")).isEqualTo(Restoration.MAX_COMPLETIONS);
        assertThat(maximum(schemas, "Scoring", "images", "maxItems")).isEqualTo(Scoring.MAX_IMAGES);
    }

    private static double maximum(JsonObject schemas, String schema, String property, String bound) {
        return schemas.getAsJsonObject(schema)
                .getAsJsonObject("properties")
                .getAsJsonObject(property)
                .get(bound)
                .getAsDouble();
    }

    @Test
    void closingWaitsForTheJobsThatWereAccepted() throws Exception {
        DigitServer closing = DigitServer.start(config(0));
        try (Socket socket = new Socket(closing.uri().getHost(), closing.uri().getPort());
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            String body = "{\"images\": 16, \"steps\": 2000}";
            String head = "POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Accept: text/event-stream\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
            for (String line = reader.readLine(); !line.startsWith("event: progress"); line = reader.readLine()) {
                assertThat(line).doesNotContain("event: problem");
            }
            CompletableFuture<Void> closed = CompletableFuture.runAsync(closing::close);
            assertThat(reader.lines()).contains("event: result");
            closed.get();
        }
    }

    @Test
    void anAddressThatIsTakenIsAnError() {
        int port = server.uri().getPort();
        assertThatIOException()
                .isThrownBy(() -> DigitServer.start(config(port)))
                .withMessageStartingWith("port " + port + " of 127.0.0.1: cannot be bound");
    }

    @Test
    void aModelThatCannotBeLoadedIsAnError() {
        ServerConfig config = new ServerConfig(
                ServerConfig.LOOPBACK, 0, Map.of("none", Path.of("nowhere")), DataFolder.mnist(), Device.cpu());
        assertThatIOException().isThrownBy(() -> DigitServer.start(config)).withMessageContaining("nowhere");
    }
}
