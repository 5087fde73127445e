package io.github.mnistebm.web;

import static io.github.mnistebm.web.TestServer.SHORT_JOB;
import static io.github.mnistebm.web.TestServer.body;
import static io.github.mnistebm.web.TestServer.connect;
import static io.github.mnistebm.web.TestServer.exchange;
import static io.github.mnistebm.web.TestServer.get;
import static io.github.mnistebm.web.TestServer.post;
import static io.github.mnistebm.web.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Malformed and forbidden requests. */
@Timeout(120)
class DoorTest {

    private static DigitServer server;

    @BeforeAll
    static void start() throws IOException {
        server = DigitServer.start(TestServer.config(ServerConfig.LOOPBACK, 0));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void assertProblem(String answer, int status) {
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .contains("Content-Type: application/problem+json", "Content-Security-Policy: default-src 'none'");
        JsonObject problem = JsonParser.parseString(body(answer)).getAsJsonObject();
        assertThat(problem.get("status").getAsInt()).isEqualTo(status);
        assertThat(problem.get("detail").getAsString()).isNotBlank().doesNotContain("null", "Exception");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.2", "127.1", "localhost", "::1", "[::1]", "0.0.0.0", "::"})
    void theAddressThatAServerGivesReachesIt(String host) throws Exception {
        try (DigitServer started = DigitServer.start(TestServer.config(host, 0))) {
            String hostOfIts = started.uri().getRawAuthority();
            String answer = exchange(started, get("/healthz").replace("Host: localhost", "Host: " + hostOfIts));
            assertThat(answer).startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no host       | --host no host: expected an address of this machine, or a name of one",
                "192.0.2.1     | port 0 of 192.0.2.1: cannot be bound",
            })
    void anAddressThatCannotBeBoundIsAnError(String host, String message) {
        assertThatIOException()
                .isThrownBy(() -> DigitServer.start(TestServer.config(host, 0)))
                .withMessageStartingWith(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST.:80", "127.0.0.1:1", "127.9.9.9", "[::1]", "[::1]:8080"})
    void thisMachinesNamesAreAnsweredTo(String host) throws Exception {
        assertThat(exchange(server, get("/").replace("localhost", host))).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @CsvSource({
        "attacker.example, 421",
        "127.0.0.1.attacker.example, 421",
        "'', 400",
        "a b, 400",
        "localhost@attacker.example, 400",
        "localhost:99999, 400",
        "[::1, 400"
    })
    void otherNamesAreRefused(String host, int status) throws Exception {
        for (String path : List.of("/", "/healthz", "/nothing")) {
            assertProblem(exchange(server, get(path).replace("localhost", host)), status);
        }
    }

    @Test
    void theHostMayNeitherBeMissingNorGivenTwiceNorContradictTheTarget() throws Exception {
        assertProblem(exchange(server, get("/").replace("Host: localhost\r\n", "")), 400);
        assertProblem(exchange(server, request("GET", "/", "Host: localhost\r\n")), 400);
        assertProblem(exchange(server, get("http://attacker.example/")), 400);
        assertProblem(exchange(server, get("http://attacker.example/").replace("localhost", "attacker.example")), 421);
        assertThat(exchange(server, get("http://localhost/"))).startsWith("HTTP/1.1 200 ");
        // Older than the header.
        assertThat(exchange(server, "GET / HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "application/json                    | 200",
                "Application/JSON                    | 200",
                "application/json; charset=UTF-8     | 200",
                "application/json;charset=\"utf-8\"  | 200",
                "application/json;charset=bogus      | 415",
                "application/json;charset=utf-16     | 415",
                "application/json;charset=           | 415",
                "application/json;charset            | 415",
                "application/json;charset=\"         | 415",
                "application/json;charset=*          | 415",
                "application/jsonx                   | 415",
                "application/problem+json            | 415",
                "text/plain                          | 415",
                ";                                   | 415",
                "``                                  | 415"
            })
    void aBodyIsJsonInUtf8(String type, int status) throws Exception {
        String answer = exchange(server, post("/api/generate", SHORT_JOB, "").replace("application/json", type));
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void aBodyThatIsCodedOrNotUtf8IsRefused() throws Exception {
        assertProblem(exchange(server, post("/api/generate", SHORT_JOB, "Content-Encoding: gzip\r\n")), 415);
        assertProblem(exchange(server, post("/api/generate", "{\"model\": \"\u00ff\"}", "")), 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zz\r\n{}\r\n0\r\n\r\n",
                "2\r\n{}XX0\r\n\r\n",
                "-2\r\n{}\r\n0\r\n\r\n",
                "fffffffffffffffff\r\n{}\r\n0\r\n\r\n",
                "9\r\n{}",
                "2\r\n{}\r\n",
                ""
            })
    void aBodyWhoseChunksAreBrokenIsRefused(String chunks) throws Exception {
        String head =
                request("POST", "/api/generate", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n");
        assertProblem(exchangeAndEnd(head + chunks), 400);
    }

    @Test
    void aBodyThatEndsTooSoonIsRefused() throws Exception {
        String whole = post("/api/generate", SHORT_JOB, "");
        assertProblem(exchangeAndEnd(whole.substring(0, whole.length() - 1)), 400);
    }

    @Test
    void aBodyInChunksIsRead() throws Exception {
        String head =
                request("POST", "/api/generate", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n");
        String chunk = Integer.toHexString(SHORT_JOB.length()) + "\r\n" + SHORT_JOB + "\r\n0\r\n\r\n";
        assertThat(exchange(server, head + chunk)).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void aRequestWithExpectContinueIsAnswered() throws Exception {
        assertThat(exchange(server, post("/api/generate", SHORT_JOB, "Expect: 100-continue\r\n")))
                .startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ");
    }

    private static String exchangeAndEnd(String text) throws IOException {
        try (Socket socket = connect(server)) {
            TestServer.send(socket, text);
            socket.shutdownOutput();
            return TestServer.receive(socket);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/generate, POST",
        "HEAD, /api/generate, POST",
        "PUT, /api/score, POST",
        "POST, /healthz, 'GET, HEAD'",
        "DELETE, /api/models, 'GET, HEAD'",
        "OPTIONS, /api/results/1/digits.png, 'GET, HEAD'",
        "TRACE, /healthz, 'GET, HEAD'",
        "get, /healthz, 'GET, HEAD, POST'",
        "FOO, /healthz, 'GET, HEAD, POST'",
        "BEFORE, /healthz, 'GET, HEAD, POST'",
    })
    void aForbiddenMethodIsAnsweredWithTheAllowedOnes(String method, String path, String allowed) throws Exception {
        String answer = exchange(server, request(method, path, ""));
        assertThat(answer).startsWith("HTTP/1.1 405 ").contains("\r\nAllow: " + allowed + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/main.js",
                "/openapi.json",
                "/api/models",
                "/healthz",
                "/nothing",
                "/api/results/1/digits.csv"
            })
    void headHasTheHeadersOfGet(String path) throws Exception {
        for (String headers : List.of("", "Accept-Encoding: gzip\r\n")) {
            String got = exchange(server, request("GET", path, headers));
            String head = exchange(server, request("HEAD", path, headers));
            assertThat(body(head)).isEmpty();
            assertThat(headers(head)).isEqualTo(headers(got));
        }
    }

    private static String headers(String answer) {
        return answer.substring(0, answer.indexOf("\r\n\r\n")).replaceFirst("Date: .*", "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"images\": 1, \"images\": 1}",
                "{\"images\": 1, \"im\\u0061ges\": 1}",
                "{\"model\": \"\\ud800\"}",
                "{\"model\": \"\\u0000\"}",
                "{\"seed\": NaN}",
                "{\"seed\": Infinity}",
                "{\"seed\": -1e309}",
                "{\"seed\": 1e-999999999}",
                "{\"steps\": 01}",
                "{\"steps\": +1}",
                "{\"temperature\": true}",
                "{'images': 1}",
                "{images: 1}",
                "{\"images\": 1,}",
                "{\"images\": 1 /* one */}",
                "{\"\": 1}",
                "{}{}",
                "null",
                "\"text\""
            })
    void malformedJsonIsRefused(String body) throws Exception {
        String answer = exchange(server, post("/api/generate", body, ""));
        // The least of all numbers is 0, which is a seed.
        assertThat(answer).startsWith(body.contains("e-") ? "HTTP/1.1 200 " : "HTTP/1.1 400 ");
    }

    @Test
    void longNumbersAreRefused() throws Exception {
        assertProblem(exchange(server, post("/api/generate", "{\"seed\": " + "9".repeat(100_000) + "}", "")), 400);
    }

    /** Requests in which bytes were changed, left out, repeated or put in at random. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void mutatedRequestsAreNeverTheServersFault(long seed) throws Exception {
        List<String> originals = List.of(
                get("/"),
                get("/api/results/1/digits.npz?x=%41"),
                request("HEAD", "/openapi.json", "Accept-Encoding: gzip, br;q=0.5\r\nIf-None-Match: W/\"a\"\r\n"),
                request(
                        "GET",
                        "/healthz",
                        "Cookie: a=b; c=\"d\"\r\nAccept: text/html, */*;q=0.8\r\nRange: bytes=0-5\r\n"),
                request("GET", "http://localhost/healthz", "Expect: 100-continue\r\nUpgrade: h2c\r\n"),
                post("/api/generate", SHORT_JOB, "Accept: text/event-stream\r\n"),
                post("/api/generate", "{\"model\": \"default\", \"seed\": -1, \"temperature\": 0.5, \"steps\": 3}", ""),
                post("/api/score", "{\"images\": [" + DigitServerTest.image(1) + "]}", "Accept-Language: en\r\n"),
                request(
                                "POST",
                                "/api/generate",
                                "Content-Type: application/json;charset=utf-8\r\n" + "Transfer-Encoding: chunked\r\n")
                        + "2\r\n{}\r\n0\r\n\r\n");
        Random random = new Random(seed);
        for (int i = 0; i < 250; i++) {
            byte[] mutant = mutated(originals.get(i % originals.size()), random);
            String answer = exchangeAndEnd(new String(mutant, StandardCharsets.ISO_8859_1));
            assertThat(answer)
                    .describedAs(() -> new String(mutant, StandardCharsets.ISO_8859_1))
                    .doesNotContainPattern("^HTTP/1.1 5")
                    .doesNotContainPattern("\"detail\":\"[^\"]*(null|Exception)");
        }
    }

    private static byte[] mutated(String original, Random random) {
        byte[] bytes = original.getBytes(StandardCharsets.ISO_8859_1);
        // Most of them in the head and its first line, where the grammar is.
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(bytes.length, 120));
            int until = Math.min(bytes.length, at + 1 + random.nextInt(8));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(Arrays.copyOf(bytes, at));
            switch (random.nextInt(4)) {
                case 0 -> out.write(random.nextInt(256));
                case 1 -> out.writeBytes(Arrays.copyOfRange(bytes, at, until));
                case 2 -> out.write("\0\r\n\t \"%;:,=/\\[]{}".charAt(random.nextInt(17)));
                default -> at = until - 1;
            }
            int rest = random.nextBoolean() ? at : Math.min(bytes.length, at + 1);
            out.writeBytes(Arrays.copyOfRange(bytes, rest, bytes.length));
            bytes = out.toByteArray();
        }
        return bytes;
    }
}
