"""Measures how long a visitor of `run serve` waits, and what comes over the wire: `run bench page`.

Real requests to a warm server, one after the other and each on a connection of its own, the kinds by turns. A stream is compressed, as
browsers ask for it, unless it says "plain". The figures are medians, and the least and the greatest. With --lighthouse, Lighthouse
then scores the page in Chromium as on a mid-range phone, light and dark, where there is a Chromium.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import time

import load

IMAGE = [[0] * 28] * 4 + [[0] * 12 + [1] * 4 + [0] * 12] * 20 + [[0] * 28] * 4
WARM_UP = 5
CATEGORIES = ("performance", "accessibility", "best-practices")
# Blink's numbers of the colour schemes.
SCHEMES = {"light": 1, "dark": 0}
LIGHTHOUSE_ROUNDS = 3
STREAM = "Accept: text/event-stream\r\n"
COMPRESSED = STREAM + "Accept-Encoding: gzip, deflate, br\r\n"
# The name of a request, its path, its body and its headers.
REQUESTS = {
    "score": ("/api/score", {"images": [IMAGE]}, ""),
    "1 digit": ("/api/generate", {"images": 1}, COMPRESSED),
    "36 digits": ("/api/generate", {"images": 36}, COMPRESSED),
    "36 digits, plain": ("/api/generate", {"images": 36}, STREAM),
    "36 digits, 1000 steps from noise": ("/api/generate", {"images": 36, "steps": 1000}, COMPRESSED),
}


def ask(address, path, body, headers):
    """Returns the seconds to the first frame or to the only answer, those to the end, and the bytes that came."""
    text = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n{headers}"
    start = time.perf_counter()
    with socket.create_connection((address.hostname, address.port), timeout=120) as client:
        client.sendall(f"{head}Content-Length: {len(text)}\r\n\r\n".encode() + text)
        answer = bytearray()
        first = None
        while part := client.recv(1 << 16):
            answer += part
            # The head and an empty comment come at once, and are shorter than any frame.
            if first is None and len(answer) - (answer.find(b"\r\n\r\n") + 4) > 100:
                first = time.perf_counter() - start
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise SystemExit(f"page: {path} was answered by {bytes(answer[:300])}")
    return first, time.perf_counter() - start, len(answer)


def summary(values):
    return {"median": statistics.median(values), "least": min(values), "greatest": max(values)}


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if platform.system() == "Linux" else ():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


def scores(lighthouse, address, rounds):
    """Returns Lighthouse's scores out of 100, medians over the rounds, by colour scheme."""
    found = {}
    for scheme, preferred in SCHEMES.items():
        runs = []
        for _ in range(rounds):
            flags = f"--headless=new --no-sandbox --blink-settings=preferredColorScheme={preferred}"
            command = [lighthouse, address.geturl(), "--quiet", f"--chrome-flags={flags}", "--output=json"]
            environment = os.environ | {"CHROME_PATH": shutil.which("chromium")}
            command.append(f"--only-categories={','.join(CATEGORIES)}")
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE)
            if done.returncode != 0:
                raise SystemExit(f"page: Lighthouse ended with {done.returncode}")
            runs.append(json.loads(done.stdout)["categories"])
        found[scheme] = {name: round(100 * statistics.median(run[name]["score"] for run in runs)) for name in CATEGORIES}
    return found


def main():
    parser = argparse.ArgumentParser(prog="bench page", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--lighthouse", action="store_true", help="also let Lighthouse score the page")
    parser.add_argument("--json", type=pathlib.Path, help="a file for the figures")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"--rounds: must be at least 1, found {options.rounds}")
    process, address = load.start()
    try:
        for _ in range(WARM_UP):
            for request in REQUESTS.values():
                ask(address, *request)
        found = {name: [] for name in REQUESTS}
        for _ in range(options.rounds):
            for name, request in REQUESTS.items():
                found[name].append(ask(address, *request))
        figures = {"processor": processor(), "cores": os.cpu_count(), "rounds": options.rounds}
        print(f"{figures['processor']}, {figures['cores']} cores, {options.rounds} rounds")
        for name, answers in found.items():
            first, end, count = zip(*answers, strict=True)
            figures[name] = {"seconds to the first frame": summary(first), "seconds": summary(end), "bytes": summary(count)}
            print(
                f"{name}: {1000 * statistics.median(end):.0f} ms ({1000 * min(end):.0f} to {1000 * max(end):.0f}), "
                f"first frame {1000 * statistics.median(first):.0f} ms, {statistics.median(count):,.0f} bytes"
            )
        if options.lighthouse and not shutil.which("chromium"):
            print("Lighthouse: left out, since chromium is not on the PATH")
        elif options.lighthouse:
            for scheme, categories in scores(os.environ["LIGHTHOUSE"], address, LIGHTHOUSE_ROUNDS).items():
                figures[f"Lighthouse, {scheme}"] = categories
                print(f"Lighthouse, {scheme}: " + ", ".join(f"{name} {score}" for name, score in categories.items()))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=120)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
