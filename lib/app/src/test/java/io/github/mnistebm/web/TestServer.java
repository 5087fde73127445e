package io.github.mnistebm.web;

import ai.djl.Device;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** A server with the bundled model, and clients that speak to it byte by byte. */
final class TestServer {

    /** A request that takes seconds. */
    static final String LONG_JOB = "{\"images\": 100, \"steps\": 10000}";

    static final String SHORT_JOB = "{\"images\": 1, \"steps\": 2}";

    private TestServer() {}

    static ServerConfig config(String host, int port) {
        return new ServerConfig(
                host, port, Map.of("default", DataFolder.pretrained()), DataFolder.mnist(), Device.cpu());
    }

    /** A server whose every score fails. */
    static ServerConfig withoutMnist() {
        return new ServerConfig(
                ServerConfig.LOOPBACK, 0, Map.of("default", DataFolder.pretrained()), Path.of("nowhere"), Device.cpu());
    }

    static Socket connect(DigitServer server) throws IOException {
        URI uri = server.uri();
        Socket socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(60_000);
        return socket;
    }

    static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Returns all that comes until the server closes the connection. */
    static String receive(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Sends bytes as they are, and returns what comes back. */
    static String exchange(DigitServer server, String text) throws IOException {
        try (Socket socket = connect(server)) {
            send(socket, text);
            return receive(socket);
        }
    }

    /** Returns a request for a path that closes the connection after its answer. */
    static String get(String path) {
        return request("GET", path, "");
    }

    static String request(String method, String path, String headers) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n";
    }

    static String post(String path, String body, String headers) {
        return request(
                        "POST",
                        path,
                        "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n" + headers)
                + body;
    }

    /** Returns the numbers of jobs by their outcome. */
    static Jobs.Counts jobs(DigitServer server) throws IOException {
        JsonObject jobs = JsonParser.parseString(body(exchange(server, get("/healthz"))))
                .getAsJsonObject()
                .getAsJsonObject("jobs");
        return new Jobs.Counts(
                jobs.get("accepted").getAsLong(),
                jobs.get("finished").getAsLong(),
                jobs.get("cancelled").getAsLong(),
                jobs.get("failed").getAsLong(),
                jobs.get("waiting").getAsInt());
    }

    static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    /** A condition to wait for. */
    @FunctionalInterface
    interface Condition {
        boolean holds(Jobs.Counts jobs);
    }

    static void await(DigitServer server, Condition condition) throws Exception {
        for (int i = 0; i < 600; i++) {
            if (condition.holds(jobs(server))) {
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("the jobs never came to be as expected: " + jobs(server));
    }
}
