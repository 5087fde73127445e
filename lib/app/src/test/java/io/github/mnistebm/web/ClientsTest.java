package io.github.mnistebm.web;

import static io.github.mnistebm.web.TestServer.LONG_JOB;
import static io.github.mnistebm.web.TestServer.SHORT_JOB;
import static io.github.mnistebm.web.TestServer.await;
import static io.github.mnistebm.web.TestServer.connect;
import static io.github.mnistebm.web.TestServer.exchange;
import static io.github.mnistebm.web.TestServer.get;
import static io.github.mnistebm.web.TestServer.jobs;
import static io.github.mnistebm.web.TestServer.post;
import static io.github.mnistebm.web.TestServer.receive;
import static io.github.mnistebm.web.TestServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that go away, or send more than one request at a time. */
@Timeout(120)
class ClientsTest {

    private static final String JSON = "application/json";
    private static final String EVENTS = "text/event-stream";

    private static DigitServer server;

    @BeforeAll
    static void start() throws IOException {
        server = DigitServer.start(TestServer.config(ServerConfig.LOOPBACK, 0));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String job(String body, String accept) {
        return post("/api/generate", body, "Accept: " + accept + "\r\n");
    }

    private static Socket start(String accept) throws IOException {
        Socket socket = connect(server);
        send(socket, job(LONG_JOB, accept));
        return socket;
    }

    /** The way in which a client goes away. */
    enum Departure {
        CLOSES,
        RESETS,
        CLOSES_ITS_HALF;

        void of(Socket client) throws IOException {
            if (this == CLOSES_ITS_HALF) {
                client.shutdownOutput();
                return;
            }
            client.setSoLinger(this == RESETS, 0);
            client.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatGoesAwayStopsItsJob(Departure departure) throws Exception {
        for (String accept : List.of(JSON, EVENTS)) {
            Jobs.Counts before = jobs(server);
            try (Socket client = start(accept)) {
                await(server, now -> now.accepted() > before.accepted() && now.waiting() == 0);
                departure.of(client);
                await(server, now -> now.cancelled() == before.cancelled() + 1);
            }
        }
        assertThat(exchange(server, job(SHORT_JOB, JSON))).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatGoesAwayWhileItsJobWaitsFreesThePlace(Departure departure) throws Exception {
        Jobs.Counts before = jobs(server);
        try (Socket running = start(EVENTS)) {
            await(server, now -> now.accepted() == before.accepted() + 1 && now.waiting() == 0);
            for (String accept : List.of(JSON, EVENTS)) {
                try (Socket waiting = start(accept)) {
                    await(server, now -> now.waiting() == 1);
                    departure.of(waiting);
                    await(server, now -> now.waiting() == 0);
                }
            }
            assertThat(jobs(server).cancelled()).isEqualTo(before.cancelled() + 2);
            running.shutdownOutput();
        }
        await(server, now -> now.cancelled() == before.cancelled() + 3);
    }

    @Test
    void aClientThatClosesOnlyItsHalfGetsAnAnswer() throws Exception {
        try (Socket client = start(JSON)) {
            client.shutdownOutput();
            assertThat(receive(client))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("Content-Type: application/problem+json")
                    .contains("the connection was closed before the answer");
        }
        try (Socket client = start(EVENTS)) {
            client.shutdownOutput();
            assertThat(receive(client))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("event: problem\ndata: {\"type\"")
                    .contains("the connection was closed before the answer");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 900, 5000})
    void aRequestThatIsSentBeforeTheLastWasAnsweredIsAnsweredToo(int padding) throws Exception {
        Jobs.Counts before = jobs(server);
        String first = job("{\"images\": 20, \"steps\": 2000}", JSON).replace("Connection: close\r\n", "");
        String second = get("/api/models").replace("\r\n\r\n", "\r\nX-Padding: " + "x".repeat(padding) + "\r\n\r\n");
        try (Socket client = connect(server)) {
            send(client, first);
            await(server, now -> now.accepted() == before.accepted() + 1);
            send(client, second);
            String answers = receive(client);
            assertThat(answers.split("HTTP/1.1 200 OK")).hasSize(3);
            assertThat(answers).contains("\"jumpAcceptanceRate\"", "\"latentDimension\"");
        }
    }

    @Test
    void aConnectionServesManyRequests() throws Exception {
        try (Socket client = connect(server)) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                requests.append(job(SHORT_JOB, JSON).replace("Connection: close\r\n", ""));
            }
            send(client, requests + get("/healthz"));
            assertThat(receive(client).split("HTTP/1.1 200 OK")).hasSize(22);
        }
    }

    @Test
    void aJobThatFailsHasAStatusOfItsOwnOrAnEvent() throws Exception {
        String score = "{\"images\": [" + DigitServerTest.image(1) + "]}";
        try (DigitServer failing = DigitServer.start(TestServer.withoutMnist())) {
            assertThat(exchange(failing, post("/api/score", score, "")))
                    .startsWith("HTTP/1.1 500 ")
                    .contains("Content-Type: application/problem+json")
                    .endsWith("\"detail\":\"the job failed. The server's log says more\"}");
            assertThat(exchange(failing, post("/api/score", score, "Accept: " + EVENTS + "\r\n")))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("event: problem\ndata: {\"type\":\"about:blank\"")
                    .doesNotContain("event: result");
            assertThat(jobs(failing)).isEqualTo(new Jobs.Counts(2, 0, 0, 2, 0));
        }
    }

    @Test
    void jobsBeyondAFullQueueAreTurnedAway() throws Exception {
        Jobs.Counts before = jobs(server);
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 1 + Jobs.QUEUE_LENGTH; i++) {
                int accepted = i + 1;
                clients.add(start(i % 2 == 0 ? JSON : EVENTS));
                await(server, now -> now.accepted() == before.accepted() + accepted);
            }
            assertThat(exchange(server, job("{}", JSON)))
                    .startsWith("HTTP/1.1 429 ")
                    .contains("Retry-After: ");
        } finally {
            for (Socket each : clients) {
                each.close();
            }
        }
        await(server, now -> now.cancelled() == before.cancelled() + 1 + Jobs.QUEUE_LENGTH);
        assertThat(jobs(server).waiting()).isZero();
    }
}
