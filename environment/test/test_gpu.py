"""environment/gpu-check, with the processor in the GPU's place."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

PEERS = pathlib.Path(__file__).resolve().parent.parent.parent / ".venv-bench" / "bin" / "python"


def check(root, python, *arguments):
    return subprocess.run(
        [root / "environment" / "gpu-check", *map(str, arguments)],
        env={**os.environ, "PYTHON": str(python)},
        capture_output=True,
        text=True,
    )


def test_a_python_without_pytorch_gives_one_line(root):
    result = check(root, sys.executable)
    assert result.returncode == 1
    assert result.stderr.startswith(f"gpu-check: {sys.executable}: No module named 'torch'. Set PYTHON to a Python with PyTorch 2.7.1")
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_all_steps_run_and_the_drawings_agree(root, tmp_path):
    file = tmp_path / "check.json"
    result = check(root, PEERS, "--device", "cpu", "--out", file)
    assert result.returncode == 0, result.stderr
    report = json.loads(file.read_text())
    assert report["device"] == "CPU"
    assert report["agrees"]
    assert report["seconds"] < 480
    for score in report["moments beside the CPU's"].values():
        # Nearly 784 pixels vary, and their means differ as independent drawings do, not less.
        assert score["pixels"] > 400
        assert 0.5 < score["mean square of z"] < 1.6
    for row in report["timings"]:
        assert row["least ratio"] <= row["ratio"] <= row["greatest ratio"]
        assert row["seconds"] > 0


@pytest.mark.slow
def test_a_machine_without_a_gpu_says_so(root, tmp_path):
    if os.path.exists("/dev/nvidia0"):
        pytest.skip("this machine has a GPU")
    result = check(root, PEERS, "--out", tmp_path / "check.json")
    assert result.returncode == 1
    assert result.stderr == "gpu-check: PyTorch sees no GPU. Try --device cpu for a check without one\n"
