package io.github.mnistebm.web;

import static io.github.mnistebm.web.TestServer.LONG_JOB;
import static io.github.mnistebm.web.TestServer.SHORT_JOB;
import static io.github.mnistebm.web.TestServer.connect;
import static io.github.mnistebm.web.TestServer.exchange;
import static io.github.mnistebm.web.TestServer.get;
import static io.github.mnistebm.web.TestServer.jobs;
import static io.github.mnistebm.web.TestServer.post;
import static io.github.mnistebm.web.TestServer.receive;
import static io.github.mnistebm.web.TestServer.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.github.mnistebm.web.http.ClientConnector;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that take their time. */
@Timeout(120)
class SlowClientsTest {

    /** Clients that do their best must not be cut off, however busy the machine is. */
    private static final ClientConnector.Limits IMPATIENT =
            new ClientConnector.Limits(1024, 512, Duration.ofSeconds(4));

    private static DigitServer start(ClientConnector.Limits limits) throws IOException {
        return DigitServer.start(TestServer.config(ServerConfig.LOOPBACK, 0), limits);
    }

    /** Requests without their last byte: the head's, and the body's. */
    private static List<String> unfinished() {
        String request = post("/api/generate", LONG_JOB, "");
        return List.of(
                request.substring(0, request.length() - LONG_JOB.length() - 1),
                request.substring(0, request.length() - 1));
    }

    @Test
    void aRequestThatComesAByteAtATimeIsCutOff() throws Exception {
        try (DigitServer server = start(IMPATIENT)) {
            for (String request : unfinished()) {
                try (Socket client = connect(server)) {
                    send(client, request.substring(0, request.length() - 10));
                    assertThatIOException().isThrownBy(() -> trickle(client));
                }
            }
            assertThat(jobs(server).accepted()).isZero();
        }
    }

    private static void trickle(Socket client) throws Exception {
        while (true) {
            send(client, " ");
            Thread.sleep(20);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET / HTTP/1.1\r\n"})
    void aClientThatSendsNothingMoreIsCutOff(String start) throws Exception {
        try (DigitServer server = start(IMPATIENT);
                Socket client = connect(server)) {
            send(client, start);
            assertThat(receive(client)).isEmpty();
        }
    }

    @Test
    void aClientThatTakesNoAnswersIsCutOff() throws Exception {
        try (DigitServer server = start(IMPATIENT);
                Socket client = connect(server)) {
            String request = get("/openapi.json").replace("Connection: close\r\n", "");
            assertThatIOException().isThrownBy(() -> {
                while (true) {
                    send(client, request);
                }
            });
        }
    }

    @Test
    void aClientThatWaitsForItsJobIsNotCutOff() throws Exception {
        List<Socket> before = new ArrayList<>();
        try (DigitServer server = start(IMPATIENT);
                Socket waiting = connect(server)) {
            for (int i = 0; i < 5; i++) {
                before.add(connect(server));
                send(before.get(i), post("/api/generate", LONG_JOB, ""));
            }
            TestServer.await(server, now -> now.accepted() == before.size());
            send(waiting, post("/api/generate", SHORT_JOB, ""));
            Thread.sleep(IMPATIENT.patience().multipliedBy(2).toMillis());
            for (Socket each : before) {
                each.close();
            }
            assertThat(receive(waiting)).startsWith("HTTP/1.1 200 ");
        }
    }

    /** Waits until the server has opened a connection: those of several selectors may open in another order than they were made in. */
    private static void awaitAnswer(Socket client) throws IOException {
        send(client, get("/healthz").replace("Connection: close\r\n", ""));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("}}") < 0) {
            int next = client.getInputStream().read();
            assertThat(next).as("%s", answer).isNotNegative();
            answer.append((char) next);
        }
    }

    @Test
    void theConnectionThatKeptTheServerWaitingLongestMakesRoomForANewOne() throws Exception {
        try (DigitServer server = start(new ClientConnector.Limits(100, 4, Duration.ofDays(1)))) {
            List<Socket> clients = new ArrayList<>();
            try (Socket busy = connect(server)) {
                send(busy, post("/api/generate", LONG_JOB, ""));
                TestServer.await(server, now -> now.accepted() == 1);
                for (int i = 0; i < 10; i++) {
                    clients.add(connect(server));
                    awaitAnswer(clients.get(i));
                    send(clients.get(i), "GET /");
                }
                assertThat(exchange(server, get("/healthz"))).startsWith("HTTP/1.1 200 ");
                for (Socket first : clients.subList(0, 7)) {
                    assertThat(receive(first)).isEmpty();
                }
                assertThat(jobs(server).cancelled()).isZero();
            } finally {
                for (Socket each : clients) {
                    each.close();
                }
            }
        }
    }

    @Test
    @Timeout(value = 45, unit = TimeUnit.SECONDS)
    void threeHundredSlowClientsKeepNobodyOutAndDoNotDelayTheEnd() throws Exception {
        List<Socket> slow = new ArrayList<>();
        DigitServer server = DigitServer.start(TestServer.config(ServerConfig.LOOPBACK, 0));
        CompletableFuture<Void> closed = null;
        try {
            for (int i = 0; i < 300; i++) {
                Socket client = connect(server);
                slow.add(client);
                send(client, unfinished().get(i % 2));
            }
            assertThat(exchange(server, get("/healthz"))).startsWith("HTTP/1.1 200 ");
            try (Socket client = connect(server)) {
                send(client, post("/api/generate", "{\"images\": 20, \"steps\": 1000}", ""));
                TestServer.await(server, now -> now.accepted() == 1);
                closed = CompletableFuture.runAsync(server::close);
                assertThat(receive(client)).startsWith("HTTP/1.1 200 ");
            }
            closed.get();
        } finally {
            for (Socket each : slow) {
                each.close();
            }
            if (closed == null) {
                server.close();
            }
        }
    }
}
