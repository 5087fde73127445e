"""Loads `run serve` with clients that ask for good and bad things, some that go away, and many that are slow: `run bench load`.

Ends with an error if an answer was 5xx, if a job was neither finished nor cancelled, if the server's memory grew, or if the slow
clients kept others waiting: /healthz, an idle server's scores, or the server's end.
"""

import argparse
import collections
import http.client
import json
import multiprocessing
import pathlib
import random
import selectors
import signal
import socket
import statistics
import subprocess
import threading
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BLANK = [[0] * 28] * 28
ALL = [[1] * 28] * 28
HALF = [[1] * 28] * 14 + [[0] * 28] * 14

# The actions of a client: the frequency of each, and the status that it expects besides 429.
GOOD = {"images": 4, "steps": 200}
ACTIONS = [
    (4, "/api/generate", GOOD, 200),
    (2, "/api/restore", {"image": BLANK, "known": HALF}, 200),
    (3, "/api/score", {"images": [BLANK, ALL]}, 200),
    (2, "/api/generate", {"images": 10**9}, 400),
    (2, "/api/generate", {"images": "many"}, 400),
    (2, "/api/score", {"images": [[1, 2, 3]]}, 400),
    (1, "/api/generate", "{", 400),
    (1, "/api/score", " " * 600_000, 413),
    (1, "/api/nothing", {}, 404),
    (2, None, None, None),
]
# The longest times in seconds: of /healthz, of a score while nothing else runs, and from the end of the last job to that of the server.
HEALTH_SECONDS = 1
SCORE_SECONDS = 0.05
END_SECONDS = 2
# Memory that the allocator and the collector may hold besides: a third of the Java heap's first size.
SLACK_MIB = 64


class SlowClients:
    """Clients that send a request a byte a second, half of them its head and half of them its body, and come again when cut off."""

    def __init__(self, address, count):
        self.address = address.hostname, address.port
        self.selector = selectors.DefaultSelector()
        self.stopped = threading.Event()
        self.cut_off = 0
        for number in range(count):
            self.connect(number)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def connect(self, number):
        client = socket.create_connection(self.address, timeout=10)
        head = "POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n"
        client.sendall((head + ("\r\n" if number % 2 else "X-Slow: ")).encode())
        self.selector.register(client, selectors.EVENT_READ, number)

    def run(self):
        while not self.stopped.wait(1):
            for key in list(self.selector.get_map().values()):
                try:
                    key.fileobj.sendall(b" ")
                except OSError:
                    self.again(key)
            for key, _ in self.selector.select(0):
                # The server says nothing before it has the whole request: this is the end.
                self.again(key)

    def again(self, key):
        if key.fd not in self.selector.get_map():
            return
        self.selector.unregister(key.fileobj)
        key.fileobj.close()
        self.cut_off += 1
        try:
            self.connect(key.data)
        except OSError:
            # The server has ended.
            self.stopped.set()

    def stop(self):
        self.stopped.set()
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()


class Load:
    def __init__(self, process, address):
        self.process = process
        self.host, self.port = address.hostname, address.port
        self.lock = threading.Lock()
        self.statuses = collections.Counter()
        self.seconds = []
        self.unexpected = collections.Counter()

    def post(self, path, body):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        try:
            text = body if isinstance(body, str) else json.dumps(body)
            connection.request("POST", path, text, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def go_away(self):
        """Asks for a long job, and closes the connection before it can be done."""
        body = json.dumps({"images": 100, "steps": 10_000})
        head = f"POST /api/generate HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\n"
        with socket.create_connection((self.host, self.port), timeout=120) as client:
            client.sendall(f"{head}Accept: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
            status = int(client.recv(100).split()[1])
            time.sleep(0.3)
        return status

    def client(self, number, end):
        chance = random.Random(number)
        weights = [action[0] for action in ACTIONS]
        while time.monotonic() < end:
            _, path, body, expected = chance.choices(ACTIONS, weights)[0]
            start = time.monotonic()
            try:
                status = self.go_away() if path is None else self.post(path, body)
            except OSError as error:
                # A body that is too long is refused before it has been read.
                status = 413 if expected == 413 else f"{type(error).__name__}"
            with self.lock:
                self.statuses[status] += 1
                if status == 200 and path is not None:
                    self.seconds.append(time.monotonic() - start)
                if status not in (expected, 429) and path is not None:
                    self.unexpected[f"{path}: expected {expected}, found {status}"] += 1

    def jobs(self):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        try:
            connection.request("GET", "/healthz")
            return json.loads(connection.getresponse().read())["jobs"]
        finally:
            connection.close()

    def idle_score_seconds(self):
        """Returns the median time of thirty scores, one after the other."""
        seconds = []
        for _ in range(30):
            start = time.monotonic()
            self.post("/api/score", {"images": [BLANK]})
            seconds.append(time.monotonic() - start)
        return statistics.median(seconds)

    def end_seconds(self):
        """Returns the time that the server runs after its last job, if it has to end while the job runs."""
        accepted = self.jobs()["accepted"]
        answered = []
        client = threading.Thread(
            target=lambda: answered.append((self.post("/api/generate", {"images": 100, "steps": 1000}), time.monotonic()))
        )
        client.start()
        while self.jobs()["accepted"] == accepted:
            time.sleep(0.01)
        self.process.send_signal(signal.SIGTERM)
        client.join()
        self.process.wait(timeout=120)
        end = time.monotonic()
        status, at = answered[0]
        if status != 200:
            self.unexpected[f"the last job: expected 200, found {status}"] += 1
        return end - at

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024

    def run(self, clients, seconds):
        """Returns the memory after each tenth of the time."""
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=self.client, args=(i, end)) for i in range(clients)]
        for thread in threads:
            thread.start()
        memory = []
        for _ in range(10):
            time.sleep(seconds / 10)
            memory.append(round(self.resident_mib()))
        for thread in threads:
            thread.join()
        return memory


def start():
    process = subprocess.Popen(
        [ROOT / "environment" / "run", "serve", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout:
        if line.startswith("serving: "):
            return process, urllib.parse.urlparse(line.split()[1])
    raise SystemExit("load: the server did not start")


def watch_health(url, seconds, most):
    """Measures the longest time of /healthz, in a process of its own, so that the clients' threads do not delay it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        with urllib.request.urlopen(url) as answer:
            answer.read()
        most.value = max(most.value, time.monotonic() - start)
        time.sleep(0.1)


def settled(load):
    """Returns the numbers of jobs by their outcome, once none is left."""
    for _ in range(300):
        jobs = load.jobs()
        if jobs["accepted"] == jobs["finished"] + jobs["cancelled"] + jobs["failed"]:
            break
        time.sleep(0.1)
    return jobs


def main():
    parser = argparse.ArgumentParser(prog="bench load", description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--slow", type=int, default=300, help="clients that send a byte a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", type=pathlib.Path, help="a file for the figures")
    options = parser.parse_args()
    process, address = start()
    slow = None
    try:
        load = Load(process, address)
        # The first jobs load and compile what all later ones use.
        for _ in range(3):
            for _, path, body, expected in ACTIONS[:3]:
                load.post(path, body)
        score_seconds = load.idle_score_seconds()
        slow = SlowClients(address, options.slow)
        health_seconds = multiprocessing.Value("d", 0)
        watch = multiprocessing.Process(
            target=watch_health, args=(f"{address.geturl()}healthz", options.seconds, health_seconds)
        )
        watch.start()
        memory = load.run(options.clients, options.seconds)
        watch.join()
        jobs = settled(load)
        end_seconds = load.end_seconds()
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=120)
        if slow:
            slow.stop()
    numbers = {status: count for status, count in load.statuses.items() if isinstance(status, int)}
    figures = {
        "clients": options.clients,
        "slow clients": options.slow,
        "slow clients cut off": slow.cut_off,
        "seconds": options.seconds,
        "answers": {
            "2xx": sum(count for status, count in numbers.items() if status // 100 == 2),
            "4xx, 429 left out": sum(n for status, n in numbers.items() if status // 100 == 4 and status != 429),
            "429": numbers.get(429, 0),
            "5xx": sum(count for status, count in numbers.items() if status // 100 == 5),
        },
        "median seconds of an accepted job": round(statistics.median(load.seconds), 2) if load.seconds else None,
        "median seconds of a score on an idle server": round(score_seconds, 4),
        "most seconds of /healthz": round(health_seconds.value, 3),
        "seconds from the last job to the end": round(end_seconds, 2),
        "jobs": jobs,
        "resident MiB": memory,
        "unexpected": dict(load.unexpected),
        "exit code": code,
    }
    text = json.dumps(figures, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")
    wrong = []
    if figures["answers"]["5xx"] or load.unexpected:
        wrong.append("answers that were not expected")
    if jobs["accepted"] != jobs["finished"] + jobs["cancelled"]:
        wrong.append("jobs that were neither finished nor cancelled")
    if memory[-1] > memory[4] + SLACK_MIB:
        wrong.append("memory that grew in the second half")
    if watch.exitcode or health_seconds.value > HEALTH_SECONDS:
        wrong.append("/healthz that took too long")
    if score_seconds > SCORE_SECONDS:
        wrong.append("scores that took too long")
    if end_seconds > END_SECONDS:
        wrong.append("an end that took too long")
    if code != 0:
        wrong.append("an exit code that is not 0")
    if wrong:
        raise SystemExit("load: " + ", ".join(wrong))


if __name__ == "__main__":
    main()
