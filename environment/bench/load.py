"""Loads `run serve` with clients that ask for good and bad things, and some that go away: `run bench load`.

Ends with an error if an answer was 5xx, if a job was neither finished nor cancelled, or if the server's memory grew.
"""

import argparse
import collections
import http.client
import json
import pathlib
import random
import signal
import socket
import statistics
import subprocess
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BLANK = [[0] * 28] * 28
ALL = [[1] * 28] * 28
HALF = [[1] * 28] * 14 + [[0] * 28] * 14

# What a client does: how often, and the status that it expects besides 429.
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
# Memory that the allocator and the collector may hold besides: a third of the Java heap's first size.
SLACK_MIB = 64


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
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        connection.request("GET", "/healthz")
        return json.loads(connection.getresponse().read())["jobs"]

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


def settled(load):
    """What became of the jobs, once none is left."""
    for _ in range(300):
        jobs = load.jobs()
        if jobs["accepted"] == jobs["finished"] + jobs["cancelled"] + jobs["failed"]:
            break
        time.sleep(0.1)
    return jobs


def main():
    parser = argparse.ArgumentParser(prog="bench load", description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", type=pathlib.Path, help="a file for the figures")
    options = parser.parse_args()
    process, address = start()
    try:
        load = Load(process, address)
        # The first jobs load and compile what all later ones use.
        for _ in range(3):
            for _, path, body, expected in ACTIONS[:3]:
                load.post(path, body)
        memory = load.run(options.clients, options.seconds)
        jobs = settled(load)
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=120)
    numbers = {status: count for status, count in load.statuses.items() if isinstance(status, int)}
    figures = {
        "clients": options.clients,
        "seconds": options.seconds,
        "answers": {
            "2xx": sum(count for status, count in numbers.items() if status // 100 == 2),
            "4xx, 429 left out": sum(n for status, n in numbers.items() if status // 100 == 4 and status != 429),
            "429": numbers.get(429, 0),
            "5xx": sum(count for status, count in numbers.items() if status // 100 == 5),
        },
        "median seconds of an accepted job": round(statistics.median(load.seconds), 2) if load.seconds else None,
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
    if code != 0:
        wrong.append("an exit code that is not 0")
    if wrong:
        raise SystemExit("load: " + ", ".join(wrong))


if __name__ == "__main__":
    main()
