"""A training that is killed goes on as if nothing had happened."""

import json
import os
import random
import signal
import subprocess
import time

from conftest import heed_ctrl_c

TINY = ["--preset", "quick", "--train-images", "2000", "--auto-num-epochs", "8", "--ebm-num-epochs", "200"]
KILLS = 20

# One thread, where a sum has one order only.
ONE_THREAD = {"OMP_NUM_THREADS": "1"}


def start(run, *arguments):
    return subprocess.Popen(
        [run.path, "train", *map(str, arguments)],
        env={**os.environ, **ONE_THREAD},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=heed_ctrl_c,
    )


def checkpoints(folder):
    return sorted(path.name for path in folder.parent.glob(f"{folder.name}.checkpoints/?-*[0-9]"))


def test_twenty_kills_end_in_the_uninterrupted_trainings_model(run, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    result = run("train", *TINY, "--out", whole, **ONE_THREAD)
    assert result.returncode == 0, result.stderr

    moments = random.Random(20)
    arguments = [*TINY, "--out", killed]
    reached = []
    for kill in range(KILLS):
        before = checkpoints(killed)
        training = start(run, *arguments)
        # Until it has got somewhere, and then at any moment of an epoch or of the writing of a checkpoint.
        while checkpoints(killed) == before and training.poll() is None:
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 0.5))
        assert training.poll() is None, (kill, training.communicate()[0])
        os.killpg(training.pid, signal.SIGKILL)
        training.communicate()
        reached.append(checkpoints(killed)[-1])
        arguments = ["--resume", killed]
    assert reached == sorted(reached)
    assert reached[0].startswith("1-autoencoder") and reached[-1].startswith("3-energy"), reached

    result = run("train", "--resume", killed, **ONE_THREAD)
    assert result.returncode == 0, result.stderr
    assert (killed / "weights.safetensors").read_bytes() == (whole / "weights.safetensors").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"whole", "killed"}


def test_a_training_stopped_by_ctrl_c_says_how_to_go_on(run, tmp_path):
    folder = tmp_path / "model"
    training = start(run, *TINY, "--out", folder)
    for line in training.stdout:
        if line.startswith("autoencoder 2/8"):
            os.killpg(training.pid, signal.SIGINT)
            break
    out, _ = training.communicate(timeout=120)
    assert f"to go on: ./environment/run train --resume {folder}\n" in out
    result = run("train", "--resume", folder)
    assert result.returncode == 0, result.stderr
    assert f"\nmodel: {folder}\n" in result.stdout


def test_two_trainings_do_not_share_a_folder(run, tmp_path):
    folder = tmp_path / "model"
    lock = tmp_path / "model.checkpoints" / "lock"
    training = start(run, *TINY, "--out", folder)
    while not (lock.exists() and lock.read_text()) and training.poll() is None:
        time.sleep(0.01)
    for arguments in (["--preset", "quick", "--out", folder], ["--resume", folder]):
        result = run("train", *arguments)
        assert result.returncode == 1
        assert f"{folder}.checkpoints: another training writes there (process " in result.stderr
        assert f"train {' '.join(TINY)} --out {folder})" in result.stderr
    os.killpg(training.pid, signal.SIGKILL)
    training.communicate()
    result = run("train", *TINY, "--out", folder)
    assert result.returncode == 0, result.stderr
    assert {path.name for path in tmp_path.iterdir()} <= {"model", "model.checkpoints.previous"}


def test_a_training_that_has_ended_has_nothing_to_go_on_with(run, quick_model):
    folder, _ = quick_model
    result = run("train", "--resume", folder)
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"model: {folder} (its training has ended: there is nothing to go on with)\n"


def test_a_training_that_diverged_goes_on_with_another_learning_rate_and_no_other_option(run, tmp_path):
    folder = tmp_path / "model"
    result = run("train", *TINY, "--ebm-lr", "1000", "--out", folder)
    assert result.returncode == 1
    assert result.stderr.startswith("train: energy: epoch 1 has diverged: the energy gap")
    assert result.stdout.endswith(f"to go on: ./environment/run train --resume {folder} --ebm-lr 0.002\n")
    assert not folder.exists()

    result = run("train", "--resume", folder, "--encoded-dim", "5")
    assert result.returncode == 2
    assert result.stderr.startswith("train: --encoded-dim: cannot be given with --resume")
    assert ": 16. See" in result.stderr

    result = run("train", "--resume", folder, "--ebm-lr", "0.002")
    assert result.returncode == 0, result.stderr
    assert json.loads((folder / "model.json").read_text())["configuration"]["energy"]["learningRate"] == 0.002


def test_without_checkpoints_there_is_nothing_to_resume(run, tmp_path):
    result = run("train", "--resume", tmp_path / "model")
    assert result.returncode == 1
    assert result.stderr == f"train: {tmp_path}/model.checkpoints: no checkpoint to go on from\n"
