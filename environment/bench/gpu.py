"""Checks the library on a GPU: trains, draws, compares the drawings with the processor's, and times sampling and training beside PyTorch.

    environment/gpu-check [--device gpu|cpu] [--out FILE]

Takes the CUDA libraries of the PyTorch that the Python of the variable PYTHON has (python3 without it), of the release in requirements.txt.
Writes a JSON file. Exits with 1 if the drawings of the two devices differ by more than chance. With --device cpu, all steps run on the
processor.
"""

import argparse
import json
import math
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RUN = ROOT / "environment" / "run"
# Of the eight minutes, what a step may take at most.
STEP_SECONDS = 150
IMAGES = 2000
# Each chain of a drawing starts at a draw of its own, so that the images are independent.
STEPS = 200
ROUNDS = 5
# Pixels depend on each other: over 784 of them, the mean square of z scatters around 1 by about a tenth.
GREATEST_MEAN_SQUARE = 1.6
GREATEST_Z = 5.5
WORKS = {
    "MALA, 8192 chains, d = 16, h = 256": {
        "kind": "mala", "dimension": 16, "hidden": [256], "chains": 8192, "steps": 200,
    },
    "MALA, 512 chains, d = 16, h = 512×512×512": {
        "kind": "mala", "dimension": 16, "hidden": [512, 512, 512], "chains": 512, "steps": 100,
    },
    "autoencoder, batch 256": {
        "kind": "autoencoder", "dimension": 4, "hidden": [1024], "images": 20_000, "batchSize": 256,
        "mnist": str(ROOT / "data" / "mnist"),
    },
    "CD update, 512 persistent chains, d = 16, h = 256": {
        "kind": "divergence", "dimension": 16, "hidden": [256], "images": 512 * 40, "batchSize": 512, "negatives": 1, "persistent": True,
    },
}  # fmt: skip


def fail(message):
    sys.exit(f"gpu-check: {message}")


def required_release():
    return re.search(r"^torch==(\S+)$", (HERE / "requirements.txt").read_text(), re.MULTILINE).group(1)


def engine_environment(device):
    """The variables that point the library at PyTorch's CUDA libraries."""
    try:
        import torch
        import numpy  # noqa: F401
    except ImportError as e:
        fail(f"{sys.executable}: {e}. Set PYTHON to a Python with PyTorch {required_release()} and NumPy")
    found = torch.__version__.split("+")[0]
    if found != required_release():
        fail(f"PyTorch: expected {required_release()}, on which the library runs, found {found}")
    if device == "cpu":
        return torch, dict(os.environ)
    if not torch.cuda.is_available():
        fail("PyTorch sees no GPU. Try --device cpu for a check without one")
    return torch, {
        **os.environ,
        "PYTORCH_LIBRARY_PATH": str(pathlib.Path(torch.__file__).parent / "lib"),
        "PYTORCH_VERSION": found,
        "PYTORCH_FLAVOR": "cu" + torch.version.cuda.replace(".", ""),
    }


def timed(arguments, environment):
    """Runs a command of the launcher, and returns the seconds."""
    print("gpu-check:", "run", *arguments, flush=True)
    start = time.perf_counter()
    try:
        done = subprocess.run(
            [str(RUN), *arguments], env=environment, timeout=STEP_SECONDS, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    except subprocess.TimeoutExpired:
        fail(f"run {' '.join(arguments)}: not done after {STEP_SECONDS} seconds")
    if done.returncode != 0:
        fail(f"run {' '.join(arguments)}: ended with {done.returncode}\n{done.stdout[-2000:]}")
    return round(time.perf_counter() - start, 3)


def drawn(device, seed, folder, environment):
    import numpy

    file = folder / f"{device}-{seed}.npz"
    seconds = timed(
        ["infer", "--device", device, "--model", str(ROOT / "data" / "pretrained"), "--num-images", str(IMAGES)]
        + ["--steps", str(STEPS), "--seed", str(seed), "--out", str(file)],
        environment,
    )
    return numpy.load(file)["means"].reshape(IMAGES, -1).astype("float64"), seconds


def moments(found, expected):
    """The mean square and the greatest of the z-scores of the pixels' means and mean squares, two drawings compared."""
    import numpy

    result = {}
    for name, power in (("means", 1), ("mean squares", 2)):
        a, b = found**power, expected**power
        error = numpy.sqrt((a.var(0) + b.var(0)) / IMAGES)
        # Pixels at the edge are hardly ever white: their means are not normal.
        usual = error > 1e-3
        z = (a.mean(0) - b.mean(0))[usual] / error[usual]
        result[name] = {
            "pixels": int(usual.sum()), "mean square of z": round(float((z**2).mean()), 3), "greatest |z|": round(float(abs(z).max()), 3),
        }  # fmt: skip
    return result


class Worker:
    """A process that does one work on demand."""

    def __init__(self, command, environment):
        self.command = command
        self.process = subprocess.Popen(command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.answer("ready")

    def answer(self, expected=None):
        for line in self.process.stdout:
            if expected is None or line.strip() == expected:
                return line.strip()
        return fail(f"{' '.join(self.command)}: ended before its work")

    def seconds(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.answer())

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)


def compared(name, work, device, environment):
    print("gpu-check:", name, flush=True)
    text = json.dumps({**work, "device": device}, ensure_ascii=False)
    ours = Worker([str(RUN), "bench", "worker", text], environment)
    torch = Worker([sys.executable, str(HERE / "peer.py"), "torch", text], environment)
    for worker in (ours, torch, ours, torch):
        worker.seconds()
    pairs = [(ours.seconds(), torch.seconds()) for _ in range(ROUNDS)]
    ours.close()
    torch.close()
    ratios = [theirs / our for our, theirs in pairs]
    return {
        "work": name,
        "seconds": statistics.median(our for our, _ in pairs),
        "PyTorch's seconds": statistics.median(theirs for _, theirs in pairs),
        "ratio": round(statistics.median(ratios), 3),
        "least ratio": round(min(ratios), 3),
        "greatest ratio": round(max(ratios), 3),
    }


def main():
    parser = argparse.ArgumentParser(
        prog="gpu-check", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", choices=["gpu", "cpu"], default="gpu", help="where to compute (default: gpu)")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("gpu-check.json"), help="the file (default: gpu-check.json)")
    options = parser.parse_args()
    start = time.perf_counter()
    torch, environment = engine_environment(options.device)
    report = {
        "device": torch.cuda.get_device_name() if options.device == "gpu" else "CPU",
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "torch": torch.__version__,
    }
    # What is missing is installed first: it is not the GPU's time.
    subprocess.run([str(RUN), "infer", "--help"], env=environment, check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        report["training, preset quick, seconds"] = timed(
            ["train", "--preset", "quick", "--device", options.device, "--out", str(folder / "model")], environment
        )
        found, seconds = drawn(options.device, 1, folder, environment)
        expected, on_processor = drawn("cpu", 2, folder, environment)
        report["drawing"] = {"images": IMAGES, "steps": STEPS, "seconds": seconds, "the CPU's seconds": on_processor}
        report["moments beside the CPU's"] = moments(found, expected)
    report["timings"] = [compared(name, work, options.device, environment) for name, work in WORKS.items()]
    report["seconds"] = round(time.perf_counter() - start, 1)
    scores = report["moments beside the CPU's"].values()
    report["agrees"] = all(
        math.isfinite(score["mean square of z"])
        and score["mean square of z"] <= GREATEST_MEAN_SQUARE
        and score["greatest |z|"] <= GREATEST_Z
        for score in scores
    )
    text = json.dumps(report, indent=2, ensure_ascii=False)
    options.out.write_text(text + "\n", encoding="utf-8")
    print(text)
    if not report["agrees"]:
        fail("the drawings of the two devices differ by more than chance")


if __name__ == "__main__":
    main()
