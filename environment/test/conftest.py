import json
import os
import pathlib
import signal
import subprocess
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="also run the tests that are marked slow")


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes minutes; runs with --all only")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--all"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


def heed_ctrl_c():
    """Undoes the setting by which processes in the background ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


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


class Server:
    """`run serve`, on a free port."""

    def __init__(self, root, *options):
        self.process = subprocess.Popen(
            [root / "environment" / "run", "serve", "--port", "0", *options], stdout=subprocess.PIPE, text=True
        )
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("serving: "):
                self.url = line.split()[1]
                return
        raise AssertionError("the server did not start")

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as answer:
            return answer.read()

    def jobs(self):
        return json.loads(self.get("healthz"))["jobs"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=90)


def files_of_the_user():
    """Returns the files that the README's commands write by default, and their times."""
    found = [ROOT, *ROOT.glob("samples*"), *(ROOT / "data").glob("*"), *(ROOT / "data").glob("model*/**/*")]
    return {path: path.stat().st_mtime_ns for path in found if path.name not in ("mnist", "fashion-mnist", ROOT.name)}


@pytest.fixture(scope="session", autouse=True)
def place_of_its_own(tmp_path_factory):
    """A home and a working directory for the tests: they neither see nor change the user's."""
    home = tmp_path_factory.mktemp("home")
    before = files_of_the_user()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.setenv("DJL_CACHE_DIR", str(ROOT / "lib" / "target" / "djl"))
        patch.chdir(home)
        yield
    assert files_of_the_user() == before


@pytest.fixture(scope="module", autouse=True)
def model_of_its_own(place_of_its_own, tmp_path_factory):
    """A default model for each module, which is missing at first: no test depends on what another module trained."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("default") / "model"
        patch.setenv("MNIST_EBM_MODEL", str(folder))
        yield folder


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
