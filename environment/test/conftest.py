import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Launcher:
    """Calls environment/run as a user would."""

    def __init__(self, root=ROOT):
        self.path = root / "environment" / "run"

    def __call__(self, *arguments, cwd=None, **variables):
        return subprocess.run(
            [self.path, *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def run():
    return Launcher()


@pytest.fixture(scope="session")
def quick_model(run, tmp_path_factory):
    """A model trained with the quick preset, and what the command printed."""
    folder = tmp_path_factory.mktemp("models") / "quick"
    result = run("train", "--preset", "quick", "--out", folder)
    assert result.returncode == 0, result.stderr
    return folder, result
